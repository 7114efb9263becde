import type { Dictionary, DictionaryWeights } from '../anatomy/dictionary';
import { UserError } from '../lib/errors';

/** ‖W_dec[i]‖ of every feature. @param W_dec [d_sae, d_out]. @returns [d_sae] */
export function decoderNorms(W_dec: Float32Array, dSae: number): Float32Array {
  const dOut = W_dec.length / dSae;
  return Float32Array.from({ length: dSae }, (_, feature) => {
    let sum = 0;
    for (let i = feature * dOut; i < (feature + 1) * dOut; i += 1) sum += (W_dec[i] ?? 0) ** 2;
    return Math.sqrt(sum);
  });
}

/**
 * The same dictionary with decoder rows of length 1: activations are then comparable across features, and x̂ stays what it was.
 * W_dec[i] /= nᵢ; W_enc[:, i], b_enc[i], thresholds and the biases of a gated encoder *= nᵢ; r_mag stays (SAELens `fold_W_dec_norm`).
 * With `rescaleActsByDecoderNorm` the activations are scaled already and stay as they are.
 *
 * @throws UserError `no-fold` for TopK without that flag: another ranking would keep other features.
 */
export function foldDecoderNorm(dictionary: Dictionary): Dictionary {
  const { info, weights } = dictionary;
  const { spec, dSae, dIn } = info;
  if (spec.encoder === 'topk' && !spec.rescaleActsByDecoderNorm)
    throw new UserError('no-fold', `${info.name}: decoder norms can't be folded into a TopK dictionary: it would keep other features than it was trained to.`);
  return {
    info: { ...info, notes: [...info.notes, 'Decoder norms were folded into the encoder.'] },
    weights: foldNorms(weights, dIn, dSae),
  };
}

/** What `foldDecoderNorm` does to the weights. */
export function foldNorms(weights: DictionaryWeights, dIn: number, dSae: number): DictionaryWeights {
  const dOut = weights.W_dec.length / dSae;
  // A row of zeros has no direction; its feature changes nothing either way.
  const norms = decoderNorms(weights.W_dec, dSae).map((norm) => (norm === 0 ? 1 : norm));
  const times = (values: Float32Array) => values.map((value, i) => value * (norms[i] ?? 1));
  return {
    ...weights,
    W_enc: scaleColumns(weights.W_enc, dIn, norms),
    b_enc: times(weights.b_enc),
    W_dec: weights.W_dec.map((value, i) => value / (norms[Math.floor(i / dOut)] ?? 1)),
    threshold: weights.threshold === null ? null : times(weights.threshold),
    gated: weights.gated === null ? null : { r_mag: weights.gated.r_mag, b_mag: times(weights.gated.b_mag) },
  };
}

/** W [rows, columns], each column times its factor. */
function scaleColumns(W: Float32Array, rows: number, factors: Float32Array): Float32Array {
  const out = new Float32Array(W.length);
  const columns = factors.length;
  for (let row = 0; row < rows; row += 1)
    for (let column = 0; column < columns; column += 1) out[row * columns + column] = (W[row * columns + column] ?? 0) * (factors[column] ?? 1);
  return out;
}

/**
 * Puts a constant input scale s = √d_in / E‖x‖ into the weights: W_enc *= s, W_dec /= s, b_dec /= s; b_enc and thresholds stay,
 * since pre-activations do (SAELens `fold_activation_norm_scaling_factor`).
 */
export function foldInputScale(weights: DictionaryWeights, s: number): DictionaryWeights {
  return {
    ...weights,
    W_enc: weights.W_enc.map((value) => value * s),
    W_dec: weights.W_dec.map((value) => value / s),
    b_dec: weights.b_dec.map((value) => value / s),
  };
}

/**
 * The same dictionary without b_dec on its input: b_enc' = b_enc − b_dec · W_enc. Of a gated encoder the bias of the magnitude
 * takes its share too, scaled by exp(r_mag) as the matrix is.
 */
export function absorbDecoderBias(dictionary: Dictionary): Dictionary {
  const { info, weights } = dictionary;
  if (!info.spec.applyBDecToInput) return dictionary;
  const { dIn, dSae } = info;
  const shift = new Float64Array(dSae);
  for (let row = 0; row < dIn; row += 1)
    for (let column = 0; column < dSae; column += 1)
      shift[column] = (shift[column] ?? 0) + (weights.b_dec[row] ?? 0) * (weights.W_enc[row * dSae + column] ?? 0);
  const { gated } = weights;
  return {
    info: { ...info, spec: { ...info.spec, applyBDecToInput: false }, notes: [...info.notes, 'b_dec was absorbed into the encoder bias.'] },
    weights: {
      ...weights,
      b_enc: weights.b_enc.map((value, i) => value - (shift[i] ?? 0)),
      gated:
        gated === null
          ? null
          : { r_mag: gated.r_mag, b_mag: gated.b_mag.map((value, i) => value - (shift[i] ?? 0) * Math.exp(gated.r_mag[i] ?? 0)) },
    },
  };
}
