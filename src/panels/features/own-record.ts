import { emptyRecord, type Excerpt, type ExcerptGroup, type FeatureRecord } from '../../dictionaries/records';

/** A text and a feature's activation at each of its tokens. */
export interface ReadText {
  readonly ids: readonly number[];
  readonly tokens: readonly string[];
  readonly values: ArrayLike<number>;
}

const BINS = 50;
const QUARTERS = 4;
const TOP = 10;
const PER_INTERVAL = 3;
/** Tokens shown before and after the one that an excerpt is about. */
const AROUND = 20;

/**
 * A record from texts of one's own: density, histogram and contexts are of these texts only. Follows section 3 of the dashboards'
 * description: the histogram has 50 equal bins over the activations above zero; intervals are equal parts of [0, max].
 *
 * @param skipFirst whether position 0 holds the start token, which isn't counted.
 */
export function recordFromTexts(index: number, texts: readonly ReadText[], skipFirst: boolean): FeatureRecord {
  const first = skipFirst ? 1 : 0;
  const fired: { readonly text: number; readonly pos: number; readonly value: number }[] = [];
  let tokenCount = 0;
  for (const [text, { ids, values }] of texts.entries())
    for (let pos = first; pos < ids.length; pos += 1) {
      tokenCount += 1;
      const value = values[pos] ?? 0;
      if (value > 0) fired.push({ text, pos, value });
    }
  const record: FeatureRecord = { ...emptyRecord(index), density: tokenCount === 0 ? null : fired.length / tokenCount, tokenCount, dataset: 'your own texts' };
  if (fired.length === 0) return record;
  const sorted = [...fired].sort((a, b) => b.value - a.value);
  const max = sorted[0]?.value ?? 0;
  const excerptOf = ({ text, pos }: (typeof fired)[number]): Excerpt => around(texts[text], pos, first);
  // One excerpt of each text among the top ones: neighbours in one text say little new.
  const seen = new Set<number>();
  const top = sorted.filter(({ text }) => !seen.has(text) && seen.add(text)).slice(0, TOP);
  const groups: ExcerptGroup[] = [{ kind: 'top', low: top.at(-1)?.value ?? 0, high: max, share: null, excerpts: top.map(excerptOf) }];
  for (let quarter = QUARTERS - 1; quarter >= 0; quarter -= 1) {
    const [low, high] = [(quarter / QUARTERS) * max, ((quarter + 1) / QUARTERS) * max];
    const members = fired.filter(({ value }) => value > low && value <= high);
    if (members.length > 0)
      groups.push({ kind: 'interval', low, high, share: members.length / fired.length, excerpts: spread(members, PER_INTERVAL).map(excerptOf) });
  }
  return { ...record, maxActivation: max, histogram: histogramOf(fired.map(({ value }) => value)), groups };
}

/** Some of a list, evenly spread over it: the same ones each time. */
function spread<T>(list: readonly T[], count: number): T[] {
  const step = Math.max(1, list.length / count);
  return Array.from({ length: Math.min(count, list.length) }, (_, at) => list[Math.floor(at * step)]).filter((one) => one !== undefined);
}

function around(text: ReadText | undefined, pos: number, first: number): Excerpt {
  if (text === undefined) return { tokens: [], ids: [], values: [], chosen: null, source: null };
  const [from, to] = [Math.max(first, pos - AROUND), Math.min(text.ids.length, pos + AROUND + 1)];
  return { tokens: text.tokens.slice(from, to), ids: text.ids.slice(from, to), values: Array.from(text.values).slice(from, to), chosen: pos - from, source: null };
}

/** Counts in equal bins from the smallest to the largest value. */
export function histogramOf(values: readonly number[]): FeatureRecord['histogram'] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const width = (high - low) / BINS;
  const heights = new Array<number>(BINS).fill(0);
  for (const value of values) {
    const bin = width > 0 ? Math.min(BINS - 1, Math.floor((value - low) / width)) : 0;
    heights[bin] = (heights[bin] ?? 0) + 1;
  }
  return { values: heights.map((_, bin) => low + (bin + 0.5) * width), heights };
}
