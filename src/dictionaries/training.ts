import { largest } from './encode';

/**
 * BatchTopK as it selects while it trains: of ReLU(pre) the ⌊k · nPos⌋ largest values of the whole batch stay. A trained
 * dictionary stores a threshold instead and is read as JumpReLU (SAELens `batchtopk_sae.py`).
 *
 * @param pre [pos, d_sae]. @returns [pos, d_sae]
 */
export function batchTopK(pre: Float32Array, nPos: number, k: number): Float32Array {
  const positive = pre.map((value) => Math.max(0, value));
  const out = new Float32Array(pre.length);
  for (const index of largest(positive, Math.floor(k * nPos))) out[index] = positive[index] ?? 0;
  return out;
}

/** One step of the threshold's running mean: θ += rate · (smallest kept activation − θ). A batch that kept nothing changes nothing. */
export function nextThreshold(theta: number, kept: Float32Array, rate = 0.01): number {
  const smallest = kept.reduce((least, value) => (value > 0 && value < least ? value : least), Infinity);
  return smallest === Infinity ? theta : theta + rate * (smallest - theta);
}

/** Activations of the first `width` features of a Matryoshka dictionary, the rest zero. @param f [pos, d_sae] */
export function prefixOf(f: Float32Array, dSae: number, width: number): Float32Array {
  return f.map((value, i) => (i % dSae < width ? value : 0));
}
