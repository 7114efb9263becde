import { UserError } from '../lib/errors';
import type { Dictionary } from './dictionary';

/**
 * The decoder row of one feature, [d_out]: a view, not a copy.
 *
 * @throws UserError 'unknown-feature' when the dictionary has no feature of this number.
 */
export function decoderRow({ info, weights }: Dictionary, feature: number): Float32Array {
  if (!Number.isInteger(feature) || feature < 0 || feature >= info.dSae)
    throw new UserError('unknown-feature', `there is no feature ${feature} in ${info.name}: they go from 0 to ${info.dSae - 1}.`);
  return weights.W_dec.subarray(feature * info.dOut, (feature + 1) * info.dOut);
}
