import { describe, expect, it } from 'vitest';
import { must } from '../../lib/assert';
import { activationsOf, relativeErrors, rowOf } from './activations';
import { fitOf, fitWarning } from './fit';
import { plainFiring, resultOf, type Firing } from './fixtures';
import { describeCell, heatOf, summariseHeat } from './heat';
import type { KnownFeature } from '../../store/feature-columns-react';
import { cutList, rankBy, valueText } from './list';
import { maximaOf, rankDifference, rankSet, rankText, rankToken } from './rank';
import { choices } from '../../store/dictionary-choices-react';
import { lossOf } from './use-loss';

const read = (firing: Firing, skippedBos = true) => must(activationsOf(resultOf(firing, skippedBos)), 'activations');
const plain = read(plainFiring);
const pairs = (rows: readonly { feature: number; value: number }[]) => rows.map(({ feature, value }) => [feature, value]);

describe('activations', () => {
  it('are read from sparse rows, and nothing else is', () => {
    expect(plain).toMatchObject({ nPos: 4, dSae: 64, skippedBos: true });
    expect([...rowOf(plain, 5)]).toEqual([0, 1, 2, 1.5]);
    expect([...relativeErrors(plain)].map((value) => Number(value.toFixed(3)))).toEqual([0.95, 0.5, 0.5, 0.5]);
    expect(activationsOf({ ...resultOf(plainFiring), indptr: null })).toBeNull();
    expect(activationsOf({ ...resultOf(plainFiring), indices: must(resultOf([[[1, 1]]])['indices'], 'indices') })).toBeNull();
    expect(activationsOf(null)).toBeNull();
  });
});

describe('ranking', () => {
  it('over a text leaves out the start token, and says where the maximum is', () => {
    expect(rankText(plain, 'max')).toEqual([
      { feature: 7, value: 6, at: 2, count: 1 },
      { feature: 5, value: 2, at: 2, count: 3 },
    ]);
    expect(pairs(rankText(plain, 'sum'))).toEqual([[7, 6], [5, 4.5]]);
    expect(pairs(rankText(plain, 'mean'))).toEqual([[7, 2], [5, 1.5]]);
    expect(pairs(rankText(plain, 'count'))).toEqual([[5, 3], [7, 1]]);
  });
  it('counts the first token where it is a token like any other', () => {
    expect(pairs(rankText(read(plainFiring, false), 'max'))).toEqual([[60, 90], [7, 6], [5, 2]]);
  });
  it('takes the smallest activation that counts', () => {
    expect(rankText(plain, 'count', 1.5)).toEqual([
      { feature: 5, value: 2, at: 2, count: 2 },
      { feature: 7, value: 6 / 6, at: 2, count: 1 },
    ]);
  });
  it('at a token shows the start token too', () => {
    expect(pairs(rankToken(plain, 2))).toEqual([[7, 6], [5, 2]]);
    expect(pairs(rankToken(plain, 0))).toEqual([[60, 90]]);
    expect(rankToken(plain, 9)).toEqual([]);
  });
  it('of two prompts goes by size and keeps the sign', () => {
    const other = read([[[60, 1]], [[5, 2], [9, 8]], [[5, 2]]]);
    // Means over 3 and 2 positions: 5 is 1.5 here and 2 there.
    expect(pairs(rankDifference(plain, other, 'mean'))).toEqual([[9, -4], [7, 2], [5, -0.5]]);
    expect(pairs(rankDifference(plain, other, 'max'))).toEqual([[9, -8], [7, 6]]);
    expect(rankDifference(plain, other, 'max')[0]?.at).toBeNull();
    expect(rankDifference(plain, plain, 'mean')).toEqual([]);
  });
  it('of a set means over all prompts, also those in which a feature is silent', () => {
    const prompts = [maximaOf(plain), maximaOf(read([[], [[5, 4]]])), maximaOf(read([[], []])), maximaOf(read([[], []]))];
    expect(pairs(rankSet(prompts, 'max'))).toEqual([[5, 1.5], [7, 1.5]]);
    expect(pairs(rankSet(prompts, 'share'))).toEqual([[5, 0.5], [7, 0.25]]);
  });
});

