import { describe, expect, it } from 'vitest';
import { histogramOf, recordFromTexts, type ReadText } from './own-record';

const text = (...values: number[]): ReadText => ({ ids: values.map((_, at) => at), tokens: values.map((_, at) => ` t${at}`), values });

describe('a record from one’s own texts', () => {
  it('has the histogram of the worked example', () => {
    const histogram = histogramOf([0.1, 0.2, 0.2, 4]);
    expect(histogram?.values[0]).toBeCloseTo(0.139, 10);
    expect([histogram?.heights[0], histogram?.heights[1], histogram?.heights[49]]).toEqual([1, 2, 1]);
    expect(histogram?.heights.reduce((sum, count) => sum + count, 0)).toBe(4);
  });

  it('counts density without the start token, and puts contexts into quarters of the range', () => {
    const record = recordFromTexts(7, [text(9, 0, 4, 1), text(0, 2, 0, 0)], true);
    expect(record).toMatchObject({ index: 7, density: 3 / 6, maxActivation: 4, tokenCount: 6 });
    const [top, ...intervals] = record.groups;
    expect(top?.excerpts.map(({ values, chosen }) => values[chosen ?? -1])).toEqual([4, 2]);
    expect(intervals.map(({ low, high, share }) => [low, high, share])).toEqual([[3, 4, 1 / 3], [1, 2, 1 / 3], [0, 1, 1 / 3]]);
    expect(recordFromTexts(7, [text(9, 0)], false)).toMatchObject({ density: 0.5, maxActivation: 9 });
  });

  it('of texts on which it never fires is that of a dead feature; of no texts, of nothing', () => {
    expect(recordFromTexts(0, [text(5, 0, 0)], true)).toMatchObject({ density: 0, maxActivation: null, groups: [], histogram: null });
    expect(recordFromTexts(0, [], true).density).toBeNull();
  });
});
