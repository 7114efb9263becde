import type { HeatData } from '../../charts/heatmap-pixels';
import { visible } from '../../lib/token-text';
import { eachEntry, type Sparse } from './activations';

/** Features down, positions across. */
export interface FeatureHeat {
  readonly data: HeatData;
  /** The largest activation, BOS left out of it: what the scale ends at. 1 where nothing fires. */
  readonly max: number;
}

/** The activations of the given features at every position. */
export function heatOf(sparse: Sparse, features: readonly number[]): FeatureHeat {
  const { nPos } = sparse;
  const rowOf = new Map(features.map((feature, row) => [feature, row]));
  const values = new Float32Array(features.length * nPos);
  let max = 0;
  eachEntry(sparse, (pos, feature, value) => {
    const row = rowOf.get(feature);
    if (row === undefined) return;
    values[row * nPos + pos] = value;
    if (!(sparse.skippedBos && pos === 0)) max = Math.max(max, value);
  });
  return { data: { rows: features.length, cols: nPos, values, causal: false }, max: max > 0 ? max : 1 };
}

/** The reading of one cell. */
export function describeCell(heat: FeatureHeat, given: { names: readonly string[]; tokens: readonly string[]; skippedBos: boolean }, row: number, col: number): string {
  const value = heat.data.values[row * heat.data.cols + col] ?? 0;
  const bos = given.skippedBos && col === 0 ? ' (start token: not in the scale)' : '';
  return `${visible(given.tokens[col] ?? '')} (${col})${bos}  ${given.names[row] ?? ''}: ${value === 0 ? 'silent' : value.toFixed(2)}`;
}

/** One sentence that stands for the map. */
export function summariseHeat(heat: FeatureHeat, names: readonly string[], tokens: readonly string[], skippedBos: boolean): string {
  const { rows, cols, values } = heat.data;
  const size = `Activations of ${rows} features over ${cols} tokens, features down, tokens across.`;
  let best = -1;
  for (let cell = 0; cell < values.length; cell += 1) {
    if (skippedBos && cell % cols === 0) continue;
    if ((values[cell] ?? 0) > (best < 0 ? 0 : (values[best] ?? 0))) best = cell;
  }
  if (best < 0) return `${size} None fires.`;
  const [row, col] = [Math.floor(best / cols), best % cols];
  return `${size} Strongest: ${names[row] ?? ''} at ${visible(tokens[col] ?? '')} (${col}), ${(values[best] ?? 0).toFixed(2)}.`;
}
