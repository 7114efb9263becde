import { beforeAll, describe, expect, it } from 'vitest';
import { applyHooks, tinyConfig } from '../../testing/apply-hook';
import { dictionaryWith } from '../../testing/dictionaries';
import { labPorts } from '../../testing/lab';
import { hooks } from './apply';

const at = 'blocks.0.hook_resid_post' as const;
const R = Math.SQRT1_2;
const toy = dictionaryWith({ dSae: 3, W_enc: [1, 0, R, 0, 1, R], W_dec: [1, 0, 0, 1, R, R], spec: { applyBDecToInput: false } });
type Params = Parameters<typeof hooks>[0]['params'];
const plain: Params = { dictionary: '', unit: 0, targetMean: 2, targetDeviation: 1, otherMean: 0, otherDeviation: 1, toward: 'zero', strength: 1, skipBos: false };
const site = (change: Partial<Params>) => ({ at, positions: 'all' as const, params: { ...plain, ...change }, direction: null, config: tinyConfig, dictionary: () => toy });
const run = (change: Partial<Params>, rows: number[][]) => applyHooks(hooks(site(change)), rows);
const near = (rows: readonly (readonly number[])[]) => rows.map((row) => row.map((value) => expect.closeTo(value, 4)));

beforeAll(() => labPorts().starter.start('cpu'));

describe('attenuation by posterior', () => {
  it('gives the worked numbers for N(2, 1) against N(0, 1)', async () => {
    expect(await run({}, [[0, 7], [1, 7], [2, 7], [3, 7]])).toEqual(near([[0, 7], [0.5, 7], [0.238406, 7], [0.053959, 7]]));
  });

  it('goes to the mean of the others instead', async () => {
    expect(await run({ otherMean: -1, toward: 'other', unit: 1 }, [[5, 0.5], [5, 99]])).toEqual(near([[5, -0.25], [5, -1]]));
  });

  it('takes deviations into account', async () => {
    // At 1: p_c = e^(−(1 − 2)²/8)/2, p_other = e^(−½), up to a factor.
    const q = (0.5 * Math.exp(-1 / 8)) / (0.5 * Math.exp(-1 / 8) + Math.exp(-0.5));
    expect(await run({ targetDeviation: 2 }, [[1, 0]])).toEqual(near([[1 - q, 0]]));
  });

  it('changes half as much with half the strength, nothing with none', async () => {
    expect(await run({ strength: 0.5 }, [[2, 7]])).toEqual(near([[2 - 0.5 * (2 - 0.238406), 7]]));
    expect(hooks(site({ strength: 0 }))).toEqual([]);
  });

  it('of a feature changes what it writes and keeps the error', async () => {
    // f = (2, 1, 2.12); feature 0: 2 → .238406, so x moves by (−1.761594, 0).
    expect(await run({ dictionary: toy.info.id }, [[2, 1]])).toEqual(near([[0.238406, 1]]));
    // Silent features stay so, whatever the goal.
    expect(await run({ dictionary: toy.info.id, toward: 'other', otherMean: 3 }, [[-2, 1]])).toEqual(near([[-2, 1]]));
  });

  it('says what does not fit', async () => {
    await expect(run({ unit: 9 }, [[1, 2]])).rejects.toThrow('no neuron 9');
    await expect(run({ unit: 9, dictionary: toy.info.id }, [[1, 2]])).rejects.toThrow('no feature 9');
    await expect(applyHooks(hooks({ ...site({ dictionary: toy.info.id }), at: 'blocks.1.hook_resid_post' }), [[1, 2]])).rejects.toThrow('reads at');
  });
});
