import * as v from 'valibot';
import { catalogueDictionary, type DictionaryId } from '../anatomy/dictionary';
import { UserError } from '../lib/errors';

const entrySchema = v.looseObject({
  folder: v.pipe(v.string(), v.regex(/^[\w.-]+$/)),
  hook: v.string(),
  layer: v.nullish(v.number()),
  d_in: v.number(),
  d_sae: v.number(),
  live: v.nullish(v.number()),
  l0: v.nullish(v.number()),
  explained_variance: v.nullish(v.number()),
});
const indexSchema = v.looseObject({ dictionaries: v.array(entrySchema) });

/** A dictionary that ships with the app, as the list of its model tells it (RECORDS.md). */
export interface DictionaryEntry {
  readonly id: DictionaryId;
  readonly folder: string;
  /** What a person calls it. */
  readonly title: string;
  readonly hookName: string;
  readonly layer: number | null;
  readonly dIn: number;
  readonly dSae: number;
  /** Features that fired in the held-out text; null where the list doesn't say. */
  readonly live: number | null;
  readonly l0: number | null;
  readonly explainedVariance: number | null;
}

/** Where the list of a model's shipped dictionaries lies. */
export const catalogueUrl = (modelId: string, baseUrl: string): string => new URL(`dictionaries/${encodeURIComponent(modelId)}/index.json`, baseUrl).href;

/**
 * The dictionaries that ship for a model; none where it has none.
 *
 * @throws AbortError, or UserError `bad-index` when the list is there but damaged.
 */
export async function readCatalogue(modelId: string, baseUrl: string, signal: AbortSignal): Promise<readonly DictionaryEntry[]> {
  let response: Response;
  try {
    response = await fetch(catalogueUrl(modelId, baseUrl), { signal });
  } catch (error) {
    if (signal.aborted) throw error;
    return [];
  }
  // A server that answers what it doesn't have with a page has no list either.
  if (!response.ok || /^text\/html\b/i.test(response.headers.get('content-type') ?? '')) return [];
  let raw: unknown;
  try {
    raw = await response.json();
  } catch {
    throw damaged(modelId);
  }
  const index = v.safeParse(indexSchema, raw);
  if (!index.success) throw damaged(modelId);
  return index.output.dictionaries.map((one) => ({
    id: catalogueDictionary(modelId, one.folder),
    folder: one.folder,
    title: one.folder === one.hook ? one.hook : `${one.hook} (${one.folder})`,
    hookName: one.hook,
    layer: one.layer ?? null,
    dIn: one.d_in,
    dSae: one.d_sae,
    live: one.live ?? null,
    l0: one.l0 ?? null,
    explainedVariance: one.explained_variance ?? null,
  }));
}

function damaged(modelId: string): UserError {
  return new UserError('bad-index', `the list of dictionaries that ship for ${modelId} is damaged. Load the page again.`);
}
