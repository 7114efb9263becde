import { decoderRow } from '../../anatomy/decoder-row';
import type { HookName } from '../../anatomy/hook-names';
import { expectRow } from '../../anatomy/rows';
import { UserError } from '../../lib/errors';
import { unitVector } from '../../lib/vectors';
import type { DirectionContext, DirectionResult } from '../types';

export interface SaeDecoderParams {
  readonly dictionary: string;
  readonly feature: number;
}

/**
 * W_dec[feature] / ‖W_dec[feature]‖, [d_out]; `rawNorm` is the row's own length. It may be used at any hook point of that width.
 *
 * @throws UserError for a dictionary that can't be opened, a feature that there isn't, a hook point of another width, or a row of
 *   zeros.
 */
export async function compute(
  context: Pick<DirectionContext, 'config' | 'dictionary'>,
  { dictionary: id, feature }: SaeDecoderParams,
  at: HookName,
): Promise<DirectionResult> {
  if (context.dictionary === undefined) throw new UserError('no-dictionaries', 'dictionaries can’t be opened here.');
  const row = decoderRow(await context.dictionary(id), feature);
  expectRow(at, context.config, row);
  const unit = unitVector(row);
  if (unit === null) throw new UserError('zero-direction', `the decoder row of feature ${feature} is zero: it points nowhere.`);
  return { values: unit.values, rawNorm: unit.norm };
}
