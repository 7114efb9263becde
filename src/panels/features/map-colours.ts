import type { FeatureTable } from './rows';

/** The layers that a table's dictionaries read, ascending; null for hooks in no block. */
export function layersOf(table: Pick<FeatureTable, 'sections'>): (number | null)[] {
  return [...new Set(table.sections.map(({ layer }) => layer))].sort((a, b) => (a ?? Infinity) - (b ?? Infinity));
}

/** log10 of the smallest and the largest density above zero. */
export function densityRange({ density }: Pick<FeatureTable, 'density'>): { readonly low: number; readonly high: number } {
  let [low, high] = [Infinity, -Infinity];
  for (const value of density) {
    if (!(value > 0)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return high < low ? { low: -5, high: 0 } : { low: Math.log10(low), high: Math.log10(high) };
}

/** The step of `count` that a density takes on the logarithmic scale; dead and unknown ones take the lowest. */
export function densityStep(density: number, range: { readonly low: number; readonly high: number }, count: number): number {
  if (!(density > 0) || range.high <= range.low) return 0;
  const share = (Math.log10(density) - range.low) / (range.high - range.low);
  return Math.min(count - 1, Math.max(0, Math.round(share * (count - 1))));
}
