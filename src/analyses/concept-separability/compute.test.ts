import { beforeAll, describe, expect, it } from 'vitest';
import { goldenFolder } from '../../testing/golden';
import { labPorts, openLab, type Lab } from '../../testing/lab';
import { Session } from '../../workers/session';
import { compute, unitHistograms } from './compute';
import { conceptsOf } from './concepts';
import { distanceOf, jensenShannon } from './divergence';
import { binOf, binsOf, histograms } from './histogram';

describe('Jensen–Shannon', () => {
  it.each([
    [[[1, 0], [0, 1]], 1, 1],
    [[[0.5, 0.5], [0.5, 0.5]], 0, 0],
    [[[1, 0], [0.5, 0.5]], 0.311278, 0.557923],
    [[[0.9, 0.1], [0.1, 0.9]], 0.531004, 0.7287],
    [[[1, 0, 0], [0, 1, 0], [0, 0, 1]], 1.584963, 1],
    [[[0.5, 0.5, 0], [0, 0.5, 0.5]], 0.5, 0.707107],
  ])('of %j', (rows, divergence, distance) => {
    expect(jensenShannon(rows)).toBeCloseTo(divergence, 5);
    expect(distanceOf(jensenShannon(rows), rows.length)).toBeCloseTo(distance, 5);
  });

  it.each([[1, 0.400933], [2, 0.697097], [3, 0.871768], [4, 0.955417]])('of two unit Gaussians %d apart', (apart, expected) => {
    const step = 0.001;
    const at = (mean: number) => Array.from({ length: 18_000 }, (_, i) => (step * Math.exp(-((-6 + i * step - mean) ** 2) / 2)) / Math.sqrt(2 * Math.PI));
    expect(distanceOf(jensenShannon([at(0), at(apart)]), 2)).toBeCloseTo(expected, 4);
  });
});

describe('bins', () => {
  it('keep exact zeros apart, and put every value in one', () => {
    const values = Float64Array.of(0, 1, 2, 3, 5, 0);
    const bins = binsOf(values, 4, 'width');
    expect([...bins.edges]).toEqual([1, 2, 3, 4, 5]);
    expect([...values].map((value) => binOf(bins, value))).toEqual([0, 1, 2, 3, 4, 0]);
    expect(binOf(bins, -9)).toBe(1);
    expect(binOf(bins, 9)).toBe(4);
    expect([...binsOf(Float64Array.of(1, 1, 1, 2, 9), 2, 'count').edges]).toEqual([1, 9]);
    expect([...binsOf(Float64Array.of(3, 3, 0), 5, 'width').edges]).toEqual([3, 3]);
    expect(binOf(binsOf(Float64Array.of(3, 3, 0), 5, 'width'), 3)).toBe(1);
  });

  it('make shares of each label that sum to 1', () => {
    const rows = histograms(Uint16Array.of(0, 1, 1, 2), Uint16Array.of(0, 0, 1, 1), 2, 3);
    expect(rows.map((row) => [...row])).toEqual([[0.5, 0.5, 0], [0, 0.5, 0.5]]);
  });
});

it('reads concepts in the order in which they come', () => {
  expect(conceptsOf(['a | one', 'b|two', 'a | three | four'])).toEqual([{ label: 'a', prompts: ['one', 'three | four'] }, { label: 'b', prompts: ['two'] }]);
  expect(() => conceptsOf(['no bar'])).toThrow('names no concept');
  expect(() => conceptsOf(['a | x'])).toThrow('at least two');
});

describe('concept-separability in a run', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await openLab(new Session(labPorts()), goldenFolder('llama'), 'cpu');
  });
  const input = () => ({
    config: lab.config,
    ask: (question: Parameters<Lab['run']>[0]) => lab.run(question),
    encode: (text: string) => [...text].map((letter) => letter.charCodeAt(0)),
    signal: new AbortController().signal,
  });
  const params = { dictionary: '', hook: 'blocks.0.mlp.hook_post', prompts: '', bins: 20, binning: 'width' as const, permutations: 8, unit: -1, seed: 1 };
  const lines = (label: string, letters: string) => Array.from({ length: 6 }, (_, i) => `${label} | ${letters.slice(i % 3).repeat(3)}`).join('\n');

  it('tells texts of different letters apart, and not a text from itself', async () => {
    const different = await compute(input(), { ...params, prompts: `${lines('a', 'abcde')}\n${lines('z', 'vwxyz')}` });
    const same = await compute(input(), { ...params, prompts: `${lines('a', 'abcde')}\n${lines('z', 'abcde')}` });
    expect(different.concepts).toEqual(['a', 'z']);
    expect([...different.samples.data]).toEqual([72, 72]);
    expect(different.distance).toBeGreaterThan(0.3);
    expect(different.distance).toBeLessThan(different.rawDistance);
    expect(same.distance).toBeLessThan(0.01);
    expect(different.topDistances.data[0]).toBeGreaterThan(different.distance);
    expect(different.pairs.shape).toEqual([2, 2]);
    expect(different.pairs.data[1]).toBeCloseTo(different.rawDistance, 5);
    expect(different.pairs.data[0]).toBe(0);
    const { shown } = different;
    expect(shown.unit).toBe(different.topUnits.data[0]);
    const bins = shown.shares.shape[1]!;
    expect(shown.shares.data.slice(0, bins).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 5);
    shown.posterior.data.slice(0, bins).forEach((p, bin) => {
      if (!Number.isNaN(p)) expect(p + shown.posterior.data[bins + bin]!).toBeCloseTo(1, 5);
    });
  });

  it('gives mean and deviation of a unit under each concept, over the tokens at which it is not exactly 0', async () => {
    const { shown } = await compute(input(), { ...params, prompts: `${lines('a', 'abcde')}\n${lines('z', 'vwxyz')}`, unit: 3 });
    for (const [label, letters] of ['abcde', 'vwxyz'].entries()) {
      const values: number[] = [];
      for (let i = 0; i < 6; i += 1) {
        const ids = [...letters.slice(i % 3).repeat(3)].map((letter) => letter.charCodeAt(0));
        const { data } = (await lab.run({ ids, capture: ['blocks.0.mlp.hook_post'] })).activations['blocks.0.mlp.hook_post']!;
        for (let pos = 0; pos < ids.length; pos += 1) values.push(data[pos * lab.config.dMlp + 3]!);
      }
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      expect(shown.means.data[label]).toBeCloseTo(mean, 5);
      expect(shown.deviations.data[label]).toBeCloseTo(Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length), 5);
    }
    // A feature is silent at most tokens: those say nothing of how strong it is.
    const values = [0, 0, 3, 5, 0, 7];
    const sparse = unitHistograms(0, Float64Array.from(values), Uint16Array.of(0, 0, 0, 0, 1, 1), 2, params);
    expect([...sparse.means.data]).toEqual([4, 7]);
    expect([...sparse.deviations.data]).toEqual([1, 0]);
    expect(sparse.shares.data[0]).toBe(0.5);
  });

  it('gives the same for the same seed, and another unit when it is named', async () => {
    const prompts = `${lines('a', 'abcde')}\n${lines('z', 'vwxyz')}`;
    const [one, two] = [await compute(input(), { ...params, prompts, unit: 3 }), await compute(input(), { ...params, prompts, unit: 3 })];
    expect(one).toEqual(two);
    expect(one.shown.unit).toBe(3);
    await expect(compute(input(), { ...params, prompts, unit: 99_999 })).rejects.toThrow('there is no feature or neuron');
  });
});
