import type { NamedArray } from '../../anatomy/named-array';
import type { AnalysisResult } from '../../anatomy/run';
import type { HeatData } from '../../charts/heatmap-pixels';
import { visible } from '../../lib/token-text';
import type { SortKey } from './settings';

export interface HeadTile {
  readonly id: string;
  readonly layer: number;
  readonly head: number;
  /** The number that the order goes by; null while it isn't known, and for the plain order. */
  readonly score: number | null;
}

export const headId = (layer: number, head: number): string => `L${layer}H${head}`;

/** Reads `L3H7`. */
export function parseHeadId(id: string): { layer: number; head: number } {
  const match = /^L(\d+)H(\d+)$/.exec(id);
  return { layer: Number(match?.[1] ?? 0), head: Number(match?.[2] ?? 0) };
}

/** The array `name` of an analysis when it is [layer, head_index] of this size, else null. */
export function scoresOf(
  result: AnalysisResult | null,
  name: string,
  nLayers: number,
  nHeads: number,
): NamedArray | null {
  const value = result?.[name];
  if (typeof value !== 'object' || value === null || !('shape' in value)) return null;
  const array = value as NamedArray;
  return array.shape[0] === nLayers && array.shape[1] === nHeads && array.data.length === nLayers * nHeads
    ? array
    : null;
}

/**
 * The heads of `layers`, in the order asked for: largest score first, but smallest entropy first; equal scores in the order of
 * layers. Without scores the order is that of layers, so that nothing moves before the numbers are there.
 */
export function orderHeads(
  layers: readonly number[],
  nHeads: number,
  sort: SortKey,
  scores: NamedArray | null,
): HeadTile[] {
  const tiles = layers.flatMap((layer) =>
    Array.from({ length: nHeads }, (_, head): HeadTile => {
      const score = sort === 'layer' ? undefined : scores?.data[layer * nHeads + head];
      return { id: headId(layer, head), layer, head, score: score === undefined || Number.isNaN(score) ? null : score };
    }),
  );
  if (sort === 'layer' || scores === null) return tiles;
  const sign = sort === 'entropy' ? 1 : -1;
  const rank = (tile: HeadTile) => (tile.score === null ? Number.POSITIVE_INFINITY : sign * tile.score);
  return tiles.sort((a, b) => (rank(a) === rank(b) ? 0 : rank(a) - rank(b)));
}

/** A score in three or four characters: .93, 1.00, 2.14. */
export function formatScore(score: number): string {
  return score.toFixed(2).replace(/^(-?)0\./, '$1.');
}

/** The pattern of one head as a matrix: rows are destinations, columns sources. A view, not a copy. */
export function headMatrix(pattern: NamedArray, head: number): HeatData {
  const n = pattern.shape[1] ?? 0;
  const size = n * n;
  return { rows: n, cols: n, values: pattern.data.subarray(head * size, (head + 1) * size), causal: true };
}

/** The largest value off the first row and column, which would drown the rest; 1 where there is none. */
export function ownMaximum(matrix: HeatData): number {
  let largest = 0;
  for (let row = 1; row < matrix.rows; row += 1)
    for (let col = 1; col <= row; col += 1) largest = Math.max(largest, matrix.values[row * matrix.cols + col] ?? 0);
  return largest > 0 ? largest : 1;
}

/** The reading of one cell. */
export function describeCell(matrix: HeatData, tokens: readonly string[], dest: number, source: number): string {
  const name = (pos: number) => visible(tokens[pos] ?? '');
  const place = `(${dest}, ${source})  Dest: ${name(dest)}  Src: ${name(source)}`;
  if (source > dest) return `${place}  masked: a later token`;
  return `${place}  pattern ${(matrix.values[dest * matrix.cols + source] ?? 0).toFixed(3)}`;
}

/** One sentence that stands for the map: the strongest links, the first token as source left out. */
export function summariseHead(matrix: HeatData, tokens: readonly string[], id: string): string {
  let best = { dest: 0, source: 0, weight: 0 };
  let onFirst = 0;
  for (let dest = 1; dest < matrix.rows; dest += 1) {
    onFirst += (matrix.values[dest * matrix.cols] ?? 0) / (matrix.rows - 1);
    for (let source = 1; source <= dest; source += 1) {
      const weight = matrix.values[dest * matrix.cols + source] ?? 0;
      if (weight > best.weight) best = { dest, source, weight };
    }
  }
  const size = `Attention of ${id} over ${matrix.rows} ${matrix.rows === 1 ? 'token' : 'tokens'}, destinations down, sources across.`;
  if (best.weight === 0) return size;
  const name = (pos: number) => `${visible(tokens[pos] ?? '')} (${pos})`;
  return `${size} Mean share on the first token ${onFirst.toFixed(2)}. Strongest other link: ${name(best.dest)} to ${name(best.source)}, ${best.weight.toFixed(2)}.`;
}
