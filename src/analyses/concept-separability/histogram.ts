/** Bins that all concepts share: bin 0 is exact zero, bin b is from edges[b − 1] to edges[b]. */
export interface Bins {
  /** [bins + 1], rising. */
  readonly edges: Float64Array;
}

/** Bins over the values of all concepts that aren't exact zeros, equally wide or equally full. One bin where all are equal. */
export function binsOf(values: Float64Array, count: number, binning: 'width' | 'count'): Bins {
  const present = values.filter((value) => value !== 0).sort();
  const [low, high] = [present[0] ?? 0, present.at(-1) ?? 0];
  if (low === high) return { edges: Float64Array.of(low, high) };
  const edges = Float64Array.from({ length: count + 1 }, (_, i) =>
    binning === 'width' ? low + ((high - low) * i) / count : (present[Math.min(present.length - 1, Math.round((i * (present.length - 1)) / count))] ?? high),
  );
  // Equal values can make equal edges: each once.
  return { edges: edges.filter((edge, i) => i === 0 || edge > (edges[i - 1] ?? 0)) };
}

/** The bin of a value, 0 for exact zero. What lies outside takes the nearest. */
export function binOf({ edges }: Bins, value: number): number {
  if (value === 0) return 0;
  let [from, to] = [0, edges.length - 1]; // edges[from] ≤ value < edges[to]
  while (to - from > 1) {
    const middle = (from + to) >> 1;
    if (value < (edges[middle] ?? 0)) to = middle;
    else from = middle;
  }
  return from + 1;
}

/** Shares per bin of each label's values. [k] of [bins + 1] */
export function histograms(places: Uint16Array, labels: Uint16Array, k: number, bins: number): Float64Array[] {
  const rows = Array.from({ length: k }, () => new Float64Array(bins));
  const counts = new Float64Array(k);
  for (let i = 0; i < places.length; i += 1) {
    const label = labels[i] ?? 0;
    const row = rows[label];
    const place = places[i] ?? 0;
    if (row === undefined) continue;
    row[place] = (row[place] ?? 0) + 1;
    counts[label] = (counts[label] ?? 0) + 1;
  }
  rows.forEach((row, label) => row.forEach((count, bin) => (row[bin] = count / Math.max(1, counts[label] ?? 0))));
  return rows;
}
