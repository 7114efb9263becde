import { describe, expect, it } from 'vitest';
import { Batches } from './batches';
import { evaluateOn } from './evaluate';
import { rateAt, Trainer } from './trainer';
import type { TrainingSettings } from './types';

const D = 16;
const settings: TrainingSettings = { k: 3, dSae: 48, batch: 32, steps: 400, lr: 4e-3, seed: 5, deadAfter: 2_000 };

/** Activations made of three of 24 directions each, about a mean: what a dictionary should find again. */
function sparseActivations(count: number, seed: number): Float32Array {
  let state = seed;
  const random = () => ((state = (state * 1_103_515_245 + 12_345) % 2 ** 31) >> 8) / 2 ** 23;
  const directions = Array.from({ length: 24 }, (_, row) => Float32Array.from({ length: D }, (_, i) => Math.sin(1 + row * 7.1 + i * i * 0.37)));
  const data = new Float32Array(count * D);
  for (let row = 0; row < count; row += 1) {
    data.fill(4, row * D, row * D + D);
    for (let used = 0; used < 3; used += 1) {
      const direction = directions[Math.floor(24 * random())]!;
      const strength = 1 + 2 * random();
      direction.forEach((value, i) => (data[row * D + i]! += strength * value));
    }
  }
  return data;
}
const data = sparseActivations(900, 1);
const finish = (trainer: Trainer) => {
  while (!trainer.isDone) trainer.advance();
  return trainer;
};

describe('training', () => {
  it('lets the loss fall, and what it found holds for activations that it never saw', () => {
    const trainer = finish(new Trainer(data, D, settings));
    const { points } = trainer;
    expect(points.at(-1)!.step).toBe(settings.steps);
    expect(points.at(-1)!.fvu).toBeLessThan(0.5 * points[0]!.fvu);
    expect(points.every(({ l0 }) => l0 > 0 && l0 <= settings.k)).toBe(true);
    const seen = evaluateOn(trainer.result(), data);
    const unseen = evaluateOn(trainer.result(), sparseActivations(300, 99));
    expect(seen.tokens).toBe(900);
    expect(seen.fvu).toBeLessThan(0.3);
    expect(unseen.fvu).toBeLessThan(0.4);
    // In units of the activations as they are: rows of length 1, a bias near their mean.
    const { W_dec, b_dec } = trainer.result();
    expect(Math.hypot(...W_dec.slice(0, D))).toBeCloseTo(1, 5);
    expect(b_dec.every((value) => Math.abs(value - 4) < 4)).toBe(true);
  });

  it('gives the same numbers for the same seed, others for another', () => {
    const short = { ...settings, steps: 60 };
    const one = finish(new Trainer(data, D, short)).result();
    expect(finish(new Trainer(data, D, short)).result()).toEqual(one);
    expect(finish(new Trainer(data, D, { ...short, seed: 6 })).result().W_dec).not.toEqual(one.W_dec);
  });

  it('stopped and taken up again it gives the same numbers as without the stop', () => {
    const short = { ...settings, steps: 90, deadAfter: 200 };
    const whole = finish(new Trainer(data, D, short));
    const before = new Trainer(data, D, short);
    for (let i = 0; i < 47; i += 1) before.advance();
    const kept = structuredClone(before.state());
    before.advance(); // what was given out is a copy
    const after = finish(new Trainer(data, D, kept.settings, kept));
    expect(after.result()).toEqual(whole.result());
    expect(after.points).toEqual(whole.points);
  });

  it('counts features as dead when they were silent for long enough, and brings some back', () => {
    const trainer = new Trainer(data, D, { ...settings, deadAfter: 320 });
    const dead: number[] = [];
    while (!trainer.isDone) {
      trainer.advance();
      dead.push(trainer.points.at(-1)!.dead);
    }
    expect(dead.slice(0, 9).every((share) => share === 0)).toBe(true);
    const most = Math.max(...dead);
    expect(most).toBeGreaterThan(0);
    expect(dead.at(-1)!).toBeLessThan(most);
  });

  it('keeps at most 400 points, the last one at the end', () => {
    const trainer = finish(new Trainer(data.slice(0, 64 * D), D, { ...settings, dSae: 8, k: 1, batch: 4, steps: 1001 }));
    expect(trainer.points.length).toBeLessThanOrEqual(400);
    expect(trainer.points.at(-1)!.step).toBe(1001);
  });

  it('refuses nothing at all, and what has no variance', () => {
    expect(() => new Trainer(new Float32Array(0), D, settings)).toThrow(/nothing to train on/);
    expect(() => new Trainer(new Float32Array(10 * D).fill(2), D, settings)).toThrow(/all activations/);
  });
});

describe('batches', () => {
  it('see every activation once in each pass, in another order each time', () => {
    const batches = new Batches(10, 3);
    const seen = [0, 1, 2, 3].flatMap((step) => [...batches.at(step, 5)]);
    const sorted = (list: number[]) => [...list].sort((a, b) => a - b);
    expect(sorted(seen.slice(0, 10))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(sorted(seen.slice(10))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(seen.slice(0, 10)).not.toEqual(seen.slice(10));
    expect([...new Batches(10, 3).at(2, 5)]).toEqual(seen.slice(10, 15));
  });

  it('may be larger than what there is', () => {
    expect(new Set(new Batches(3, 1).at(0, 8)).size).toBe(3);
  });
});

it('the learning rate rises, stands, and falls to nearly nothing', () => {
  expect(rateAt(1, 1000)).toBeCloseTo(1 / 50);
  expect(rateAt(50, 1000)).toBe(1);
  expect(rateAt(700, 1000)).toBe(1);
  expect(rateAt(900, 1000)).toBeCloseTo(0.505);
  expect(rateAt(1000, 1000)).toBeCloseTo(0.005);
  expect(rateAt(1, 1)).toBe(1);
});
