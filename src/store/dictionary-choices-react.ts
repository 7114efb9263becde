import { useEffect, useMemo, useState } from 'react';
import type { DictionaryId } from '../anatomy/dictionary';
import { readCatalogue, type DictionaryEntry } from '../dictionaries';
import { isAbort, messageOf } from '../lib/errors';
import { useActions, useWorkbench } from './react';
import type { DictionaryState, WorkbenchState } from './state';

const selectOpened = (state: WorkbenchState) => state.dictionaries;

interface Shipped {
  readonly model: string;
  readonly entries: readonly DictionaryEntry[];
  readonly problem: string | null;
}

/** The dictionaries that there are to choose from: those that ship with the model, those that are open, and the present one. */
export function useDictionaries(modelId: string, present: DictionaryId) {
  const opened = useWorkbench(selectOpened);
  const [shipped, setShipped] = useState<Shipped | null>(null);
  useEffect(() => {
    const controller = new AbortController();
    readCatalogue(modelId, document.baseURI, controller.signal).then(
      (entries) => setShipped({ model: modelId, entries, problem: null }),
      (error: unknown) => {
        if (!isAbort(error) && !controller.signal.aborted) setShipped({ model: modelId, entries: [], problem: messageOf(error) });
      },
    );
    return () => controller.abort();
  }, [modelId]);
  const ours = shipped?.model === modelId ? shipped : null;
  const options = useMemo(() => choices(ours?.entries ?? [], opened, present), [ours, opened, present]);
  const entry = ours?.entries.find(({ id }) => id === present) ?? null;
  return { options, entry, isReading: ours === null, problem: ours?.problem ?? null };
}

/** A choice per dictionary: shipped ones first, then what else is open, then a present one that is neither. */
export function choices(
  shipped: readonly Pick<DictionaryEntry, 'id' | 'title'>[],
  opened: ReadonlyMap<DictionaryId, DictionaryState>,
  present: DictionaryId,
): { readonly value: DictionaryId; readonly label: string }[] {
  const found = new Map<DictionaryId, string>(shipped.map(({ id, title }) => [id, title]));
  for (const [id, state] of opened) if (!found.has(id) && state.status === 'ready') found.set(id, state.info.name);
  if (present !== '' && !found.has(present)) found.set(present, present);
  return [...found].map(([value, label]) => ({ value, label }));
}

/** How the opening of a dictionary stands. Opens it when nobody has. */
export function useOpened(dictionary: DictionaryId): DictionaryState | null {
  const state = useWorkbench(selectOpened).get(dictionary) ?? null;
  const { openDictionary } = useActions();
  const isMissing = state === null && dictionary !== '';
  useEffect(() => {
    if (isMissing) void openDictionary({ kind: 'id', id: dictionary });
  }, [isMissing, dictionary, openDictionary]);
  return state;
}
