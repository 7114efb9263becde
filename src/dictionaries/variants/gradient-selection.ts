import { largest } from '../encode';

/**
 * The features that g-SAE keeps at one position: the k largest q = z + β · z ⊙ |e|, where e is the first-order effect of each feature
 * on a loss downstream. With β = 0 this is TopK. Values stay z, clipped at 0. (arXiv 2411.10397; the combination is reconstructed.)
 *
 * @param z [d_sae] pre-activations. @param e [d_sae] directional derivatives of the loss along the decoder rows: g · W_decᵀ.
 * @returns [d_sae]
 */
export function selectByGradient(z: ArrayLike<number>, e: ArrayLike<number>, k: number, beta: number): Float64Array {
  const scores = Float64Array.from(z, (value, i) => value + beta * value * Math.abs(e[i] ?? 0));
  const out = new Float64Array(z.length);
  for (const index of largest(scores, k)) out[index] = Math.max(0, z[index] ?? 0);
  return out;
}

/** e = g · W_decᵀ. @param g [d_out], the gradient of the loss. @param W_dec [d_sae, d_out]. @returns [d_sae] */
export function alongDecoder(g: ArrayLike<number>, W_dec: Float32Array): Float64Array {
  const d = g.length;
  return Float64Array.from({ length: W_dec.length / d }, (_, feature) => {
    let sum = 0;
    for (let i = 0; i < d; i += 1) sum += (g[i] ?? 0) * (W_dec[feature * d + i] ?? 0);
    return sum;
  });
}
