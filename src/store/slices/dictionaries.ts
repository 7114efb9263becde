import type { StoreApi } from 'zustand/vanilla';
import type { DictionaryId, OpenSource } from '../../anatomy/dictionary';
import { isAbort, messageOf } from '../../lib/errors';
import type { Ports } from '../ports';
import type { Actions, DictionaryState, WorkbenchState } from '../state';

export interface DictionaryActions extends Pick<Actions, 'openDictionary' | 'closeDictionary'> {
  /** Another model has come: nothing of the one before is open any more. */
  forget(): void;
}

interface Opening {
  readonly controller: AbortController;
  readonly opened: Promise<DictionaryId | null>;
}

/**
 * Opening and closing dictionaries. What is being opened is told under its name; dropped files, whose name follows from their
 * content, under `files:<their name>` until that is known. Files that are dropped while others of the same name are being read
 * take their place.
 *
 * @param onChanged is called when a name that meant one dictionary now means another: what was computed with it is out of date.
 */
export function createDictionaryActions(store: StoreApi<WorkbenchState>, { runner }: Pick<Ports, 'runner'>, onChanged: () => void): DictionaryActions {
  const { getState: get, setState: set } = store;
  const openings = new Map<DictionaryId, Opening>();
  /** What each name last stood for. */
  const hashes = new Map<DictionaryId, string>();

  function show(id: DictionaryId, state: DictionaryState | null): void {
    const dictionaries = new Map(get().dictionaries);
    if (state === null) dictionaries.delete(id);
    else dictionaries.set(id, state);
    set({ dictionaries });
  }

  async function open(source: OpenSource, id: DictionaryId, controller: AbortController): Promise<DictionaryId | null> {
    const isMine = () => openings.get(id)?.controller === controller;
    if (!isMine()) return null; // closed before it began
    show(id, { status: 'loading', progress: null });
    try {
      const info = await runner.openDictionary(
        source,
        (progress) => {
          if (!isMine()) return;
          if (progress.note !== undefined) get().actions.notify('warning', progress.note);
          else show(id, { status: 'loading', progress });
        },
        controller.signal,
      );
      if (!isMine()) return null; // closed, or another took its place
      openings.delete(id);
      if (info.id !== id) show(id, null);
      if ((hashes.get(info.id) ?? info.hash) !== info.hash) onChanged();
      hashes.set(info.id, info.hash);
      show(info.id, { status: 'ready', info });
      return info.id;
    } catch (error) {
      if (!isMine()) return null;
      openings.delete(id);
      show(id, isAbort(error) ? null : { status: 'failed', message: messageOf(error) });
      return null;
    }
  }

  return {
    openDictionary(source) {
      const id = nameOf(source);
      if (source.kind !== 'files') {
        if (get().dictionaries.get(id)?.status === 'ready') return Promise.resolve(id);
        const underWay = openings.get(id);
        if (underWay !== undefined) return underWay.opened;
      }
      openings.get(id)?.controller.abort();
      const controller = new AbortController();
      // Known before it begins, so that what it tells finds it.
      const opened = Promise.resolve().then(() => open(source, id, controller));
      openings.set(id, { controller, opened });
      return opened;
    },
    async closeDictionary(id) {
      openings.get(id)?.controller.abort();
      openings.delete(id);
      show(id, null);
      try {
        await runner.closeDictionary(id);
      } catch (error) {
        get().actions.notify('warning', messageOf(error));
      }
    },
    forget() {
      for (const { controller } of openings.values()) controller.abort();
      openings.clear();
      if (get().dictionaries.size > 0) set({ dictionaries: new Map() });
    },
  };
}

/** What it is called while it is being opened. Dropped files have no id before they are read. */
function nameOf(source: OpenSource): DictionaryId {
  if (source.kind === 'trained') return source.dictionary.info.id;
  return source.kind === 'id' ? source.id : `files:${source.name}`;
}
