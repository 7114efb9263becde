import type { DictionaryEntry } from '../catalogue';
import { layerOf, type ColumnsHead } from './columns';

/** A dictionary that ships with the app, as lists name it. */
export interface ShippedDictionary extends ColumnsHead {
  readonly folder: string;
  readonly dIn: number;
  readonly dSae: number;
  /** Features that fired in the held-out text. */
  readonly live: number | null;
  /** Mean number of active features at a token. */
  readonly l0: number | null;
  readonly explainedVariance: number | null;
}

export function shippedDictionary(entry: DictionaryEntry): ShippedDictionary {
  const { id, folder, hookName, layer, dIn, dSae, live, l0, explainedVariance } = entry;
  return { dictionary: id, title: titleOf(hookName, folder), hook: hookName, layer: layer ?? layerOf(hookName), folder, dIn, dSae, live, l0, explainedVariance };
}

/** A dictionary as a list names it: `L6 resid_post`; with the folder's own name where that says something else than the hook. */
export function titleOf(hook: string, folder = hook): string {
  const layer = layerOf(hook);
  const site = hook.replace(/^blocks\.\d+\./, '').replace(/(^|\.)hook_/, '$1');
  const name = layer === null ? site : `L${layer} ${site}`;
  return folder === hook ? name : `${name} (${folder})`;
}
