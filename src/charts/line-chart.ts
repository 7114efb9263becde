export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface LineSeries {
  readonly label: string;
  /** Colour; the second one is dashed too. */
  readonly tone: 'prompt' | 'response';
  /** With rising x. */
  readonly points: readonly Point[];
}

/** Round numbers that span from at most `low` to at least `high`, about `count` of them. */
export function ticks(low: number, high: number, count: number): number[] {
  const span = high - low;
  if (!(span > 0)) return [low];
  const rough = span / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5].find((factor) => factor * power >= rough * (1 - 1e-9)) ?? 10) * power;
  const first = Math.floor(low / step + 1e-9);
  const last = Math.ceil(high / step - 1e-9);
  // Multiples, not sums: ten times 0.1 is not 1.
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** Where the y axis ends: at what is drawn, reference lines too. It begins at 0. */
export function topOf(series: readonly LineSeries[], reference: number | null): number {
  let top = reference ?? 0;
  for (const { points } of series) for (const { y } of points) if (Number.isFinite(y)) top = Math.max(top, y);
  return top > 0 ? top : 1;
}

/** What a picture of lines says, for who doesn't see it. */
export function describeLines(title: string, xLabel: string, series: readonly LineSeries[], format: (y: number) => string): string {
  const parts = series.flatMap(({ label, points }) => {
    const [first, last] = [points[0], points.at(-1)];
    if (first === undefined || last === undefined) return [];
    const values = points.map(({ y }) => y);
    return [`${label} from ${format(first.y)} at ${xLabel} ${first.x} to ${format(last.y)} at ${xLabel} ${last.x}, lowest ${format(Math.min(...values))}`];
  });
  return parts.length === 0 ? `${title}: nothing yet` : `${title}: ${parts.join('; ')}`;
}
