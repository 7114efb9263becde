import type { DictionaryId } from '../../anatomy/dictionary';
import { UserError } from '../../lib/errors';
import { createRowReader } from './bits';
import { readCatalogue } from '../catalogue';
import { shippedDictionary, type ShippedDictionary } from './catalogue';
import { bareColumns, shippedColumns } from './columns';
import { idsOf, parseExcerpts } from './excerpts';
import { parseFormat, type RecordFormat } from './format';
import { createLru } from './lru';
import { rangedFile, readJson, type RangedFile } from './ranges';
import type { SearchSource } from './search-index';
import { recordOf } from './shipped';
import type { FeatureColumns, FeatureRecord } from './types';

/** How far reading is: files read of those wanted, and bytes. */
export interface ReadProgress {
  readonly done: number;
  readonly total: number;
  readonly bytes: number;
}

/** The records that ship with the app for one model. */
export interface ShippedModel {
  readonly dictionaries: readonly ShippedDictionary[];
  /** One feature's record: its own row and its excerpts are fetched, nothing else. @throws UserError */
  record(dictionary: DictionaryId, index: number, signal: AbortSignal): Promise<FeatureRecord>;
  /** All rows of every dictionary. */
  columns(signal: AbortSignal, onProgress?: (progress: ReadProgress) => void): Promise<readonly FeatureColumns[]>;
  /** Everything that can be searched; row r belongs to the feature that `featureAt` names. */
  searchable(signal: AbortSignal, columns: readonly FeatureColumns[]): Promise<Searchable>;
}

export interface Searchable {
  readonly source: SearchSource;
  featureAt(row: number): { readonly dictionary: DictionaryId; readonly index: number };
}

/** Excerpts kept in memory when they are fetched one by one. */
const EXCERPTS_KEPT = 400;
/** Excerpts are fetched this many at a time: one request brings the neighbours too. */
const BLOCK = 16;

/**
 * Opens the records that ship for a model. Null where the app ships none.
 *
 * @param baseUrl the page's address, beside which `dictionaries/` lies.
 * @param vocabulary the text of every token id.
 * @throws UserError
 */
