import { expect, it } from 'vitest';
import { describeOverlap, overlapBars } from './overlap-histogram';

const edges = [1, 2, 4];
const shares = [[0.5, 0.25, 0.25], [0, 1, 0]] as const;
const room = { left: 10, width: 48, height: 100 };

it('bars are as wide as their bins, zero apart, the largest share at full height', () => {
  const { bars, top } = overlapBars(edges, shares, room);
  expect(top).toBe(1);
  expect(bars.map(({ x, width }) => [x, width])).toEqual([[10, 12], [28, 10], [38, 20]]);
  expect(bars.map(({ heights }) => heights)).toEqual([[50, 0], [25, 100], [25, 0]]);
});

it('a single value is one wide bar', () => {
  const { bars } = overlapBars([3, 3], [[0.5, 0.5], [1, 0]], room);
  expect(bars[1]).toMatchObject({ x: 28, width: 30 });
});

it('says in words where both lie', () => {
  const text = describeOverlap('feature 3', ['dogs', 'others'], edges, shares, [1, 0.2, 1]);
  expect(text).toBe('feature 3: exactly 0 at 50% of the tokens of dogs and 0% of others; the histograms have 25% in common; an activation of 2.0 to 4.0 speaks most for dogs, with 100%');
});
