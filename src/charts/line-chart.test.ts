import { describe, expect, it } from 'vitest';
import { describeLines, ticks, topOf, type LineSeries } from './line-chart';

describe('ticks', () => {
  it.each([
    [0, 1, 3, [0, 0.5, 1]],
    [0, 0.83, 3, [0, 0.5, 1]],
    [0, 16, 3, [0, 10, 20]],
    [0, 400, 4, [0, 100, 200, 300, 400]],
    [0, 0.003, 3, [0, 0.001, 0.002, 0.003]],
    [2, 2, 3, [2]],
  ])('from %d to %d, about %i', (low, high, count, expected) => {
    expect(ticks(low, high, count)).toEqual(expected);
  });

  it('reach both ends, whatever they are', () => {
    for (let i = 1; i < 200; i += 1) {
      const high = Math.abs(Math.sin(i)) * 10 ** ((i % 9) - 4) + 1e-9;
      const levels = ticks(0, high, 3);
      expect(levels[0]).toBe(0);
      expect(levels.at(-1)!).toBeGreaterThanOrEqual(high * (1 - 1e-6));
      expect(levels.length).toBeLessThanOrEqual(6);
    }
  });
});

const line = (...ys: number[]): LineSeries => ({ label: 'loss', tone: 'prompt', points: ys.map((y, x) => ({ x, y })) });

it('the axis ends at the largest value or the level to compare with', () => {
  expect(topOf([line(1, 3, 2)], 2)).toBe(3);
  expect(topOf([line(1, NaN)], 2)).toBe(2);
  expect(topOf([], null)).toBe(1);
});

it('says in words what the curves do', () => {
  const text = describeLines('Error', 'step', [line(3, 1, 2)], (y) => y.toFixed(1));
  expect(text).toBe('Error: loss from 3.0 at step 0 to 2.0 at step 2, lowest 1.0');
  expect(describeLines('Error', 'step', [line()], String)).toBe('Error: nothing yet');
});
