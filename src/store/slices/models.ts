import type { StoreApi } from 'zustand/vanilla';
import type { LoadConsent, ModelInfo, ModelNeeds, ModelSource, StorageWish } from '../../anatomy/model-info';
import type { StorageChoice } from '../../anatomy/weights';
import { isAbort, messageOf } from '../../lib/errors';
import type { Document, ModelRef } from '../document';
import { pushStep } from '../history';
import { isSameModel } from '../plan';
import type { Ports } from '../ports';
import { selectModelInfo } from '../selectors';
import type { Actions, WorkbenchState } from '../state';

export interface ModelActions extends Pick<Actions, 'loadModel' | 'confirmLoad' | 'cancelLoad' | 'setBackend' | 'surveyBackends'> {
  /** Loads the model that the document names, when another is loaded or being loaded. */
  follow(): void;
}

/**
 * Loading and backends. A person's choice changes the document once the model is there; a document that names another model
 * (a link, an undo) makes that one load.
 *
 * @param onBackend is called after the backend changed: numbers computed before are another backend's.
 */
export function createModelActions(
  store: StoreApi<WorkbenchState>,
  { runner }: Pick<Ports, 'runner'>,
  onBackend: () => void,
): ModelActions {
  const { getState: get, setState: set } = store;
  let answer: ((consent: LoadConsent) => void) | null = null;
  let loading: { readonly ref: ModelRef | null; readonly controller: AbortController } | null = null;
  /** What the document named when its model last failed to load: not tried again until it names another. */
  let given: ModelRef | null = null;

  const actions: ModelActions = {
    async loadModel(asked, isSure = false) {
      const source = asNamed(asked);
      const label = labelOf(source);
      loading?.controller.abort();
      const mine = { ref: source.kind === 'files' ? null : refOf(source, null), controller: new AbortController() };
      loading = mine;
      const previous = selectModelInfo(get());
      set({ model: { status: 'loading', label, progress: null, previous } });
      try {
        const onProgress: Parameters<typeof runner.load>[1] = (progress) => {
          if (loading !== mine) return;
          if (progress.note !== undefined) get().actions.notify('warning', progress.note);
          else set({ model: { status: 'loading', label, progress, previous, ...(needs === null ? {} : { needs }) } });
        };
        let needs: ModelNeeds | null = null;
        const confirm = async (told: ModelNeeds): Promise<LoadConsent> => {
          needs = told;
          if (loading !== mine) return false;
          if (isSure || !asksFirst(source, told)) return true;
          set({ model: { status: 'loading', label, progress: null, previous, needs, isAsking: true } });
          return new Promise((resolve) => (answer = resolve));
        };
        const info = await runner.load(source, onProgress, mine.controller.signal, confirm);
        const current = await runner.backend();
        if (loading !== mine) return; // a newer load took its place
        loading = null;
        set({ backend: { ...get().backend, current } });
        arrive(source, info);
      } catch (error) {
        if (loading !== mine) return;
        loading = null;
        leave(error, previous);
      }
    },
    confirmLoad(storage) {
      const { model } = get();
      if (model.status !== 'loading' || model.isAsking !== true) return;
      set({ model: { ...model, isAsking: false } });
      answer?.(storage === undefined ? true : wish(storage));
      answer = null;
    },
    cancelLoad() {
      loading?.controller.abort();
    },
    async setBackend(name) {
      set({ backend: { ...get().backend, switching: true } });
      try {
        const current = await runner.setBackend(name);
        onBackend();
        set({ backend: { ...get().backend, current } });
      } catch (error) {
        get().actions.notify('error', messageOf(error));
        throw error;
      } finally {
        set({ backend: { ...get().backend, switching: false } });
      }
    },
    async surveyBackends() {
      try {
        const all = await runner.survey();
        set({ backend: { ...get().backend, all } });
      } catch (error) {
        get().actions.notify('warning', `the backends could not be tried: ${messageOf(error)}`);
      }
    },
    follow() {
      const { document, loaded } = get();
      const wanted = document.model;
      if (loaded !== null && isSameModel(loaded, wanted)) {
        settle(loaded);
        return;
      }
      if (loading?.ref != null && isSameModel(loading.ref, wanted)) return;
      if (given !== null && isSameModel(given, wanted)) return;
      given = wanted;
      if (wanted.kind === 'files') {
        loading?.controller.abort();
        loading = null;
        set({ model: { status: 'needs-files', name: wanted.name, hash: wanted.hash, previous: selectModelInfo(get()) } });
        return;
      }
      void actions.loadModel(wanted);
    },
  };

  /** A folder that was asked for is kept as the document says. */
  function asNamed(source: ModelSource): ModelSource {
    const { model, document } = get();
    if (source.kind !== 'files' || source.storage !== undefined || model.status !== 'needs-files') return source;
    return { ...source, ...wish(document.model.storage ?? null) };
  }

  /** Back on the model that is loaded: nothing is waited for any more. */
  function settle(loaded: ModelRef): void {
    given = null;
    const { model, document } = get();
    const info = selectModelInfo(get());
    if ((model.status === 'needs-files' || model.status === 'failed') && info !== null) set({ model: { status: 'ready', info } });
    // A link may name the same model by another hash, or by none: the hash is what is loaded.
    if (document.model.hash !== loaded.hash) set({ document: { ...document, model: loaded } });
  }

  function arrive(source: ModelSource, info: ModelInfo): void {
    const { document, history, loaded, actions: all } = get();
    const ref = refOf(source, info);
    const wanted = document.model;
    if (source.kind === 'files' && wanted.kind === 'files' && wanted.hash !== info.hash)
      all.notify('warning', `these files are not the model that the link names: their content hash is another.`);
    const next: Document = { ...document, model: ref };
    given = null;
    // The same model kept otherwise: its hash is the same, its numbers are not.
    if (loaded !== null && loaded.hash === info.hash && loaded.storage !== ref.storage) onBackend();
    set({
      model: { status: 'ready', info },
      loaded: ref,
      document: next,
      // The hash alone is no step: nobody chose it.
      ...(isSameModel(ref, wanted) ? {} : { history: pushStep(history, document, null) }),
    });
  }

  function leave(error: unknown, previous: ModelInfo | null): void {
    const { loaded, document } = get();
    const isBack = previous !== null && loaded !== null && isSameModel(loaded, document.model);
    if (isAbort(error)) {
      if (isBack) set({ model: { status: 'ready', info: previous } });
      else set({ model: { status: 'failed', message: 'loading was cancelled.', previous } });
      return;
    }
    set({ model: { status: 'failed', message: messageOf(error), previous } });
  }

  return actions;
}

