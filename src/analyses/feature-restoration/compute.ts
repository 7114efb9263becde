import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { namedArray, type NamedArray } from '../../anatomy/named-array';
import { rowAt, startsWithBos } from '../../anatomy/rows';
import type { InterventionSpec } from '../../anatomy/run';
import { must } from '../../lib/assert';
import { UserError } from '../../lib/errors';
import { klOfLogits, logSumExp, mean } from '../../lib/numeric';
import { decodeValues, encodeValues } from '../dictionary-rows';
import type { AnalysisInput } from '../types';
import { activeOthers, mostMoved, movedBy, restorationRate, restored } from './restore';

/** One way of going on from the changed run. */
export type Arm = {
  /** ln P of the answer at the end of the prompt. */
  readonly logprob: number;
  /** KL(P_original ‖ P_arm) there, nats. */
  readonly kl: number;
  /** Share of the answer's lost ln P that came back; null where nothing was lost. */
  readonly rate: number | null;
};

export type Restoration = {
  /** What the unchanged model holds likeliest at the end of the prompt. */
  readonly answerId: number;
  readonly original: Arm;
  readonly changed: Arm;
  /** The changed run with its plain reconstruction in place of the activation: α = 0. */
  readonly saeOnly: Arm;
  /** With the experts pushed back. */
  readonly experts: Arm;
  /** With all features pushed back. */
  readonly all: Arm;
  /** Rates with as many random features that fire in this text. [item] */
  readonly randomRates: NamedArray;
  /** Mean over the draws; null where there are none. */
  readonly randomRate: number | null;
  /** [item] */
  readonly expertFeatures: NamedArray;
  /** Mean |z_o − z_u| over tokens, summed over features. 0: the change is not seen at this layer. */
  readonly moved: number;
};

interface Params {
  readonly dictionary: string;
  readonly features: readonly number[];
  readonly top: number;
  readonly alpha: number;
  readonly draws: number;
  readonly seed: number;
}

/** A parameter that is a list of numbers takes this many. */
const MOST_VALUES = 65_536;

/** Restores features of the changed run from the unchanged one, over the same tokens. */
export async function compute(input: Pick<AnalysisInput, 'run' | 'request' | 'ask' | 'config' | 'dictionary' | 'signal'>, params: Params): Promise<Restoration> {
  const { run, request, ask, config, signal } = input;
  const dictionary = must(input.dictionary?.(params.dictionary), 'the dictionary');
  const { spec, dSae, name } = dictionary.info;
  if (spec.hookName !== spec.hookNameOut) throw new UserError('transcoder', `${name} is a transcoder: what it writes can't take the place of what it reads.`);
  if (request.interventions.length === 0) throw new UserError('nothing-changed', 'restoration needs a changed run: switch a slider on.');
  const { ids, promptLength } = run;
  const hook = spec.hookName;
  const original = await ask({ ids, promptLength, capture: [hook], logits: true });
  const xO = must(original.activations[hook], `the activation ${hook}`).data;
  const xU = must(run.activations[hook], `the activation ${hook}`).data;
  const [zO, zU] = [await encodeValues(dictionary, xO), await encodeValues(dictionary, xU)];
  const skipBos = startsWithBos(ids, config);
  const width = xU.length / ids.length;

  const end = Math.max(0, promptLength - 1);
  const baseRow = rowAt(must(original.logits, 'the logits of the unchanged run'), end);
  const changedRow = rowAt(must(run.logits, 'the logits of the changed run'), end);
  const answerId = indexOfLargest(baseRow);
  const logprobOf = (row: Float32Array) => (row[answerId] ?? NaN) - logSumExp(row);
  const [lpO, lpU] = [logprobOf(baseRow), logprobOf(changedRow)];
  const armOf = (row: Float32Array): Arm => {
    const logprob = logprobOf(row);
    return { logprob, kl: klOfLogits(baseRow, row), rate: restorationRate(lpO, lpU, logprob) };
  };

  /** The changed model once more, with D(z′) in place of the activation; the start token stays as the change left it. */
  const tryWith = async (experts: readonly number[], alpha: number): Promise<Arm> => {
    signal.throwIfAborted();
    const values = await decodeValues(dictionary, restored(zU, zO, { experts, alpha, dSae }), xU);
    if (skipBos) values.set(xU.subarray(0, width));
    const written = writeRows(values, width).map(({ positions, rows }): InterventionSpec => ({ id: 'replace', at: hook, positions, params: { values: [...rows] } }));
    const { logits } = await ask({ ids, promptLength, interventions: [...request.interventions, ...written], logits: true });
    return armOf(rowAt(must(logits, 'the logits of an arm'), end));
  };

  const moved = movedBy(zU, zO, dSae, skipBos);
  const experts = params.features.length > 0 ? params.features.filter((feature) => Number.isInteger(feature) && feature >= 0 && feature < dSae) : mostMoved(moved, params.top);
  const everything = Array.from({ length: dSae }, (_, feature) => feature);
  const saeOnly = await tryWith([], 0);
  const withExperts = await tryWith(experts, params.alpha);
  const all = await tryWith(everything, params.alpha);
  const rates: number[] = [];
  const pool = activeOthers(zU, zO, experts, dSae, skipBos);
  for (const draw of drawsOf(pool, experts.length, params.draws, params.seed)) {
    const { rate } = await tryWith(draw, params.alpha);
    if (rate !== null) rates.push(rate);
  }
  return {
    answerId,
    original: armOf(baseRow),
    changed: armOf(changedRow),
    saeOnly,
    experts: withExperts,
    all,
    randomRates: items(rates),
    randomRate: rates.length === 0 ? null : mean(rates),
    expertFeatures: items(experts),
    moved: moved.reduce((sum, value) => sum + value, 0),
  };
}

/** Rows in pieces that fit a list of numbers, each with its positions. */
export function writeRows(values: Float32Array, width: number): { positions: number[]; rows: Float32Array }[] {
  const most = Math.max(1, Math.floor(MOST_VALUES / width));
  const count = values.length / width;
  const parts: { positions: number[]; rows: Float32Array }[] = [];
  for (let from = 0; from < count; from += most) {
    const to = Math.min(count, from + most);
    parts.push({ positions: Array.from({ length: to - from }, (_, row) => from + row), rows: values.subarray(from * width, to * width) });
  }
  return parts;
}

/** Random sets of `size` different features each, of those that fire; none where fewer fire. The same seed draws the same sets. */
export function drawsOf(pool: readonly number[], size: number, draws: number, seed: number): number[][] {
  if (size === 0 || pool.length < size) return [];
  const source = xoroshiro128plus(seed);
  return Array.from({ length: draws }, () => {
    const left = [...pool];
    return Array.from({ length: size }, () => left.splice(uniformInt(source, 0, left.length - 1), 1)[0] ?? 0);
  });
}

function indexOfLargest(values: Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i += 1) if ((values[i] ?? -Infinity) > (values[best] ?? -Infinity)) best = i;
  return best;
}

const items = (values: readonly number[]): NamedArray => namedArray(['item'], [values.length], Float32Array.from(values));