export async function openShipped(model: string, baseUrl: string, vocabulary: readonly string[], opening: AbortSignal): Promise<ShippedModel | null> {
  const dictionaries = (await readCatalogue(model, baseUrl, opening)).map(shippedDictionary);
  if (dictionaries.length === 0) return null;
  const folder = new URL(`dictionaries/${encodeURIComponent(model)}/`, baseUrl).href;
  const piece = (id: number) => vocabulary[id] ?? `[${id}]`;
  const must = async (path: string, signal: AbortSignal) => {
    const json = await readJson(folder + path, signal);
    if (json === null) throw new UserError('no-records', `${folder}${path} isn't there: this dictionary has no feature records.`);
    return json;
  };
  const once = <T>(read: (signal: AbortSignal) => Promise<T>) => {
    let known: T | undefined;
    return async (signal: AbortSignal) => (known ??= await read(signal));
  };

  const rowsOf = new Map<DictionaryId, { format: (signal: AbortSignal) => Promise<RecordFormat>; file: RangedFile; entry: ShippedDictionary }>();
  for (const entry of dictionaries) {
    const at = `${entry.folder}/records`;
    const format = once(async (signal) => parseFormat(await must(`${at}.json`, signal), `${folder}${at}.json`));
    rowsOf.set(entry.dictionary, { format, file: rangedFile(`${folder}${at}.bin`), entry });
  }
  const excerpts = once(async (signal) => parseExcerpts(await must('excerpts.json', signal), `${folder}excerpts.json`));
  const excerptFile = rangedFile(`${folder}excerpts.bin`);
  const blocks = createLru<number, Promise<Uint16Array>>(EXCERPTS_KEPT / BLOCK);

  async function excerptIds(excerpt: number, signal: AbortSignal): Promise<readonly number[]> {
    const { count, length } = await excerpts(signal);
    const block = Math.floor(excerpt / BLOCK);
    const [from, to] = [block * BLOCK, Math.min(count, (block + 1) * BLOCK)];
    let ids = blocks.get(block);
    if (ids === undefined) {
      ids = excerptFile.slice(from * length * 2, to * length * 2, signal).then(idsOf);
      blocks.set(block, ids);
      ids.catch(() => blocks.delete(block));
    }
    const start = (excerpt - from) * length;
    return [...(await ids).subarray(start, start + length)];
  }

  async function wholeOf(dictionary: DictionaryId, signal: AbortSignal) {
    const rows = rowsOf.get(dictionary);
    if (rows === undefined) throw new UserError('no-records', `no records ship for "${dictionary}".`);
    const [format, bytes] = await Promise.all([rows.format(signal), rows.file.whole(signal)]);
    return { format, bytes, entry: rows.entry };
  }

  /** The same; null for a dictionary that ships without records. */
  async function recordedOf(dictionary: DictionaryId, signal: AbortSignal) {
    try {
      return await wholeOf(dictionary, signal);
    } catch (error) {
      if (error instanceof UserError && error.code === 'no-records') return null;
      throw error;
    }
  }

  return {
    dictionaries,
    async record(dictionary, index, signal) {
      const rows = rowsOf.get(dictionary);
      if (rows === undefined) throw new UserError('no-records', `no records ship for "${dictionary}".`);
      const format = await rows.format(signal);
      if (index >= format.features) throw new UserError('no-feature', `${rows.entry.title} has ${format.features} features; there is no feature ${index}.`);
      const bytes = await rows.file.slice(index * format.stride, (index + 1) * format.stride, signal);
      return recordOf({ format, excerpts: await excerpts(signal), excerptIds: (one) => excerptIds(one, signal), piece }, index, bytes, 0);
    },
    async columns(signal, onProgress = () => undefined) {
      let [done, bytes] = [0, 0];
      return Promise.all(
        dictionaries.map(async ({ dictionary, title, hook, layer, dSae }) => {
          const rows = await recordedOf(dictionary, signal);
          done += 1;
          bytes += rows?.bytes.byteLength ?? 0;
          onProgress({ done, total: dictionaries.length, bytes });
          const head = { dictionary, title, hook, layer };
          return rows === null ? bareColumns(head, dSae, null) : shippedColumns(head, rows.format, rows.bytes, piece);
        }),
      );
    },
    async searchable(signal, given) {
      const columns = given.filter(({ origin }) => origin === 'shipped');
      if (columns.length === 0) return { source: EMPTY, featureAt: () => ({ dictionary: '', index: 0 }) };
      const { length, count } = await excerpts(signal);
      const text = idsOf(await excerptFile.whole(signal));
      const parts = await Promise.all(columns.map(async ({ dictionary }) => wholeOf(dictionary, signal)));
      const readers = parts.map(({ format, bytes }) => createRowReader(format, bytes));
      const firsts: number[] = [];
      let rows = 0;
      for (const { index } of columns) {
        firsts.push(rows);
        rows += index.length;
      }
      const partOf = (row: number) => firsts.findLastIndex((first) => first <= row);
      const at = <T>(row: number, read: (part: number, local: number) => T) => {
        const part = partOf(row);
        return read(part, row - (firsts[part] ?? 0));
      };
      return {
        source: {
          rows,
          vocabulary,
          text,
          starts: Uint32Array.from({ length: count + 1 }, (_, excerpt) => excerpt * length),
          label: (row) => at(row, (part, local) => columns[part]?.labels[local] ?? null),
          tokens: (row) => at(row, (part, local) => tellingTokens(readers[part], local, text)),
          contexts: (row) => at(row, (part, local) => contextsOf(readers[part], local)),
        },
        featureAt: (row) => at(row, (part, local) => ({ dictionary: columns[part]?.dictionary ?? '', index: local })),
      };
    },
  };
}

/** Nothing to be searched. */
const EMPTY: SearchSource = { rows: 0, vocabulary: [], text: [], starts: [0], label: () => null, tokens: () => [], contexts: () => [] };

type Rows = ReturnType<typeof createRowReader> | undefined;

function contextsOf(rows: Rows, row: number): number[] {
  if (rows === undefined || rows.value(row, 'live') !== 1) return [];
  const values = rows.list(row, 'context_value');
  return rows.list(row, 'context_position').filter((_, at) => (values[at] ?? 0) > 0);
}

/** The tokens it fires on most, then those that its decoder row speaks for. */
function tellingTokens(rows: Rows, row: number, text: Uint16Array): number[] {
  const fired = contextsOf(rows, row).slice(0, 6).map((position) => text[position] ?? 0);
  return [...new Set([...fired, ...(rows?.list(row, 'top_tokens') ?? [])])];
}
