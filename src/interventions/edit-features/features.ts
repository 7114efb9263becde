import type { Dictionary } from '../../anatomy/dictionary';
import { activateEach, columns, encodeRows, fromConstant, matMul, mul, normalizeRows, sub, type Tensor } from '../../engine';

/** Reads and writes a few features of a dictionary. */
export interface FewFeatures {
  /** Their activations of rows. @param x [pos, d_in]. @returns [pos, feature] */
  activations(x: Tensor): Tensor;
  /** What changes of their activations change in the reconstruction. @param delta [pos, feature]. @returns [pos, d_out] */
  written(delta: Tensor, x: Tensor): Tensor;
}

/**
 * A few features of a dictionary, for one run. An encoder that treats each feature by itself is computed for these alone: a
 * matter of some columns, where the whole dictionary has thousands. TopK must rank them all.
 */
export function fewFeatures(dictionary: Dictionary, features: readonly number[]): FewFeatures {
  const { info, weights } = dictionary;
  const { spec, dIn, dOut, dSae } = info;
  const count = features.length;
  const pick = (values: Float32Array) => Float32Array.from(features, (feature) => values[feature] ?? 0);
  const perFeature = (values: Float32Array | null | undefined) => (values === null || values === undefined ? null : pick(values));
  const encoder = new Float32Array(dIn * count); // [d_in, feature]
  for (let i = 0; i < dIn; i += 1) for (let n = 0; n < count; n += 1) encoder[i * count + n] = weights.W_enc[i * dSae + (features[n] ?? 0)] ?? 0;
  const decoder = new Float32Array(count * dOut); // [feature, d_out]
  features.forEach((feature, n) => {
    const row = weights.W_dec.subarray(feature * dOut, (feature + 1) * dOut);
    // With rescaled activations the decoder divides by the row's length.
    const length = spec.encoder === 'topk' && spec.rescaleActsByDecoderNorm ? Math.sqrt(row.reduce((sum, value) => sum + value * value, 0)) : 1;
    decoder.set(length === 0 ? row : row.map((value) => value / length), n * dOut);
  });
  const rows = {
    b_enc: pick(weights.b_enc),
    threshold: perFeature(weights.threshold),
    b_mag: perFeature(weights.gated?.b_mag),
    gain: perFeature(weights.gated?.r_mag)?.map(Math.exp) ?? null,
    factor: perFeature(weights.scalingFactor),
  };
  const asRow = (values: Float32Array | null) => (values === null ? null : fromConstant(values, [1, count]));
  return {
    activations(x) {
      if (spec.encoder === 'topk') return columns(encodeRows(dictionary, x), features);
      const { values } = normalizeRows(spec, x); // [pos, d_in]
      const input = spec.applyBDecToInput ? sub(values, fromConstant(weights.b_dec, [1, weights.b_dec.length])) : values; // [pos, d_in]
      const product = matMul(input, fromConstant(encoder, [dIn, count])); // [pos, feature]
      const tensors = { b_enc: fromConstant(rows.b_enc, [1, count]), threshold: asRow(rows.threshold), b_mag: asRow(rows.b_mag), gain: asRow(rows.gain) };
      const f = activateEach(spec.encoder, product, tensors); // [pos, feature]
      const factor = asRow(rows.factor);
      return factor === null ? f : mul(f, factor);
    },
    written(delta, x) {
      const change = matMul(delta, fromConstant(decoder, [count, dOut])); // [pos, d_out]
      const { scale } = normalizeRows(spec, x);
      return scale === null ? change : mul(change, scale);
    },
  };
}
