import type { HookName } from '../../anatomy/hook-names';
import type { NamedArray } from '../../anatomy/named-array';
import { rowAt, rowSize, startsWithBos } from '../../anatomy/rows';
import { abortError, UserError } from '../../lib/errors';
import type { TextPair } from '../../lib/params';
import { unitVector } from '../../lib/vectors';
import type { DirectionContext, DirectionResult } from '../types';

export interface ContrastParams {
  readonly pairs: readonly TextPair[];
  readonly read: 'last' | 'mean';
}

/** What of an activation [pos, …] stands for the whole text: its last row, or the mean of the rows from `first` on. [d]. */
export function readRows(activation: NamedArray, read: ContrastParams['read'], first: number): Float64Array {
  const nPos = activation.shape[0] ?? 0;
  if (read === 'last') return Float64Array.from(rowAt(activation, nPos - 1));
  const sum = new Float64Array(activation.data.length / nPos);
  for (let pos = first; pos < nPos; pos += 1) rowAt(activation, pos).forEach((value, i) => (sum[i] = (sum[i] ?? 0) + value));
  return sum.map((value) => value / (nPos - first));
}

/** The mean over pairs of positive − negative. [d]. */
export function meanDifference(rows: readonly { readonly positive: Float64Array; readonly negative: Float64Array }[]): Float64Array {
  const sum = new Float64Array(rows[0]?.positive.length ?? 0);
  for (const { positive, negative } of rows)
    for (let i = 0; i < sum.length; i += 1) sum[i] = (sum[i] ?? 0) + ((positive[i] ?? NaN) - (negative[i] ?? NaN)) / rows.length;
  return sum;
}

/**
 * Mean over pairs of h₊ − h₋ at a hook point, as a unit vector [d]; `rawNorm` is its length before.
 *
 * @throws UserError for a text without tokens, and when the difference is zero.
 */
export async function compute(
  context: Pick<DirectionContext, 'config' | 'encode' | 'capture' | 'signal'>,
  params: ContrastParams,
  at: HookName,
): Promise<DirectionResult> {
  rowSize(at, context.config);
  // A text that stands in several pairs is run once.
  const seen = new Map<string, Float64Array>();
  const rowOf = async (side: string, where: string): Promise<Float64Array> => {
    const known = seen.get(side);
    if (known !== undefined) return known;
    if (context.signal.aborted) throw abortError();
    const ids = await context.encode(side);
    const first = startsWithBos(ids, context.config) ? 1 : 0;
    if (ids.length <= first) throw new UserError('empty-text', `${where} is empty: there is nothing to read.`);
    if (ids.length > context.config.nCtx)
      throw new UserError('too-long', `${where} has ${ids.length} tokens; this model takes ${context.config.nCtx}.`);
    const row = readRows(await context.capture(ids, at), params.read, first);
    seen.set(side, row);
    return row;
  };
  const rows: { positive: Float64Array; negative: Float64Array }[] = [];
  for (const [index, pair] of params.pairs.entries())
    rows.push({
      positive: await rowOf(pair.positive, `the first text of pair ${index + 1}`),
      negative: await rowOf(pair.negative, `the second text of pair ${index + 1}`),
    });
  const unit = unitVector(meanDifference(rows));
  if (unit === null)
    throw new UserError('zero-direction', 'the two sides of the pairs give the same activations, so they point nowhere. Make them differ.');
  return { values: unit.values, rawNorm: unit.norm };
}
