import type { Activations } from './activations';
import { positionsOf } from './rank';

/** Above this share of unexplained variance a dictionary likely isn't being read as it was trained. */
export const MAX_FVU = 0.7;
/** How far L0 may lie from what the dictionary's files say, either way, as a factor. */
export const MAX_L0_FACTOR = 3;
/** Fewer positions than these say little about a dictionary. */
export const MIN_POSITIONS = 8;

/** How a dictionary fits this text, in figures for the screen. */
export interface Fit {
  /** Fraction of variance unexplained, 1 − explained variance. */
  readonly fvu: number;
  readonly explainedVariance: number;
  readonly l0: number;
  /** Mean ‖x − x̂‖ / ‖x‖ over positions without BOS. */
  readonly relativeError: number;
  readonly positions: number;
}

export function fitOf(activations: Activations): Fit {
  const { norm, errorNorm, skippedBos, explainedVariance, l0 } = activations;
  const positions = positionsOf(activations);
  let sum = 0;
  for (let pos = skippedBos ? 1 : 0; pos < norm.length; pos += 1) sum += (errorNorm[pos] ?? NaN) / (norm[pos] ?? NaN);
  return { fvu: 1 - explainedVariance, explainedVariance, l0, relativeError: positions === 0 ? NaN : sum / positions, positions };
}

/**
 * Why the dictionary may not be read as it was trained, or null: unexplained variance above 0.7, or an L0 more than three times off.
 * The limits, and what to try, are those of the layout check of the methods notes (reconstructed there, asked for 2,000 tokens).
 *
 * @param advertised L0 that the files or the catalogue give; null where they don't.
 */
export function fitWarning(fit: Fit, advertised: number | null): string | null {
  if (fit.positions < MIN_POSITIONS) return null;
  const reasons: string[] = [];
  if (fit.fvu > MAX_FVU) reasons.push(`it leaves ${(100 * fit.fvu).toFixed(0)}% of the variance of this text unexplained`);
  if (fit.l0 === 0) reasons.push('no feature fires at all');
  else if (advertised !== null && advertised > 0 && (fit.l0 > MAX_L0_FACTOR * advertised || fit.l0 < advertised / MAX_L0_FACTOR))
    reasons.push(`${fit.l0.toFixed(1)} features fire per token where its files say ${advertised.toFixed(1)}`);
  return reasons.length === 0 ? null : `${reasons.join(', and ')}.`;
}

/** What usually explains a dictionary that doesn't fit. */
export const ALTERNATIVES: readonly string[] = [
  'it may have been trained on activations with the mean over d_model taken away (models with centred writing weights)',
  'it may expect its input normalised (layer norm, or scaled to a fixed length)',
  'b_dec may have to be subtracted from the input, or not',
  'it may have been trained with another start token, or none',
  'it may belong to another hook point, layer or model',
];
