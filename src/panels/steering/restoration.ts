import type { NamedArray } from '../../anatomy/named-array';
import type { AnalysisResult, AnalysisValue } from '../../anatomy/run';

/** One line of the table. */
export interface ArmRow {
  readonly name: string;
  /** ln P of the answer; null where it isn't given. */
  readonly logprob: number | null;
  readonly kl: number | null;
  /** Share of what was lost that came back. */
  readonly rate: number | null;
}

/** An answer of `feature-restoration`, as the screen shows it. */
export interface Restoration {
  readonly answerId: number;
  readonly arms: readonly ArmRow[];
  /** Lowest, mean and highest rate of the random draws; null without any. */
  readonly random: { readonly low: number; readonly mean: number; readonly high: number; readonly draws: number } | null;
  readonly experts: readonly number[];
  /** False: the change isn't seen at this layer. */
  readonly isSeen: boolean;
  /** False: the changed run gives the answer more probability than the unchanged one. Then rates are shares of a gain, and say nothing. */
  readonly isLost: boolean;
}

const ARMS = [
  ['original', 'unchanged model'],
  ['changed', 'changed run'],
  ['saeOnly', 'SAE only (α = 0)'],
  ['experts', 'experts pushed back'],
  ['all', 'all features pushed back'],
] as const;

/** Below this sum of mean changes the features of both runs are the same but for rounding. */
const SEEN = 1e-4;

/** Reads the answer; null for anything else. */
export function restorationOf(result: AnalysisResult | undefined): Restoration | null {
  if (result === undefined || typeof result['answerId'] !== 'number' || !isArray(result['randomRates']) || !isArray(result['expertFeatures'])) return null;
  const rates = [...result['randomRates'].data];
  const [before, after] = [armOf(result['original']).logprob, armOf(result['changed']).logprob];
  return {
    answerId: result['answerId'],
    arms: ARMS.map(([key, name]) => ({ name, ...armOf(result[key]) })),
    isLost: before === null || after === null || after <= before,
    random: rates.length === 0 ? null : { low: Math.min(...rates), high: Math.max(...rates), mean: rates.reduce((sum, rate) => sum + rate, 0) / rates.length, draws: rates.length },
    experts: [...result['expertFeatures'].data],
    isSeen: typeof result['moved'] === 'number' && result['moved'] > SEEN,
  };
}

function armOf(value: AnalysisValue | undefined): Omit<ArmRow, 'name'> {
  const { logprob, kl, rate } = typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as AnalysisResult) : {};
  const number = (one: AnalysisValue | undefined) => (typeof one === 'number' && Number.isFinite(one) ? one : null);
  return { logprob: number(logprob), kl: number(kl), rate: number(rate) };
}

function isArray(value: unknown): value is NamedArray {
  return typeof value === 'object' && value !== null && 'data' in value && value.data instanceof Float32Array;
}