describe('the list', () => {
  const given = { activations: plain, pos: 2, other: null, prompts: [] };
  it('is empty while what it is over is not there', () => {
    expect(rankBy({ scope: 'difference', by: 'max', compare: 'mean', least: 0 }, given)).toEqual([]);
    expect(rankBy({ scope: 'set', by: 'max', compare: 'mean', least: 0 }, given)).toEqual([]);
    expect(rankBy({ scope: 'text', by: 'max', compare: 'mean', least: 0 }, { ...given, activations: null })).toEqual([]);
    expect(rankBy({ scope: 'token', by: 'max', compare: 'mean', least: 0 }, given)).toHaveLength(2);
  });
  it('hides dense features, as far as records say, and counts what it leaves out', () => {
    const density: Readonly<Record<number, number>> = { 7: 0.3, 5: 0.1 };
    const knownOf = (feature: number): KnownFeature => ({ label: null, isOwn: false, maxActivation: null, density: density[feature] ?? null });
    const rows = rankText(plain, 'max');
    expect(cutList(rows, { top: 9, hideDense: true }, knownOf)).toMatchObject({ shown: [{ feature: 5 }], hidden: 1, more: 0 });
    expect(cutList(rows, { top: 1, hideDense: false }, knownOf)).toMatchObject({ shown: [{ feature: 7 }], hidden: 0, more: 1 });
  });
  it('writes shares, counts and signs', () => {
    expect(valueText(0.25, { scope: 'set', by: 'count' })).toBe('25%');
    expect(valueText(3, { scope: 'text', by: 'count' })).toBe('3');
    expect(valueText(-1.234, { scope: 'difference', by: 'mean' })).toBe('−1.23');
    expect(valueText(0.01234, { scope: 'difference', by: 'max' })).toBe('+0.012');
    expect(valueText(123.4, { scope: 'text', by: 'max' })).toBe('123');
  });
  it('offers shipped dictionaries first, then open ones, and never loses the present one', () => {
    const info = { name: 'mine' };
    const open = new Map([['files:x', { status: 'ready', info }], ['a', { status: 'ready', info }], ['bad', { status: 'failed', message: '' }]]) as unknown as Parameters<typeof choices>[1];
    expect(choices([{ id: 'a', title: 'A' }], open, 'hub:p')).toEqual([
      { value: 'a', label: 'A' },
      { value: 'files:x', label: 'mine' },
      { value: 'hub:p', label: 'hub:p' },
    ]);
  });
});

describe('the map', () => {
  it('shows the start token but leaves it out of the scale', () => {
    const heat = heatOf(plain, [60, 5]);
    expect([...heat.data.values]).toEqual([90, 0, 0, 0, 0, 1, 2, 1.5]);
    expect(heat.max).toBe(2);
    const given = { names: ['60', '5 dogs'], tokens: ['<s>', 'Once', ' upon', ' a'], skippedBos: true };
    expect(describeCell(heat, given, 0, 0)).toContain('not in the scale');
    expect(describeCell(heat, given, 1, 2)).toBe('·upon (2)  5 dogs: 2.00');
    expect(summariseHeat(heat, given.names, given.tokens, true)).toContain('Strongest: 5 dogs at ·upon (2), 2.00.');
    expect(summariseHeat(heatOf(plain, [1]), ['1'], given.tokens, true)).toContain('None fires.');
    expect(heatOf(plain, []).max).toBe(1);
  });
});

describe('the fit', () => {
  it('leaves out the start token', () => {
    expect(fitOf(plain)).toMatchObject({ relativeError: 0.5, positions: 3, l0: 4 / 3 });
  });
  const eight = Array.from({ length: 9 }, () => [[1, 1]] as const);
  const fit = (explainedVariance: number) => fitOf(must(activationsOf(resultOf(eight, true, explainedVariance)), 'activations'));
  it('warns above 70% unexplained and where L0 is three times off', () => {
    expect(fitWarning(fit(0.9), null)).toBeNull();
    expect(fitWarning(fit(0.29), null)).toContain('71% of the variance');
    expect(fitWarning(fit(-2), null)).toContain('300%');
    expect(fitWarning(fit(0.9), 3)).toBeNull();
    expect(fitWarning(fit(0.9), 3.1)).toContain('1.0 features fire per token where its files say 3.1');
    expect(fitWarning(fit(0.9), 0.3)).toContain('1.0 features');
  });
  it('says nothing of a few tokens', () => {
    expect(fitWarning({ ...fit(-2), positions: 7 }, null)).toBeNull();
  });
});

it('the loss of two baselines is put together, and what is missing stays unknown', () => {
  const loss = lossOf([
    { lossClean: 2, lossSae: 2.5, lossZero: 8, deltaLoss: 0.5, recoveredZero: 5.5 / 6 },
    { lossClean: 2, lossSae: 2.5, lossMean: 6, recoveredMean: 3.5 / 4 },
  ]);
  expect(loss).toEqual({ clean: 2, sae: 2.5, zero: 8, mean: 6, delta: 0.5, recoveredZero: 5.5 / 6, recoveredMean: 3.5 / 4 });
  expect(lossOf([{ lossClean: NaN }]).clean).toBeNull();
});
