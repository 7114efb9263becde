import { eachEntry, type Sparse } from './activations';

/** How the activations of one feature over a text become one number. */
export type By = 'max' | 'mean' | 'sum' | 'count';

/** What one feature does in one text. Position 0 is left out where it holds BOS. */
export interface Total {
  readonly feature: number;
  readonly max: number;
  /** Where the maximum is. */
  readonly at: number;
  readonly sum: number;
  /** Positions at which it fires. */
  readonly count: number;
}

/** One line of the list. */
export interface Ranked {
  readonly feature: number;
  /** What the list is sorted by; of a difference, signed. */
  readonly value: number;
  /** The position that a press on the line marks; null where there is none in this text. */
  readonly at: number | null;
  /** Positions (or prompts) in which it fires. */
  readonly count: number;
}

/** The totals of every feature that fires, by index. Entries below `least` count as not firing. */
export function totalsOf(sparse: Sparse, least = 0): Map<number, Total> {
  const totals = new Map<number, { feature: number; max: number; at: number; sum: number; count: number }>();
  eachEntry(sparse, (pos, feature, value) => {
    if ((sparse.skippedBos && pos === 0) || value < least || value <= 0) return;
    const total = totals.get(feature);
    if (total === undefined) return void totals.set(feature, { feature, max: value, at: pos, sum: value, count: 1 });
    total.sum += value;
    total.count += 1;
    if (value > total.max) [total.max, total.at] = [value, pos];
  });
  return totals;
}

/** Positions that means are over. */
export function positionsOf({ nPos, skippedBos }: Pick<Sparse, 'nPos' | 'skippedBos'>): number {
  return Math.max(0, nPos - (skippedBos ? 1 : 0));
}

function valueBy(total: Total, by: By, positions: number): number {
  switch (by) {
    case 'max':
      return total.max;
    case 'mean':
      return positions === 0 ? 0 : total.sum / positions;
    case 'sum':
      return total.sum;
    case 'count':
      return total.count;
  }
}

/** Largest first; of equal ones the lower index. */
const byValue = (a: Ranked, b: Ranked) => b.value - a.value || a.feature - b.feature;
/** Largest size first, whatever the sign. */
const bySize = (a: Ranked, b: Ranked) => Math.abs(b.value) - Math.abs(a.value) || a.feature - b.feature;

/** Features of the whole text. */
export function rankText(sparse: Sparse, by: By, least = 0): Ranked[] {
  const positions = positionsOf(sparse);
  return [...totalsOf(sparse, least).values()]
    .map((total) => ({ feature: total.feature, value: valueBy(total, by, positions), at: total.at, count: total.count }))
    .sort(byValue);
}

/** Features at one position, BOS too: whoever marks it wants to see it. */
export function rankToken(sparse: Sparse, pos: number, least = 0): Ranked[] {
  const found: Ranked[] = [];
  const totals = totalsOf(sparse, least);
  for (let entry = sparse.indptr[pos] ?? 0; entry < (sparse.indptr[pos + 1] ?? 0); entry += 1) {
    const [feature, value] = [sparse.indices[entry] ?? 0, sparse.values[entry] ?? 0];
    if (value > 0 && value >= least) found.push({ feature, value, at: pos, count: totals.get(feature)?.count ?? 1 });
  }
  return found.sort(byValue);
}

/**
 * What sets one text apart from another: by `mean`, mean over its positions less that of the other; otherwise maximum less maximum.
 * Both signs: a negative value belongs to the other text.
 */
export function rankDifference(here: Sparse, there: Sparse, by: 'max' | 'mean', least = 0): Ranked[] {
  const [a, b] = [totalsOf(here, least), totalsOf(there, least)];
  const [nHere, nThere] = [positionsOf(here), positionsOf(there)];
  const value = (total: Total | undefined, positions: number) => (total === undefined ? 0 : valueBy(total, by, positions));
  return [...new Set([...a.keys(), ...b.keys()])]
    .map((feature) => {
      const [mine, other] = [a.get(feature), b.get(feature)];
      return { feature, value: value(mine, nHere) - value(other, nThere), at: mine?.at ?? null, count: (mine?.count ?? 0) + (other?.count ?? 0) };
    })
    .filter((row) => row.value !== 0)
    .sort(bySize);
}

/** The maximum of every feature in one prompt of a set, sparse. */
export type PromptMaxima = ReadonlyMap<number, number>;

export function maximaOf(sparse: Sparse): PromptMaxima {
  return new Map([...totalsOf(sparse)].map(([feature, { max }]) => [feature, max]));
}

/** Features of a set of prompts: by the mean over prompts of the maximum, or by the share of prompts in which they fire. */
export function rankSet(prompts: readonly PromptMaxima[], by: 'max' | 'share', least = 0): Ranked[] {
  const sums = new Map<number, { sum: number; count: number }>();
  for (const maxima of prompts)
    for (const [feature, max] of maxima) {
      if (max < least) continue;
      const { sum, count } = sums.get(feature) ?? { sum: 0, count: 0 };
      sums.set(feature, { sum: sum + max, count: count + 1 });
    }
  return [...sums]
    .map(([feature, { sum, count }]) => ({ feature, value: (by === 'max' ? sum : count) / prompts.length, at: null, count }))
    .sort(byValue);
}
