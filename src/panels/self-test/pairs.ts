import type { HookName } from '../../anatomy/hook-names';
import type { InterventionSpec } from '../../anatomy/run';
import type { Look } from './asker';
import { logitDifference } from './measure';

export const FINAL_SCALE: HookName = 'ln_final.hook_scale';
export const FINAL_NORMALIZED: HookName = 'ln_final.hook_normalized';

/** One prompt as ids, with the ids of its two names. */
export interface Read {
  readonly ids: readonly number[];
  readonly right: number;
  readonly wrong: number;
}

/** A clean run with all that is written into the corrupted one. */
export interface Pair {
  readonly clean: Read;
  readonly corrupted: Read;
  readonly look: Look;
  readonly cleanDifference: number;
  readonly corruptedDifference: number;
}

export function differenceAtEnd(logits: Parameters<typeof logitDifference>[0], { ids, right, wrong }: Read): number {
  return logitDifference(logits, ids.length - 1, right, wrong);
}

export function replace(at: HookName, positions: readonly number[], values: ArrayLike<number>): InterventionSpec {
  return { id: 'replace', at, positions, params: { values: Array.from(values) } };
}
