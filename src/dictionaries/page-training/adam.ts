import { addScaled, dotAt } from './rows';
import type { TrainingArrays } from './types';

const BETA_1 = 0.9;
const BETA_2 = 0.999;
const EPSILON = 1e-8;
const NAMES = ['W_enc', 'b_enc', 'W_dec', 'b_dec'] as const;

/**
 * One step of Adam (Kingma & Ba 2015; as `torch.optim.Adam` computes it), in place.
 *
 * @param count steps including this one, from 1.
 */
export function adamStep(parameters: TrainingArrays, gradients: TrainingArrays, first: TrainingArrays, second: TrainingArrays, lr: number, count: number): void {
  const size = lr / (1 - BETA_1 ** count);
  const correction = 1 / Math.sqrt(1 - BETA_2 ** count);
  for (const name of NAMES) {
    const [p, g, m, v] = [parameters[name], gradients[name], first[name], second[name]];
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
