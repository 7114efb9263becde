import { expect, it } from 'vitest';
import { nearestFeatures } from './nearest';

const signal = new AbortController().signal;

it('nearest features are those with the largest cosine, whatever their length, over all batches', async () => {
  const rows = Array.from({ length: 1500 }, () => Float32Array.of(-1, 0));
  rows[3] = Float32Array.of(2, 0);
  rows[7] = Float32Array.of(30, 40);
  rows[1400] = Float32Array.of(5, 0.1);
  rows[1401] = Float32Array.of(0, 0);
  const asked: number[] = [];
  const found = await nearestFeatures(3, rows.length, 3, async (features) => {
    asked.push(features.length);
    return features.map((feature) => rows[feature]!);
  }, signal);
  expect(found.map(({ index }) => index)).toEqual([1400, 7, 0]);
  expect(found[1]?.cosine).toBeCloseTo(0.6, 6);
  expect(Math.max(...asked)).toBeLessThanOrEqual(1024);
  expect(await nearestFeatures(1401, rows.length, 3, async (features) => features.map((feature) => rows[feature]!), signal)).toEqual([]);
});
