import { createStore, type StoreApi } from 'zustand/vanilla';
import { initialState } from './initial-state';
import { createDocumentActions } from './slices/document';
import { createSessionActions } from './slices/session';
import type { Actions, WorkbenchState } from './state';

/**
 * A store that stands still: a given state with no model behind it, for pictures of panels and their tests. Changes of the
 * document and the session work; nothing is computed.
 */
export function createStill(state: Partial<Omit<WorkbenchState, 'actions'>> = {}): StoreApi<WorkbenchState> {
  const none = {} as Actions;
  const store = createStore<WorkbenchState>()(() => ({ ...initialState, ...state, actions: none }));
  const nothing = () => {};
  const later = () => Promise.resolve();
  const actions: Actions = {
    ...createDocumentActions(store, { now: () => 0, onFrame: (callback) => callback() }),
    ...createSessionActions(store),
    loadModel: later,
    confirmLoad: nothing,
    cancelLoad: nothing,
    setBackend: later,
    surveyBackends: later,
    stopGeneration: nothing,
    regenerate: nothing,
    openDictionary: () => Promise.resolve(null),
    closeDictionary: later,
    renderChat: () => Promise.resolve(''),
    encode: () => Promise.resolve([]),
    decoderRows: () => new Promise(nothing),
    ask: () => new Promise(nothing),
    pieces: (ids) => Promise.resolve(ids.map((id) => `[${id}]`)),
  };
  store.setState({ actions });
  return store;
}
