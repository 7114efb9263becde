import { normalizeRows } from './adam';
import { fillGaussians, fillUniform, seedOf } from './random';
import type { InputStatistics } from './statistics';
import type { TrainingArrays, TrainingSettings } from './types';

/** Rows of the decoder of a variational dictionary begin this long, and stay as long as training makes them. */
const VARIATIONAL_ROWS = 0.1;
const FIRST_LOG_VARIANCE = -2;
/** Slope of the leaky ReLU that the bound of the uniform draws is meant for (Kaiming He 2015, as `torch.nn.init.kaiming_uniform_`). */
const KAIMING_SLOPE = 0.01;

/**
 * Random rows of one length, the encoder their transpose (here: the same rows), b_dec the mean: the training begins at a fair guess.
 * A learned variance begins about e⁻², with random weights.
 */
export function initialParameters(d: number, settings: TrainingSettings, { mean, scale }: InputStatistics): TrainingArrays {
  const { dSae, seed, variational } = settings;
  const W_dec = new Float32Array(dSae * d);
  fillGaussians(W_dec, seed);
  normalizeRows(W_dec, d);
  if (variational !== undefined) W_dec.forEach((value, i) => (W_dec[i] = VARIATIONAL_ROWS * value));
  const shared = { W_dec, W_enc: W_dec.slice(), b_enc: new Float32Array(dSae), b_dec: Float32Array.from(mean, (value) => value * (scale ?? 1)) };
  if (variational?.variance !== 'learned') return shared;
  const W_var = new Float32Array(dSae * d);
  fillUniform(W_var, Math.sqrt(6 / ((1 + KAIMING_SLOPE ** 2) * d)), seedOf(seed, -1));
  return { ...shared, W_var, b_var: new Float32Array(dSae).fill(FIRST_LOG_VARIANCE) };
}
