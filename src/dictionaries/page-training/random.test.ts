import { expect, it } from 'vitest';
import { fillGaussians, fillUniform, seedOf } from './random';

const COUNT = 20_000;
const drawn = (seed: number, count = COUNT) => {
  const values = new Float32Array(count);
  fillGaussians(values, seed);
  return values;
};
const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

it('draws of a step are standard normal, and the same for the same seed and step', () => {
  const values = drawn(seedOf(3, 17));
  expect(drawn(seedOf(3, 17))).toEqual(values);
  expect(Math.abs(mean(values))).toBeLessThan(0.03);
  expect(Math.abs(mean(values.map((value) => value ** 2)) - 1)).toBeLessThan(0.05);
});

it('steps and seeds that are neighbours have nothing to do with each other, from the first draws on', () => {
  const firsts = Array.from({ length: 400 }, (_, step) => drawn(seedOf(3, step), 1)[0]!);
  expect(Math.abs(mean(firsts))).toBeLessThan(0.2);
  expect(Math.abs(mean(firsts.slice(1).map((value, i) => value * firsts[i]!)))).toBeLessThan(0.2);
  for (const other of [seedOf(3, 18), seedOf(4, 17)]) {
    const [a, b] = [drawn(seedOf(3, 17)), drawn(other)];
    expect(Math.abs(mean(a.map((value, i) => value * b[i]!)))).toBeLessThan(0.03);
  }
});

it('uniform draws fill their range', () => {
  const values = new Float32Array(1000);
  fillUniform(values, 0.5, 9);
  expect(Math.max(...values)).toBeGreaterThan(0.48);
  expect(Math.min(...values)).toBeLessThan(-0.48);
  expect(values.every((value) => Math.abs(value) <= 0.5)).toBe(true);
});
