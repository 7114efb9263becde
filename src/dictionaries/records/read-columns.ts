import { parseDictionaryId, type DictionaryId } from '../../anatomy/dictionary';
import { titleOf } from './catalogue';
import { layerOf, shippedColumns } from './columns';
import { parseFormat } from './format';
import { rangedFile, readJson } from './ranges';
import type { FeatureColumns } from './types';

/**
 * The rows of one shipped dictionary as columns: for panels that want labels, densities and maxima of a few features, without the
 * contexts and the search. Null for a dictionary that ships no records.
 *
 * @param baseUrl the page's address, beside which `dictionaries/` lies.
 * @param vocabulary gives the text of every token id; asked only when there are records.
 * @throws UserError, AbortError
 */
export async function readColumns(
  dictionary: DictionaryId,
  baseUrl: string,
  vocabulary: () => Promise<readonly string[]>,
  signal: AbortSignal,
): Promise<FeatureColumns | null> {
  const parsed = parseDictionaryId(dictionary);
  if (parsed?.kind !== 'catalogue') return null;
  const place = new URL(`dictionaries/${encodeURIComponent(parsed.model)}/${encodeURIComponent(parsed.folder)}/records`, baseUrl).href;
  const json = await readJson(`${place}.json`, signal);
  if (json === null) return null;
  const format = parseFormat(json, `${place}.json`);
  const bytes = await rangedFile(`${place}.bin`).whole(signal);
  const pieces = await vocabulary();
  signal.throwIfAborted();
  const { hook } = format;
  return shippedColumns({ dictionary, title: titleOf(hook, parsed.folder), hook, layer: layerOf(hook) }, format, bytes, (id) => pieces[id] ?? `[${id}]`);
}
