import type { Concept } from './concepts';

/** Features that fire, position by position, as the analysis gives them. */
export interface SparseRows {
  readonly indptr: ArrayLike<number>;
  readonly indices: ArrayLike<number>;
  readonly values: ArrayLike<number>;
  /** The start token is at position 0: it says nothing. */
  readonly skippedBos: boolean;
}

export interface DetectOptions {
  /** How many of a concept's features speak for it, most telling first. */
  readonly features: number;
  /** Only so many of the strongest features of a token count; 0: all. */
  readonly strongest: number;
  /** At most one concept per token: the one furthest above its threshold. */
  readonly onePerToken: boolean;
}

/** A concept at a token. */
export interface Sighting {
  readonly name: string;
  readonly pos: number;
  readonly feature: number;
  /** Activation less threshold, above 0. */
  readonly margin: number;
}

/** Where which concept is active: A[c, t] = max over its features of f − τ, where that is above 0. In the order of positions. */
export function detect(rows: SparseRows, concepts: readonly Concept[], options: DetectOptions): Sighting[] {
  const found: Sighting[] = [];
  for (let pos = rows.skippedBos ? 1 : 0; pos < rows.indptr.length - 1; pos += 1) {
    const active = entriesOf(rows, pos, options.strongest);
    const here: Sighting[] = [];
    for (const { name, features, threshold } of concepts) {
      let best: Sighting | null = null;
      for (const feature of features.slice(0, options.features)) {
        const margin = (active.get(feature) ?? 0) - threshold;
        if (margin > 0 && active.has(feature) && margin > (best?.margin ?? 0)) best = { name, pos, feature, margin };
      }
      if (best !== null) here.push(best);
    }
    here.sort((a, b) => b.margin - a.margin);
    found.push(...(options.onePerToken ? here.slice(0, 1) : here));
  }
  return found;
}

function entriesOf({ indptr, indices, values }: SparseRows, pos: number, strongest: number): ReadonlyMap<number, number> {
  const entries: [number, number][] = [];
  for (let entry = indptr[pos] ?? 0; entry < (indptr[pos + 1] ?? 0); entry += 1) entries.push([indices[entry] ?? 0, values[entry] ?? 0]);
  if (strongest > 0) entries.sort((a, b) => b[1] - a[1] || a[0] - b[0]).splice(strongest);
  return new Map(entries);
}

/** Concepts in the order in which they first come up. */
export function firstCome(sightings: readonly Sighting[]): string[] {
  return [...new Set(sightings.map(({ name }) => name))];
}

/** The largest activation of every feature over a text, its start token left out. */
export function maxima(rows: SparseRows): Map<number, number> {
  const most = new Map<number, number>();
  for (let entry = rows.indptr[rows.skippedBos ? 1 : 0] ?? 0; entry < rows.indices.length; entry += 1) {
    const [feature, value] = [rows.indices[entry] ?? 0, rows.values[entry] ?? 0];
    if (value > (most.get(feature) ?? 0)) most.set(feature, value);
  }
  return most;
}