/** Bytes from which a model is loaded only after a person has seen what it takes. */
const LARGE = 300_000_000;

/** A model that is stored here already was agreed to before. */
function asksFirst(source: ModelSource, { fileBytes, downloadBytes, weightBytes }: ModelNeeds): boolean {
  if (source.kind !== 'files' && downloadBytes === 0) return false;
  return Math.max(fileBytes ?? 0, weightBytes) > LARGE;
}

function labelOf(source: ModelSource): string {
  if (source.kind === 'catalogue') return source.id;
  if (source.kind === 'hub') return source.id;
  return source.kind === 'url' ? source.url : source.name;
}

/** How the document names what was loaded. */
function refOf(source: ModelSource, info: ModelInfo | null): ModelRef {
  const hash = info?.hash ?? null;
  // Once it is there, what was agreed to counts.
  const kept = wish((info === null ? source.storage : info.storageWish) ?? null);
  if (source.kind === 'catalogue') return { kind: 'catalogue', id: source.id, hash, ...kept };
  if (source.kind === 'url') return { kind: 'url', url: source.url, hash, ...kept };
  if (source.kind === 'hub') return { kind: 'hub', id: source.id, revision: source.revision, hash, ...kept };
  return { kind: 'files', name: source.name, hash: hash ?? '', ...kept };
}

/** A wish as it stands in names of models: nothing for what is the usual. */
function wish(storage: StorageChoice | null): StorageWish {
  return storage === null ? {} : { storage };
}
