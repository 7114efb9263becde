/** What the training needs to know of its activations. */
export interface InputStatistics {
  /** [d] */
  readonly mean: Float64Array;
  /** √(d / mean‖x − x̄‖²): scaled by it, ‖x − x̄‖² is d on average. Null when all activations are the same. */
  readonly scale: number | null;
}

/** @param activations [count, d] */
export function inputStatistics(activations: Float32Array, d: number): InputStatistics {
  const count = activations.length / d;
  const mean = new Float64Array(d);
  for (let i = 0; i < activations.length; i += 1) mean[i % d] = (mean[i % d] ?? 0) + (activations[i] ?? 0) / count;
  let squared = 0;
  for (let i = 0; i < activations.length; i += 1) squared += ((activations[i] ?? 0) - (mean[i % d] ?? 0)) ** 2;
  const variance = squared / count;
  return { mean, scale: variance > 1e-12 ? Math.sqrt(d / variance) : null };
}
