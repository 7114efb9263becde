import type { Dictionary } from '../anatomy/dictionary';
import { decoderNorms } from './fold';
import { normalizeInput } from './normalize';

/**
 * The reconstruction, in plain arithmetic: x̂ = N_out(f · W_dec + b_dec), and x · W_skipᵀ on top for a skip transcoder.
 *
 * @param f [pos, d_sae] as `encode` gives it, or edited.
 * @param x [pos, d_in] that f came from: normalisation is undone with its statistics, and a skip transcoder reads it.
 * @returns [pos, d_out]
 */
export function decode(dictionary: Dictionary, f: Float32Array, nPos: number, x: Float32Array): Float32Array {
  const { info, weights } = dictionary;
  const { dIn, dOut, dSae, spec } = info;
  const norms = spec.encoder === 'topk' && spec.rescaleActsByDecoderNorm ? decoderNorms(weights.W_dec, dSae) : null;
  const out = new Float32Array(nPos * dOut);
  for (let pos = 0; pos < nPos; pos += 1) {
    const input = normalizeInput(spec, x.subarray(pos * dIn, (pos + 1) * dIn));
    const y = Float64Array.from(weights.b_dec);
    for (let feature = 0; feature < dSae; feature += 1) {
      const value = (f[pos * dSae + feature] ?? 0) / (norms === null ? 1 : (norms[feature] ?? 1));
      if (value === 0 || Number.isNaN(value)) continue;
      for (let i = 0; i < dOut; i += 1) y[i] = (y[i] ?? 0) + value * (weights.W_dec[feature * dOut + i] ?? 0);
    }
    const skip = weights.W_skip;
    for (let i = 0; i < dOut; i += 1) {
      let value = (y[i] ?? 0) * input.scale + input.shift;
      if (skip !== null) for (let j = 0; j < dIn; j += 1) value += (input.plain[j] ?? 0) * (skip[i * dIn + j] ?? 0);
      out[pos * dOut + i] = value;
    }
  }
  return out;
}
