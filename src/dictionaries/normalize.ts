import type { DictionarySpec } from '../anatomy/dictionary';

/**
 * What a dictionary does to one input vector before its encoder, and what undoes it after the decoder
 * (SAELens `run_time_activation_norm_fn_in` and `_out`).
 */
export interface NormalizedInput {
  /** [d_in], in double precision. */
  readonly values: Float64Array;
  /** [d_in]: x, centred where `centerInput` says so, otherwise untouched. What a skip connection reads. */
  readonly plain: Float64Array;
  /** x̂ = y · scale + shift. */
  readonly scale: number;
  readonly shift: number;
}

/** SAELens adds it to the standard deviation itself, not under the root. */
const LAYER_NORM_EPS = 1e-5;

/**
 * Normalises one vector.
 *
 * - `constant_norm_rescale`: x · √d_in / ‖x‖
 * - `layer_norm`: (x − mean) / (std + 1e-5), with the unbiased standard deviation (n − 1), unlike the norms of a transformer
 * - `expected_average_only_in`: x. Its scale belongs to training and lies in the weights by the time they are saved.
 *
 * With `centerInput` the mean over d_in is taken away first and put back after the decoder, so that x̂ stands for x itself; not for
 * a transcoder, whose output is another place of the model.
 *
 * @param x the vector, [d_in].
 */
export function normalizeInput(spec: DictionarySpec, x: Float32Array): NormalizedInput {
  const values = Float64Array.from(x);
  const d = values.length;
  const isTranscoder = spec.hookName !== spec.hookNameOut;
  let shift = 0;
  if (spec.centerInput) {
    const mean = meanOf(values);
    subtract(values, mean);
    if (!isTranscoder) shift = mean;
  }
  const plain = values.slice();
  if (spec.normalizeActivations === 'constant_norm_rescale') {
    const norm = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
    // A vector of zeros has no direction to rescale.
    const scale = norm === 0 ? 1 : Math.sqrt(d) / norm;
    for (let i = 0; i < d; i += 1) values[i] = (values[i] ?? 0) * scale;
    return { values, plain, scale: isTranscoder ? 1 : 1 / scale, shift };
  }
  if (spec.normalizeActivations === 'layer_norm') {
    const mean = meanOf(values);
    subtract(values, mean);
    const std = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / (d - 1));
    for (let i = 0; i < d; i += 1) values[i] = (values[i] ?? 0) / (std + LAYER_NORM_EPS);
    return isTranscoder ? { values, plain, scale: 1, shift: 0 } : { values, plain, scale: std, shift: shift + mean };
  }
  return { values, plain, scale: 1, shift };
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function subtract(values: Float64Array, amount: number): void {
  for (let i = 0; i < values.length; i += 1) values[i] = (values[i] ?? 0) - amount;
}
