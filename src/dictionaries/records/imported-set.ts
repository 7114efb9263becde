import type { DictionaryId } from '../../anatomy/dictionary';
import { UserError } from '../../lib/errors';
import { importedColumns, type ColumnsHead } from './columns';
import type { Searchable } from './shipped-model';
import type { FeatureColumns, FeatureRecord } from './types';

/** Records that were read from files, for one dictionary. */
export interface ImportedSet {
  readonly columns: FeatureColumns;
  /** @throws UserError `no-feature` */
  record(index: number): FeatureRecord;
  readonly all: readonly FeatureRecord[];
  searchable(): Searchable;
}

export function importedSet(head: ColumnsHead, records: readonly FeatureRecord[]): ImportedSet {
  const columns = importedColumns(head, records);
  const byIndex = new Map(records.map((record) => [record.index, record]));
  return {
    columns,
    all: records,
    record(index) {
      const record = byIndex.get(index);
      if (record === undefined) throw new UserError('no-feature', `the imported records of ${head.title} don't hold feature ${index}.`);
      return record;
    },
    searchable: () => searchableRecords(head.dictionary, columns, (index) => byIndex.get(index)),
  };
}

/** Numbers stand for tokens in an index: each text gets one. */
function createVocabulary() {
  const ids = new Map<string, number>();
  const texts: string[] = [];
  return {
    texts,
    idOf(token: string): number {
      const known = ids.get(token);
      if (known !== undefined) return known;
      ids.set(token, texts.length);
      return texts.push(token) - 1;
    },
  };
}

const TOP_CONTEXTS = 6;

function searchableRecords(dictionary: DictionaryId, columns: FeatureColumns, recordAt: (index: number) => FeatureRecord | undefined): Searchable {
  const vocabulary = createVocabulary();
  const text: number[] = [];
  const starts: number[] = [0];
  const tokens: number[][] = [];
  const contexts: number[][] = [];
  for (const index of columns.index) {
    const record = recordAt(index);
    const excerpts = record?.groups.flatMap((group) => group.excerpts) ?? [];
    const fired: number[] = [];
    const places: number[] = [];
    for (const { tokens: words, chosen } of excerpts) {
      places.push(text.length + (chosen ?? 0));
      for (const word of words) text.push(vocabulary.idOf(word));
      starts.push(text.length);
      const peak = chosen === null ? undefined : words[chosen];
      if (peak !== undefined && fired.length < TOP_CONTEXTS) fired.push(vocabulary.idOf(peak));
    }
    contexts.push(places);
    tokens.push([...new Set([...fired, ...(record?.topLogits ?? []).map(({ token }) => vocabulary.idOf(token))])]);
  }
  return {
    source: {
      rows: columns.index.length,
      vocabulary: vocabulary.texts,
      text,
      starts,
      label: (row) => columns.labels[row] ?? null,
      tokens: (row) => tokens[row] ?? [],
      contexts: (row) => contexts[row] ?? [],
    },
    featureAt: (row) => ({ dictionary, index: columns.index[row] ?? 0 }),
  };
}
