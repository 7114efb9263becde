import { describe, expect, it } from 'vitest';
import { tinyConfig } from '../../testing/apply-hook';
import { dictionaryWith } from '../../testing/dictionaries';
import { compute, rankWeights } from './compute';

const made = dictionaryWith({ dSae: 4, W_enc: [1, 0, 0, 0, 0, 1, 0, 0], W_dec: [3, 0, 0, 2, 0, 0, -5, 0], id: 'url:https://example.org/sae' });
const context = { config: tinyConfig, dictionary: () => Promise.resolve(made) };
const at = 'blocks.0.hook_resid_post';
const ask = (features: readonly number[], where: Parameters<typeof compute>[2] = at) => compute(context, { dictionary: made.info.id, features }, where);

describe('weighted features', () => {
  it('weigh by rank, as worked out', () => {
    expect(rankWeights(1)).toEqual([1]);
    expect(rankWeights(2)).toEqual([expect.closeTo(0.730423, 6), expect.closeTo(0.269577, 6)]);
    const five = rankWeights(5);
    [1, 0.6131, 0.3869, 0.2263, 0.1018].forEach((raw, i) => expect(five[i]! / five[0]!).toBeCloseTo(raw, 4));
    expect(five.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
  });

  it('sum rows of length 1', async () => {
    const { values, rawNorm } = await ask([0, 1]);
    const norm = Math.hypot(0.730423, 0.269577);
    expect([...values]).toEqual([expect.closeTo(0.730423 / norm, 5), expect.closeTo(0.269577 / norm, 5)]);
    expect(rawNorm).toBeCloseTo(norm, 5);
    expect([...(await ask([1, 0])).values][1]).toBeCloseTo(0.730423 / norm, 5);
    // A row of zeros adds nothing.
    expect([...(await ask([2, 1])).values]).toEqual([0, expect.closeTo(1, 6)]);
  });

  it('say what does not fit', async () => {
    await expect(ask([])).rejects.toThrow('at least one');
    await expect(ask([9])).rejects.toThrow('there is no feature 9');
    await expect(ask([2])).rejects.toThrow('point nowhere');
    await expect(ask([0], 'blocks.0.mlp.hook_post')).rejects.toThrow('2 values');
  });
});
