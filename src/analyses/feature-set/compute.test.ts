import { beforeAll, describe, expect, it } from 'vitest';
import { namedArray } from '../../anatomy/named-array';
import type { RunResult } from '../../anatomy/run';
import { tinyConfig } from '../../testing/apply-hook';
import { blockHook } from '../../anatomy/hook-names';
import { dictionaryWith, randomDictionary, testDictionaries } from '../../testing/dictionaries';
import { builtInModel } from '../../testing/golden';
import { greedy, labPorts, openLab, type Lab } from '../../testing/lab';
import { expectNoLeak } from '../../testing/leaks';
import { Session } from '../../workers/session';
import { compute, linesOf, type FeatureSet } from './compute';
import { conceptSet, maximaOver, meanSquaredDifference, thresholdOf, topOf } from './select';

const R = Math.SQRT1_2;
/** The toy of the methods notes: rows (1,0), (0,1), (1,1)/√2, no biases. */
const toy = dictionaryWith({ dSae: 3, W_enc: [1, 0, R, 0, 1, R], W_dec: [1, 0, 0, 1, R, R], spec: { applyBDecToInput: false } });
const floats = (...values: number[]) => Float32Array.from(values);

beforeAll(() => labPorts().starter.start('cpu'));

describe('selecting', () => {
  it('takes the largest over all tokens but the start token', () => {
    expect([...maximaOver(floats(9, 9, 9, 1, 0, 2, 0.5, 3, 0), 3, true)]).toEqual([1, 3, 2]);
    expect([...maximaOver(floats(9, 0, 9, 1, 0, 2), 3, false)]).toEqual([9, 0, 9]);
  });
  it('never takes a silent feature, and of equal ones the lower index', () => {
    expect(topOf(floats(0, 2, 5, 2, 0), 9)).toEqual([2, 1, 3]);
    expect(topOf(floats(0, 2, 5, 2, 0), 2)).toEqual([2, 1]);
  });
  it('takes away the top of every prompt to be kept, each for itself', () => {
    const concept = [floats(5, 0, 3, 1), floats(0, 4, 0, 0)];
    expect(conceptSet(concept, [], 3, 4)).toEqual([0, 1, 2]);
    expect(conceptSet(concept, [floats(9, 1, 0, 0), floats(0, 0, 1, 9)], 1, 4)).toEqual([]);
    expect(conceptSet(concept, [floats(9, 1, 0, 0), floats(0, 0, 1, 9)], 2, 4)).toEqual([]);
    expect(conceptSet(concept, [floats(9, 0, 0, 0), floats(0, 0, 0, 9)], 2, 4)).toEqual([1]);
  });
  it('misses no prompt of the concept', () => {
    expect(thresholdOf([2, 1, 4])).toBeCloseTo(0.99, 12);
  });
  it('measures without the start token', () => {
    expect(meanSquaredDifference(floats(9, 9, 1, 3), floats(0, 0, 0, 0), 2, true)).toBe(5);
    expect(meanSquaredDifference(floats(9, 9), floats(0, 0), 2, true)).toBe(0);
  });
});

/** A model whose activation at a token is written in the prompt: "2,1 0,3" after a start token. */
const rowsOf = (ids: readonly number[], prompts: ReadonlyMap<string, number[][]>) => [...prompts.values()].find((_, index) => index === ids[1]) ?? [];
function model(prompts: ReadonlyMap<string, number[][]>) {
  return {
    config: tinyConfig,
    signal: new AbortController().signal,
    dictionary: () => toy,
    encode: (text: string) => [0, [...prompts.keys()].indexOf(text), ...(prompts.get(text) ?? []).slice(1).map(() => 0)],
    ask: ({ ids }: { ids: readonly number[] }) => {
      const rows = [[50, 50], ...rowsOf(ids, prompts)];
      return Promise.resolve({ activations: { 'blocks.0.hook_resid_post': namedArray(['pos', 'd_model'], [rows.length, 2], Float32Array.from(rows.flat())) } } as unknown as RunResult);
    },
  };
}

