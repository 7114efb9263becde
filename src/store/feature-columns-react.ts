import { useEffect, useMemo, useState } from 'react';
import type { StoreApi } from 'zustand/vanilla';
import type { DictionaryId } from '../anatomy/dictionary';
import { readColumns, rowOfFeature, type FeatureColumns } from '../dictionaries/records';
import { abortError } from '../lib/errors';
import { useStoreApi, useWorkbench } from './react';
import { selectModelInfo } from './selectors';
import type { WorkbenchState } from './state';

/** What is known of a feature besides the text at hand. */
export interface KnownFeature {
  /** What to call it, or null. */
  readonly label: string | null;
  /** Whether a person gave that name, or it was proposed from evidence. */
  readonly isOwn: boolean;
  /** Share of tokens at which it fires, 0 to 1; null where no records say. */
  readonly density: number | null;
  /** Largest activation in the text that its records were made from. */
  readonly maxActivation: number | null;
}

const UNKNOWN: KnownFeature = { label: null, isOwn: false, density: null, maxActivation: null };

/** One page reads the records of a dictionary once: several panels ask for the same. By model and dictionary. */
const reading = new Map<string, Promise<FeatureColumns | null>>();

/** What is known of the features of a dictionary: a person's own labels first, then what its records say. */
export function useFeatureKnowledge(dictionary: DictionaryId): { knownOf: (feature: number) => KnownFeature; hasRecords: boolean } {
  const info = useWorkbench(selectModelInfo);
  const own = useWorkbench((state) => state.document.featureLabels[dictionary]);
  const store = useStoreApi();
  const [read, setRead] = useState<{ readonly key: string; readonly columns: FeatureColumns | null } | null>(null);
  const [hash, dVocab] = [info?.hash ?? '', info?.config.dVocab ?? 0];
  const key = `${hash} ${dictionary}`;
  useEffect(() => {
    if (hash === '' || dictionary === '') return;
    let isGone = false;
    const vocabulary = () => vocabularyOf(store, hash, dVocab);
    const coming = reading.get(key) ?? readColumns(dictionary, document.baseURI, vocabulary, new AbortController().signal);
    reading.set(key, coming);
    coming.then(
      (columns) => !isGone && setRead({ key, columns }),
      // Without records everything works, only without names: the panel of features says what is wrong with them.
      () => void reading.delete(key),
    );
    return () => void (isGone = true);
  }, [key, hash, dVocab, dictionary, store]);
  const columns = read?.key === key ? read.columns : null;
  return useMemo(() => ({ knownOf: (feature: number) => knownOf(columns, own, feature), hasRecords: columns !== null }), [columns, own]);
}

/** The text of every token of a model, for as long as that is the one that answers. @throws AbortError once another is: its tokens are others. */
export async function vocabularyOf(store: Pick<StoreApi<WorkbenchState>, 'getState'>, hash: string, dVocab: number): Promise<readonly string[]> {
  const check = () => {
    if (selectModelInfo(store.getState())?.hash !== hash) throw abortError();
  };
  check();
  const texts = await store.getState().actions.pieces(Array.from({ length: dVocab }, (_, id) => id));
  check();
  return texts;
}

/** A person's own label goes before that of the records; what nobody knows is null. */
export function knownOf(columns: FeatureColumns | null, own: Readonly<Record<string, string>> | undefined, feature: number): KnownFeature {
  const label = own?.[String(feature)];
  const row = columns === null ? -1 : rowOfFeature(columns, feature);
  if (columns === null || row < 0) return label === undefined ? UNKNOWN : { ...UNKNOWN, label, isOwn: true };
  const number = (value: number | undefined) => (value === undefined || Number.isNaN(value) ? null : value);
  return {
    // A label may quote a token that is a line break: names stand on one line.
    label: label ?? columns.labels[row]?.replace(/\r?\n/g, '↵') ?? null,
    isOwn: label !== undefined,
    density: number(columns.density[row]),
    maxActivation: number(columns.maxActivation[row]),
  };
}
