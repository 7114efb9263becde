/** One bin of both histograms, in pixels. */
export interface OverlapBar {
  readonly x: number;
  readonly width: number;
  readonly heights: readonly [number, number];
}

/** Width of the bin of exact zero and the gap behind it. */
const ZERO = 12;
const GAP = 6;

/**
 * Where bars stand. The first bin, exact zero, stands apart on the left; the others are as wide as their bins.
 *
 * @param edges of the bins besides zero. @param shares by bin, zero first.
 * @returns `top`: the share at full height.
 */
export function overlapBars(
  edges: readonly number[],
  shares: readonly [readonly number[], readonly number[]],
  room: { readonly left: number; readonly width: number; readonly height: number },
): { readonly bars: readonly OverlapBar[]; readonly top: number } {
  const top = Math.max(1e-9, ...shares[0], ...shares[1]);
  const [low, high] = [edges[0] ?? 0, edges.at(-1) ?? 0];
  const start = room.left + ZERO + GAP;
  const scale = high > low ? (room.width - ZERO - GAP) / (high - low) : 0;
  const bars = shares[0].map((share, bin): OverlapBar => {
    const heights = [(room.height * share) / top, (room.height * (shares[1][bin] ?? 0)) / top] as const;
    if (bin === 0) return { x: room.left, width: ZERO, heights };
    const [from, to] = [edges[bin - 1] ?? low, edges[bin] ?? high];
    return scale === 0 ? { x: start, width: room.width - ZERO - GAP, heights } : { x: start + (from - low) * scale, width: (to - from) * scale, heights };
  });
  return { bars, top };
}

/** What the picture says, for who doesn't see it. */
export function describeOverlap(
  title: string,
  labels: readonly [string, string],
  edges: readonly number[],
  shares: readonly [readonly number[], readonly number[]],
  posterior: readonly number[],
): string {
  const percent = (share: number | undefined) => `${(100 * (share ?? 0)).toFixed(0)}%`;
  const common = shares[0].reduce((sum, share, bin) => sum + Math.min(share, shares[1][bin] ?? 0), 0);
  const surest = posterior.reduce((best, p, bin) => (!Number.isNaN(p) && bin > 0 && p > (best === 0 ? -1 : (posterior[best] ?? -1)) ? bin : best), 0);
  const sure = surest === 0 ? '' : `; an activation of ${(edges[surest - 1] ?? 0).toPrecision(2)} to ${(edges[surest] ?? 0).toPrecision(2)} speaks most for ${labels[0]}, with ${percent(posterior[surest])}`;
  return `${title}: exactly 0 at ${percent(shares[0][0])} of the tokens of ${labels[0]} and ${percent(shares[1][0])} of ${labels[1]}; the histograms have ${percent(common)} in common${sure}`;
}
