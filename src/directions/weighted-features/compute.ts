import { decoderRow } from '../../anatomy/decoder-row';
import type { HookName } from '../../anatomy/hook-names';
import { expectRow } from '../../anatomy/rows';
import { UserError } from '../../lib/errors';
import { l2Norm, unitVector } from '../../lib/vectors';
import type { DirectionContext, DirectionResult } from '../types';

/** w_i ∝ 1 − ln i / ln(k + 1) for i = 1 … k, scaled to sum 1. */
export function rankWeights(k: number): number[] {
  const raw = Array.from({ length: k }, (_, i) => 1 - Math.log(i + 1) / Math.log(k + 1));
  const total = raw.reduce((sum, weight) => sum + weight, 0);
  return raw.map((weight) => weight / total);
}

/**
 * g = Σ w_i · W_dec[j_i] / ‖W_dec[j_i]‖ as a unit vector, [d_out]; `rawNorm` is ‖g‖. Usable at any hook point of that width.
 *
 * @throws UserError for a dictionary that can't be opened, a feature that there isn't, no feature, another width, or rows that
 *   cancel.
 */
export async function compute(
  context: Pick<DirectionContext, 'config' | 'dictionary'>,
  { dictionary: id, features }: { readonly dictionary: string; readonly features: readonly number[] },
  at: HookName,
): Promise<DirectionResult> {
  if (context.dictionary === undefined) throw new UserError('no-dictionaries', 'dictionaries can’t be opened here.');
  if (features.length === 0) throw new UserError('no-features', 'name at least one feature.');
  const dictionary = await context.dictionary(id);
  const sum = new Float64Array(dictionary.info.dOut);
  const weights = rankWeights(features.length);
  for (const [rank, feature] of features.entries()) {
    const row = decoderRow(dictionary, feature);
    const length = l2Norm(row);
    if (length > 0) row.forEach((value, i) => (sum[i] = (sum[i] ?? 0) + ((weights[rank] ?? 0) * value) / length));
  }
  const values = Float32Array.from(sum);
  expectRow(at, context.config, values);
  const unit = unitVector(values);
  if (unit === null) throw new UserError('zero-direction', 'the decoder rows of these features cancel, or are zero: they point nowhere together.');
  return { values: unit.values, rawNorm: unit.norm };
}
