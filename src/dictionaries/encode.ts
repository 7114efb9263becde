import { decoderRow } from '../anatomy/decoder-row';
import type { Dictionary } from '../anatomy/dictionary';
import { decoderNorms } from './fold';
import { normalizeInput } from './normalize';

/**
 * Feature activations, in plain arithmetic: the reference that the engine's tensor code is held against.
 * Formulas: SAELens v6 (`standard_sae.py`, `topk_sae.py`, `jumprelu_sae.py`, `gated_sae.py`).
 *
 * @param x [pos, d_in], row-major; `attn.hook_z` flattened to [pos, head_index · d_head].
 * @returns [pos, d_sae]
 */
export function encode(dictionary: Dictionary, x: Float32Array, nPos: number): Float32Array {
  const { dIn, dSae } = dictionary.info;
  const out = new Float32Array(nPos * dSae);
  const norms = isRescaled(dictionary) ? decoderNorms(dictionary.weights.W_dec, dSae) : null;
  for (let pos = 0; pos < nPos; pos += 1) {
    const row = out.subarray(pos * dSae, (pos + 1) * dSae);
    row.set(encodeOne(dictionary, x.subarray(pos * dIn, (pos + 1) * dIn), norms));
  }
  return out;
}

function encodeOne(dictionary: Dictionary, x: Float32Array, norms: Float32Array | null): Float64Array {
  const { weights } = dictionary;
  const { spec } = dictionary.info;
  const s = encoderInput(dictionary, x);
  const product = timesMatrix(s, weights.W_enc, dictionary.info.dSae);
  const pre = product.map((value, i) => value + (weights.b_enc[i] ?? 0));
  const f = activate();
  const factor = weights.scalingFactor;
  return factor === null ? f : f.map((value, i) => value * (factor[i] ?? 1));

  function activate(): Float64Array {
    switch (spec.encoder) {
      case 'standard':
        return pre.map((value) => Math.max(0, value));
      case 'jumprelu':
        return pre.map((value, i) => (value > (weights.threshold?.[i] ?? 0) ? Math.max(0, value) : 0));
      case 'topk':
        return topK(norms === null ? pre : pre.map((value, i) => value * (norms[i] ?? 0)), spec.k ?? 0);
      case 'gated': {
        const { b_mag, r_mag } = weights.gated ?? { b_mag: new Float32Array(0), r_mag: new Float32Array(0) };
        // b_enc is the bias of the gate: `pre` says which features are on, the magnitude how much.
        return product.map((value, i) => ((pre[i] ?? 0) > 0 ? Math.max(0, value * Math.exp(r_mag[i] ?? 0) + (b_mag[i] ?? 0)) : 0));
      }
    }
  }
}

/**
 * Pre-activations of one vector, before any selection: s · W_enc + b_enc; of a TopK that ranks by decoder norm, times the norm, as it
 * gives its activations too. Of a gated dictionary those of its gate.
 *
 * @param x [d_in]. @returns [d_sae]
 */
export function preActivations(dictionary: Dictionary, x: Float32Array): Float64Array {
  const { weights, info } = dictionary;
  const norms = isRescaled(dictionary) ? decoderNorms(weights.W_dec, info.dSae) : null;
  return timesMatrix(encoderInput(dictionary, x), weights.W_enc, info.dSae).map((value, i) => (value + (weights.b_enc[i] ?? 0)) * (norms === null ? 1 : (norms[i] ?? 0)));
}

/**
 * What one unit of each of some features adds to the reconstruction of one vector: its decoder row, divided by its length where
 * activations were multiplied with it, and in the scale that undoes the normalisation of x.
 *
 * @param x [d_in]. @returns [d_out] for each feature
 */
export function rowsWritten(dictionary: Dictionary, x: Float32Array, features: readonly number[]): Float32Array[] {
  const { scale } = normalizeInput(dictionary.info.spec, x);
  return features.map((feature) => {
    const row = decoderRow(dictionary, feature);
    const length = isRescaled(dictionary) ? Math.hypot(...row) : 1;
    return row.map((value) => (value * scale) / (length === 0 ? 1 : length));
  });
}

const isRescaled = ({ info }: Dictionary): boolean => info.spec.encoder === 'topk' && info.spec.rescaleActsByDecoderNorm;

/** What the encoder's matrix is multiplied with: the normalised vector, less b_dec where the dictionary subtracts it. [d_in] */
function encoderInput({ info, weights }: Dictionary, x: Float32Array): Float64Array {
  const { values } = normalizeInput(info.spec, x);
  return info.spec.applyBDecToInput ? values.map((value, i) => value - (weights.b_dec[i] ?? 0)) : values;
}

/** s [rows] · W [rows, columns] → [columns], summed in double precision. */
function timesMatrix(s: Float64Array, W: Float32Array, columns: number): Float64Array {
  const out = new Float64Array(columns);
  for (let row = 0; row < s.length; row += 1) {
    const factor = s[row] ?? 0;
    const start = row * columns;
    for (let column = 0; column < columns; column += 1) out[column] = (out[column] ?? 0) + factor * (W[start + column] ?? 0);
  }
  return out;
}

/**
 * Keeps the k largest values, then clips at zero: where fewer than k are positive, fewer than k stay. Of equal values the one with
 * the lower index goes first.
 */
export function topK(values: Float64Array, k: number): Float64Array {
  const out = new Float64Array(values.length);
  for (const index of largest(values, k)) out[index] = Math.max(0, values[index] ?? 0);
  return out;
}

/** Indices of the k largest values, in no order. Ties: the lower index. */
export function largest(values: ArrayLike<number>, k: number): number[] {
  if (k <= 0) return [];
  if (k >= values.length) return Array.from(values, (_, i) => i);
  const border = Float64Array.from(values).sort()[values.length - k] ?? 0;
  const kept: number[] = [];
  const ties: number[] = [];
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i] ?? 0;
    if (value > border) kept.push(i);
    else if (value === border) ties.push(i);
  }
  return [...kept, ...ties.slice(0, k - kept.length)];
}