describe('a concept', () => {
  // f(2,0) = (2, 0, √2), f(0,1) = (0, 1, 1/√2): of the concept only feature 0 is left.
  const prompts = new Map([['about it', [[2, 0]]], ['about it too', [[1, 0]]], ['something else', [[0, 1]]]]);
  it('is what its prompts have and the others do not', async () => {
    const set = await compute(model(prompts), { dictionary: 'd', concept: 'about it\n\nabout it too', retain: 'something else', top: 3, coefficient: -8 });
    expect([...set.features.data]).toEqual([0]);
    expect([...set.strengths.data]).toEqual([2]);
    // D(f′) of (2, 0): (−16 + 1, 1), so ((−17)² + 1) / 2; of (1, 0) a quarter of it; of (0, 1) the plain reconstruction (½, 1½).
    expect([...set.conceptScores.data].map((value) => Number(value.toFixed(3)))).toEqual([145, 36.25]);
    expect([...set.retainScores.data].map((value) => Number(value.toFixed(3)))).toEqual([0.25]);
    expect(set.threshold).toBeCloseTo(0.99 * 36.25, 3);
    expect(set.falsePositives).toBe(0);
  });
  it('counts prompts to be kept that look like it', async () => {
    const set = await compute(model(prompts), { dictionary: 'd', concept: 'about it too', retain: 'about it', top: 3, coefficient: -8 });
    expect(set.features.data).toHaveLength(0);
    // Nothing is left to tell them apart: both score what the reconstruction misses.
    expect(set.falsePositives).toBe(1);
  });
  it('says what is missing', async () => {
    await expect(compute(model(prompts), { dictionary: 'd', concept: ' \n', retain: '', top: 3, coefficient: -8 })).rejects.toThrow('at least one prompt');
    expect(() => linesOf('x\n'.repeat(201))).toThrow('201 prompts');
  });
});

describe.skipIf(builtInModel === null)('in the built-in model', () => {
  const id = 'url:https://example.org/concept';
  const hook = blockHook(6, 'hook_resid_post');
  const concept = ['The dog barked at the cat.', 'My dog likes to eat bones.'];
  const params = { dictionary: id, concept: concept.join('\n'), retain: 'The girl sang a song.', top: 16, coefficient: -8 };
  let lab: Lab;
  let session: Session;
  beforeAll(async () => {
    const openDictionary = testDictionaries((config) => [randomDictionary(config, { id, hookName: hook, dSae: 640 })]);
    session = new Session({ ...labPorts(), openDictionary });
    lab = await openLab(session, builtInModel, 'wasm');
  });
  const analyse = async () => (await lab.analyse('feature-set', { ids: [0] }, params)) as FeatureSet;

  it('finds features that fire, and scores that an eraser agrees with', async () => {
    const set = await analyse();
    expect(set.features.data.length).toBeGreaterThan(0);
    for (const strength of set.strengths.data) expect(strength).toBeGreaterThan(0);
    // The score is the eraser's own: just below the prompt's it acts, just above it doesn't.
    const { ids } = await session.tokenize(concept[0] ?? '', true);
    const score = set.conceptScores.data[0] ?? 0;
    const write = async (threshold: number | null) => {
      const eraser = { id: 'itd-erase', at: hook, positions: 'all' as const, params: { dictionary: id, features: [...set.features.data], coefficient: -8, scored: -8, threshold: threshold ?? 0 } };
      return (await lab.run({ ids, generate: greedy(6), interventions: threshold === null ? [] : [eraser] })).generated?.ids;
    };
    const base = await write(null);
    expect(await write(0.99 * score)).not.toEqual(base);
    expect(await write(1.01 * score)).toEqual(base);
  });

  it('leaves no tensor behind but the dictionary’s own', async () => {
    await expectNoLeak(() => lab.numTensors(), analyse);
  });
});
