import type { TrainedArrays } from './trainer';
import { addScaled, dotAt, LargestOf } from './rows';
import { inputStatistics } from './statistics';

/** How a dictionary does on activations, such as some that it was not trained on. */
export interface Evaluation {
  readonly tokens: number;
  /** Σ‖x − x̂‖² / Σ‖x − x̄‖², x̄ over these activations. */
  readonly fvu: number;
  readonly l0: number;
  /** The feature that fires on most of them. */
  readonly busiest: number;
}

/** @param activations [count, d] */
export function evaluateOn(trained: TrainedArrays, activations: Float32Array): Evaluation {
  const { W_enc, b_enc, W_dec, b_dec, k, d, dSae } = trained;
  const tokens = activations.length / d;
  const { mean } = inputStatistics(activations, d);
  const top = new LargestOf(k);
  const input = new Float32Array(d);
  const error = new Float32Array(d);
  const fires = new Uint32Array(dSae);
  let squared = 0;
  let spread = 0;
  let firing = 0;
  for (let row = 0; row < activations.length; row += d) {
    for (let i = 0; i < d; i += 1) {
      const x = activations[row + i] ?? 0;
      input[i] = x - (b_dec[i] ?? 0);
      error[i] = (b_dec[i] ?? 0) - x;
      spread += (x - (mean[i] ?? 0)) ** 2;
    }
    top.clear();
    for (let feature = 0; feature < dSae; feature += 1) top.offer(feature, dotAt(W_enc, feature * d, input, 0, d) + (b_enc[feature] ?? 0), k);
    for (let j = 0; j < top.count; j += 1) {
      const f = top.values[j] ?? 0;
      if (f <= 0) continue;
      firing += 1;
      const feature = top.indices[j] ?? 0;
      fires[feature] = (fires[feature] ?? 0) + 1;
      addScaled(error, 0, f, W_dec, feature * d, d);
    }
    squared += dotAt(error, 0, error, 0, d);
  }
  return { tokens, fvu: squared / spread, l0: firing / tokens, busiest: fires.indexOf(fires.reduce((most, count) => Math.max(most, count), 0)) };
}
