import { createStore, type StoreApi } from 'zustand/vanilla';
import { createCoordinator } from './coordinator';
import { keepFeatureLabels } from './feature-labels';
import { initialState } from './initial-state';
import type { Ports } from './ports';
import { createDictionaryActions } from './slices/dictionaries';
import { createDocumentActions } from './slices/document';
import { createModelActions } from './slices/models';
import { selectModelInfo } from './selectors';
import { createSessionActions } from './slices/session';
import type { Actions, WorkbenchState } from './state';

/** A store of the app's state, for who must not know which library it is. */
export type WorkbenchStore = StoreApi<WorkbenchState>;

/** The store of one page. */
export interface Workbench extends WorkbenchStore {
  /** Loads the model that the document names, and from then on follows it. Called once what was saved, or a link, is in place. */
  start(): void;
  dispose(): void;
}

/** The whole changing state of the app, and what computes it. */
export function createWorkbench(ports: Ports): Workbench {
  const store = createStore<WorkbenchState>()(() => ({ ...initialState, actions: NO_ACTIONS }));
  const coordinator = createCoordinator(store, ports);
  const models = createModelActions(store, ports, coordinator.forget);
  const { openDictionary, closeDictionary, ...dictionaries } = createDictionaryActions(store, ports, coordinator.forget);
  const { loadModel, confirmLoad, cancelLoad, setBackend, surveyBackends } = models;
  const actions: Actions = {
    ...createDocumentActions(store, ports.clock),
    ...createSessionActions(store),
    loadModel,
    confirmLoad,
    cancelLoad,
    setBackend,
    surveyBackends,
    stopGeneration: coordinator.stop,
    regenerate: coordinator.regenerate,
    openDictionary,
    closeDictionary,
    pieces: coordinator.piecesOf,
    renderChat: (messages) => ports.runner.renderChat(messages),
    encode: async (text) => (await ports.runner.tokenizePlain(text)).ids,
    decoderRows: (id, features) => ports.runner.decoderRows(id, features),
    ask: (request, signal) => ports.runner.run(request, signal),
  };
  store.setState({ actions });

  const unlisten = ports.runner.onNotice(({ message, backend }) => {
    store.setState({ backend: { ...store.getState().backend, current: backend } });
    actions.notify('warning', message);
  });
  const forgetLabels = keepFeatureLabels(store, ports.storage);
  let unfollow = () => {};
  return Object.assign(store, {
    start() {
      unfollow();
      unfollow = store.subscribe((state, before) => {
        if (state.document.model !== before.document.model) models.follow();
        if (selectModelInfo(state)?.hash !== selectModelInfo(before)?.hash) dictionaries.forget();
      });
      models.follow();
    },
    dispose() {
      unfollow();
      unlisten();
      forgetLabels();
      coordinator.dispose();
    },
  });
}

/** Stands in until the real ones are made, some lines further down. */
const NO_ACTIONS = {} as Actions;

export type { Ports } from './ports';
export type { WorkbenchState } from './state';
