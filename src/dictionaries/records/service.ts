import type { DictionaryId } from '../../anatomy/dictionary';
import { UserError } from '../../lib/errors';
import type { ShippedDictionary } from './catalogue';
import type { ColumnsHead } from './columns';
import { importedSet, type ImportedSet } from './imported-set';
import { createLru } from './lru';
import { readRecordFiles } from './neuronpedia/read-file';
import { toBatch, type BatchHead } from './neuronpedia/write';
import { createSearch, type Search, type SearchAnswer, type SearchQuery } from './search';
import { openShipped, type ReadProgress, type ShippedModel } from './shipped-model';
import type { FeatureColumns, FeatureRecord } from './types';

/** How far something is that takes a moment, in words. */
export interface ServiceProgress extends ReadProgress {
  readonly stage: 'records' | 'index';
}

/** What was imported, and what could not be used of it. */
export interface Imported {
  readonly columns: FeatureColumns;
  readonly modelId: string | null;
  readonly source: string | null;
  readonly problems: readonly string[];
}

/**
 * Feature records, apart from whoever draws them: in the page's own thread a search over tens of thousands of features would be
 * felt. It answers for one model at a time.
 */
export interface FeatureService {
  /** The dictionaries that ship for a model; none for a model that the app ships nothing for. Forgets what was imported for another. */
  open(model: string, vocabulary: readonly string[], signal: AbortSignal): Promise<readonly ShippedDictionary[]>;
  /** A feature's record, of a shipped dictionary or of imported records. @throws UserError */
  record(dictionary: DictionaryId, index: number, signal: AbortSignal): Promise<FeatureRecord>;
  /** Every row of every shipped dictionary. */
  columns(signal: AbortSignal, onProgress?: (progress: ServiceProgress) => void): Promise<readonly FeatureColumns[]>;
  /** Builds what is searched, once. */
  prepare(signal: AbortSignal, onProgress?: (progress: ServiceProgress) => void): Promise<void>;
  /** Rows that match, once `prepare` is done. */
  search(query: SearchQuery, signal: AbortSignal): Promise<SearchAnswer>;
  /**
   * Takes records from files.
   *
   * @param head which dictionary they are of; null: they stand for themselves, named by their content.
   */
  importFiles(files: readonly File[], head: ColumnsHead | null): Promise<Imported>;
  /** Records as a SAEDashboard batch. @throws UserError */
  exportBatch(dictionary: DictionaryId, indices: readonly number[], head: BatchHead, signal: AbortSignal): Promise<string>;
}

const RECORDS_KEPT = 200;

/**
 * @param baseUrl the page's address, beside which `dictionaries/` lies.
 */
export function createFeatureService(baseUrl: string): FeatureService {
  let model: string | null = null;
  let shipped: ShippedModel | null = null;
  let columns: readonly FeatureColumns[] | null = null;
  let search: Promise<Search> | null = null;
  const imported = new Map<DictionaryId, ImportedSet>();
  const records = createLru<string, FeatureRecord>(RECORDS_KEPT);

  async function allColumns(signal: AbortSignal, onProgress?: (progress: ServiceProgress) => void): Promise<readonly FeatureColumns[]> {
    if (columns !== null) return columns;
    const of = shipped;
    const read = of === null ? [] : await of.columns(signal, (progress) => onProgress?.({ ...progress, stage: 'records' }));
    // Another model may have come meanwhile.
    if (of === shipped) columns = read;
    return read;
  }

  async function build(signal: AbortSignal, onProgress?: (progress: ServiceProgress) => void): Promise<Search> {
    const rows = await allColumns(signal, onProgress);
    onProgress?.({ stage: 'index', done: 0, total: 1, bytes: 0 });
    const sets = [...imported.values()].map((set) => set.searchable());
    if (shipped !== null) sets.unshift(await shipped.searchable(signal, rows.filter(({ dictionary }) => !imported.has(dictionary))));
    const made = createSearch(sets);
    onProgress?.({ stage: 'index', done: 1, total: 1, bytes: 0 });
    return made;
  }

  const service: FeatureService = {
    async open(name, vocabulary, signal) {
      const opened = await openShipped(name, baseUrl, vocabulary, signal);
      if (model !== name) imported.clear();
      model = name;
      shipped = opened;
      columns = null;
      search = null;
      return opened?.dictionaries ?? [];
    },
    async record(dictionary, index, signal) {
      const set = imported.get(dictionary);
      if (set !== undefined) return set.record(index);
      const key = `${model ?? ''} ${dictionary} ${index}`;
      const known = records.get(key);
      if (known !== undefined) return known;
      if (shipped === null) throw new UserError('no-records', 'there are no feature records for this dictionary.');
      const record = await shipped.record(dictionary, index, signal);
      records.set(key, record);
      return record;
    },
    columns: allColumns,
    async prepare(signal, onProgress) {
      search ??= build(signal, onProgress);
      try {
        await search;
      } catch (error) {
        search = null;
        throw error;
      }
    },
    async search(query, signal) {
      await service.prepare(signal);
      if (search === null) throw new UserError('not-ready', 'the search was not prepared.');
      return (await search).find(query);
    },
    async importFiles(files, head) {
      const read = await readRecordFiles(files.map((file) => ({ name: file.name, blob: file })));
      const named = head ?? { dictionary: await contentName(files), title: titleOf(read.modelId, read.source), hook: read.source ?? '', layer: null };
      const set = importedSet(named, read.records);
      imported.set(named.dictionary, set);
      search = null;
      return { columns: set.columns, modelId: read.modelId, source: read.source, problems: read.problems };
    },
    async exportBatch(dictionary, indices, head, signal) {
      const all: FeatureRecord[] = [];
      for (const index of indices) {
        signal.throwIfAborted();
        all.push(await service.record(dictionary, index, signal));
      }
      return toBatch(head, all);
    },
  };
  return service;
}

const titleOf = (model: string | null, source: string | null) => [model, source].filter((one) => one !== null).join('/') || 'imported records';

/** Dropped files as a dictionary's name: known by their content. */
async function contentName(files: readonly Blob[]): Promise<DictionaryId> {
  const bytes = await new Blob([...files]).arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return `files:${[...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
