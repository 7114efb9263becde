import { ARRAY_NAMES } from './arrays';
import { addScaled, dotAt } from './rows';
import type { TrainingArrays } from './types';

const BETA_1 = 0.9;
const BETA_2 = 0.999;
const EPSILON = 1e-8;
const CLIP_EPSILON = 1e-6;

/**
 * One step of Adam (Kingma & Ba 2015; as `torch.optim.Adam` computes it), in place.
 *
 * @param count steps including this one, from 1.
 */
export function adamStep(parameters: TrainingArrays, gradients: TrainingArrays, first: TrainingArrays, second: TrainingArrays, lr: number, count: number): void {
  const size = lr / (1 - BETA_1 ** count);
  const correction = 1 / Math.sqrt(1 - BETA_2 ** count);
  for (const name of ARRAY_NAMES) {
    const [p, g, m, v] = [parameters[name], gradients[name], first[name], second[name]];
    if (p === undefined || g === undefined || m === undefined || v === undefined) continue;
    for (let i = 0; i < p.length; i += 1) {
      const gradient = g[i] ?? 0;
      const mean = BETA_1 * (m[i] ?? 0) + (1 - BETA_1) * gradient;
      const square = BETA_2 * (v[i] ?? 0) + (1 - BETA_2) * gradient * gradient;
      m[i] = mean;
      v[i] = square;
      p[i] = (p[i] ?? 0) - (size * mean) / (Math.sqrt(square) * correction + EPSILON);
    }
  }
}

/** Takes from the gradient what points along its decoder row: rows keep length 1, so that part would be undone. */
export function removeParallel(gradient: Float32Array, W_dec: Float32Array, d: number): void {
  for (let row = 0; row < W_dec.length; row += d) {
    const along = dotAt(gradient, row, W_dec, row, d);
    if (along !== 0) addScaled(gradient, row, -along, W_dec, row, d);
  }
}

/** Makes every decoder row a unit vector again. */
export function normalizeRows(W_dec: Float32Array, d: number): void {
  for (let row = 0; row < W_dec.length; row += d) {
    const norm = Math.sqrt(dotAt(W_dec, row, W_dec, row, d));
    if (norm > 0) for (let i = 0; i < d; i += 1) W_dec[row + i] = (W_dec[row + i] ?? 0) / norm;
  }
}

/**
 * Makes all gradients together no longer than `most` (as `torch.nn.utils.clip_grad_norm_` does it).
 *
 * @returns the length that they had.
 */
export function clipNorm(gradients: TrainingArrays, most: number): number {
  let squared = 0;
  for (const name of ARRAY_NAMES) for (const value of gradients[name] ?? []) squared += value * value;
  const norm = Math.sqrt(squared);
  const factor = most / (norm + CLIP_EPSILON);
  if (factor >= 1) return norm;
  for (const name of ARRAY_NAMES) {
    const values = gradients[name];
    if (values !== undefined) for (let i = 0; i < values.length; i += 1) values[i] = factor * (values[i] ?? 0);
  }
  return norm;
}
