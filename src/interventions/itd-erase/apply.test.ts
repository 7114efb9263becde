import { beforeAll, describe, expect, it } from 'vitest';
import { blockHook } from '../../anatomy/hook-names';
import { decode, encode } from '../../dictionaries';
import { applyHooks, tinyConfig } from '../../testing/apply-hook';
import { dictionaryWith, randomDictionary, testDictionaries } from '../../testing/dictionaries';
import { goldenFolder } from '../../testing/golden';
import { greedy, labPorts, openLab, type Lab } from '../../testing/lab';
import { expectNoLeak } from '../../testing/leaks';
import { Session } from '../../workers/session';
import { hooks } from './apply';

const R = Math.SQRT1_2;
/** The toy of the methods notes: rows (1,0), (0,1), (1,1)/√2, no biases. */
const toy = dictionaryWith({ dSae: 3, W_enc: [1, 0, R, 0, 1, R], W_dec: [1, 0, 0, 1, R, R], spec: { applyBDecToInput: false } });
const at = 'blocks.0.hook_resid_post' as const;

const site = (features: number[], change: Partial<{ coefficient: number; threshold: number; scored: number; skipBos: boolean }> = {}) => ({
  at,
  positions: 'all' as const,
  params: { dictionary: toy.info.id, features, coefficient: -8, threshold: 0, scored: -8, skipBos: false, ...change },
  direction: null,
  config: tinyConfig,
  dictionary: () => toy,
});
const rounded = (rows: readonly (readonly number[])[]) => rows.map((row) => row.map((value) => Math.round(value * 1e4) / 1e4));
const run = async (given: ReturnType<typeof site>, rows: number[][], setting = {}) => rounded(await applyHooks(hooks(given), rows, setting));

beforeAll(() => labPorts().starter.start('cpu'));

describe('erasing a concept', () => {
  it('gives the worked numbers: feature 0 by −8 without the error term', async () => {
    expect(await run(site([0]), [[2, 1]])).toEqual([[-14.5, 2.5]]);
  });

  it('is the plain reconstruction without features, and with the factor 1', async () => {
    expect(await run(site([]), [[2, 1]])).toEqual([[3.5, 2.5]]);
    expect(await run(site([0], { coefficient: 1 }), [[2, 1]])).toEqual([[3.5, 2.5]]);
  });

  it('leaves out BOS, and later positions by their own features', async () => {
    expect(await run(site([0], { skipBos: true }), [[2, 1], [2, 1]])).toEqual([[2, 1], [-14.5, 2.5]]);
  });

  it('changes a text only when its prompt scores enough', async () => {
    // BOS doesn't count: ((−14.5 − 2)² + (2.5 − 1)²) / 2 = 137.25
    const rows = [[2, 1], [2, 1]];
    expect(await run(site([0], { threshold: 137.2, skipBos: true }), rows)).toEqual([[2, 1], [-14.5, 2.5]]);
    expect(await run(site([0], { threshold: 137.3, skipBos: true }), rows)).toEqual(rows);
    // The response, here the last row, is no part of the score.
    expect(await run(site([0], { threshold: 137.2, skipBos: true }), [...rows, [0, 0]], { promptLength: 2 })).toEqual([[2, 1], [-14.5, 2.5], [0, 0]]);
    expect(await run(site([0], { threshold: 100, skipBos: true }), [...rows, [0, 0]], { promptLength: 3 })).toEqual([[2, 1], [2, 1], [0, 0]]);
  });

  it('scores with its own factor, so that moving the other one moves no threshold', async () => {
    expect(await run(site([0], { threshold: 137.2, coefficient: 0 }), [[0, 0], [2, 1]])).toEqual([[0, 0], [1.5, 2.5]]);
  });

  it('says what does not fit', () => {
    expect(() => hooks(site([3]))).toThrow('no feature 3');
    expect(() => hooks({ ...site([0]), at: 'blocks.1.hook_resid_post' })).toThrow('reads at "blocks.0.hook_resid_post"');
    const transcoder = dictionaryWith({ dSae: 1, W_enc: [1, 0], W_dec: [1, 0], spec: { hookNameOut: 'blocks.1.hook_resid_post' } });
    expect(() => hooks({ ...site([0]), dictionary: () => transcoder })).toThrow('transcoder');
  });
});

describe('erasing in a real run', () => {
  const id = 'url:https://example.org/itd';
  const hook = blockHook(1, 'hook_resid_post');
  const spec = (change: Partial<ReturnType<typeof site>['params']>) => ({
    id: 'itd-erase',
    at: hook,
    positions: 'all' as const,
    params: { dictionary: id, features: [1, 4, 7], coefficient: -8, threshold: 0, scored: -8, skipBos: true, ...change },
  });
  let lab: Lab;
  beforeAll(async () => {
    const openDictionary = testDictionaries((config) => [randomDictionary(config, { id })]);
    lab = await openLab(new Session({ ...labPorts(), openDictionary }), goldenFolder('llama'), 'cpu');
  });
  const ids = [0, 96, 190, 33, 18];
  const write = async (change: Partial<ReturnType<typeof site>['params']> | null) =>
    (await lab.run({ ids, generate: greedy(8), interventions: change === null ? [] : [spec(change)] })).generated?.ids;

  it('decides once, on the prompt, and holds to it for every new token', async () => {
    const made = randomDictionary(lab.config, { id });
    const x = (await lab.run({ ids, capture: [hook] })).activations[hook]!.data;
    const f = encode(made, x, ids.length);
    for (let row = 0; row < f.length; row += made.info.dSae) for (const feature of [1, 4, 7]) f[row + feature]! *= -8;
    const xHat = decode(made, f, ids.length, x);
    const d = made.info.dIn;
    const from = lab.config.bosId === ids[0] ? d : 0;
    const score = x.slice(from).reduce((sum, value, i) => sum + (value - (xHat[from + i] ?? 0)) ** 2, 0) / (x.length - from);
    const always = await write({});
    expect(always).not.toEqual(await write(null));
    expect(await write({ threshold: 0.999 * score })).toEqual(always);
    expect(await write({ threshold: 1.001 * score })).toEqual(await write(null));
  });

  it('leaves no tensor behind but the dictionary’s own', async () => {
    await write({ threshold: 1 });
    await expectNoLeak(() => lab.numTensors(), () => write({ threshold: 1 }));
  });
});
