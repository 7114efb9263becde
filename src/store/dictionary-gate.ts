import { analyses } from '../analyses';
import { parseDictionaryId, type DictionaryId } from '../anatomy/dictionary';
import { namedDictionaries } from '../anatomy/named-dictionaries';
import type { RunRequest } from '../anatomy/run';
import { directions } from '../directions';
import { interventions } from '../interventions';
import { lenientValues } from './lenient-values';
import type { DictionaryState } from './state';

/** Whether a question can be asked as far as its dictionaries go. */
export type Gate =
  | { readonly kind: 'ready' }
  /** Some are being opened, or can be: `missing` are those that nobody opens yet. */
  | { readonly kind: 'waiting'; readonly missing: readonly DictionaryId[] }
  /** One can't be had: `lost` where its files have to be given again. */
  | { readonly kind: 'refused'; readonly message: string; readonly lost: DictionaryId | null };

const doors = { intervention: interventions.find, direction: directions.find, analysis: analyses.find };

/** The dictionaries that a question names: in its interventions, their directions, and its analyses. Each once. */
export function dictionariesOf(request: Pick<RunRequest, 'interventions' | 'analyses'>): readonly DictionaryId[] {
  return namedDictionaries(request, doors, lenientValues);
}

/** Holds a question back until its dictionaries are open, or says why it can't be asked. */
export function gateOf(request: Pick<RunRequest, 'interventions' | 'analyses'>, dictionaries: ReadonlyMap<DictionaryId, DictionaryState>): Gate {
  const missing: DictionaryId[] = [];
  let isWaiting = false;
  for (const id of dictionariesOf(request)) {
    const state = dictionaries.get(id);
    if (state?.status === 'ready') continue;
    if (state?.status === 'failed') return { kind: 'refused', message: state.message, lost: null };
    if (state === undefined) {
      const kind = parseDictionaryId(id)?.kind;
      // What names nothing is refused by the worker, which says so in its own words.
      if (kind === undefined) continue;
      if (kind === 'files' || kind === 'trained') return { kind: 'refused', message: LOST[kind], lost: id };
      missing.push(id);
    }
    isWaiting = true;
  }
  return isWaiting ? { kind: 'waiting', missing } : { kind: 'ready' };
}

const LOST = {
  files: 'this uses a dictionary that was dropped into a page: drop its files here too, and it goes on.',
  trained: 'this uses a dictionary that was trained in a page and lies nowhere else: train it again with the same settings, or drop its exported files.',
} as const;
