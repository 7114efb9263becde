import { beforeAll, describe, expect, it } from 'vitest';
import { namedArray } from '../../anatomy/named-array';
import type { InterventionSpec, RunResult } from '../../anatomy/run';
import { tinyConfig } from '../../testing/apply-hook';
import { blockHook } from '../../anatomy/hook-names';
import { dictionaryWith, randomDictionary, testDictionaries } from '../../testing/dictionaries';
import { goldenFolder } from '../../testing/golden';
import { labPorts, openLab } from '../../testing/lab';
import { expectNoLeak } from '../../testing/leaks';
import { Session } from '../../workers/session';
import { compute, drawsOf, writeRows, type Restoration } from './compute';
import { activeOthers, mostMoved, movedBy, restorationRate, restored } from './restore';

const floats = (...values: number[]) => Float32Array.from(values);
beforeAll(() => labPorts().starter.start('cpu'));

describe('restoring', () => {
  it('gives the worked numbers: 1 and 3 give 3 at α = 1 and 5 at α = 2', () => {
    const push = (alpha: number) => [...restored(floats(1, 7), floats(3, 9), { experts: [0], alpha, dSae: 2 })];
    expect([push(0), push(1), push(2)]).toEqual([[1, 7], [3, 7], [5, 7]]);
  });
  it('knows what moved, without the start token', () => {
    const moved = movedBy(floats(0, 0, 1, 5, 1, 5), floats(9, 9, 3, 5, 2, 5), 2, true);
    expect([...moved]).toEqual([1.5, 0]);
    expect(mostMoved(moved, 5)).toEqual([0]);
    expect(mostMoved(floats(1, 3, 0, 3), 2)).toEqual([1, 3]);
  });
  it('draws from features that fire, the experts left out', () => {
    expect(activeOthers(floats(9, 9, 9, 0, 1, 0), floats(9, 9, 9, 0, 0, 2), [2], 3, true)).toEqual([1]);
    const pool = [3, 5, 8, 9];
    const draws = drawsOf(pool, 2, 6, 1);
    expect(draws).toHaveLength(6);
    for (const draw of draws) {
      expect(new Set(draw).size).toBe(2);
      for (const feature of draw) expect(pool).toContain(feature);
    }
    expect(drawsOf(pool, 2, 6, 1)).toEqual(draws);
    expect(new Set(draws.map((draw) => [...draw].sort().join())).size).toBeGreaterThan(1);
    expect(drawsOf(pool, 5, 6, 1)).toEqual([]);
  });
  it('measures the share that came back', () => {
    expect(restorationRate(-1, -3, -2)).toBe(0.5);
    expect(restorationRate(-1, -3, -3)).toBe(0);
    expect(restorationRate(-1, -1.0001, -2)).toBeNull();
  });
  it('writes long texts in pieces', () => {
    const parts = writeRows(new Float32Array(70_000), 10);
    expect(parts.map(({ positions, rows }) => [positions.length, rows.length])).toEqual([[6553, 65_530], [447, 4470]]);
    expect(parts[1]?.positions[0]).toBe(6553);
  });
});

/**
 * A model that reads one row after the start token: its logits are (x0, x1, 0, 0, 0). The change takes x0 away; an answer for other
 * rows is computed from what `replace` writes.
 */
const at = 'blocks.0.hook_resid_post' as const;
const identity = dictionaryWith({ dSae: 2, W_enc: [1, 0, 0, 1], W_dec: [1, 0, 0, 1], spec: { applyBDecToInput: false } });
const change: InterventionSpec = { id: 'ablate', at, positions: 'all', params: {} };
function runOf(interventions: readonly InterventionSpec[], base: readonly number[]): RunResult {
  const replaced = interventions.find(({ id }) => id === 'replace')?.params['values'] as number[] | undefined;
  const row = replaced?.slice(2) ?? (interventions.length > 0 ? [0, base[1] ?? 0] : base);
  return {
    ids: [0, 1],
    promptLength: 2,
    activations: { [at]: namedArray(['pos', 'd_model'], [2, 2], Float32Array.from([-50, 50, ...row])) },
    logits: namedArray(['pos', 'd_vocab'], [2, 5], Float32Array.from([0, 0, 0, 0, 0, row[0] ?? 0, row[1] ?? 0, 0, 0, 0])),
  } as unknown as RunResult;
}
function inputOf(interventions: readonly InterventionSpec[], base: readonly number[] = [4, 1]) {
  const asked: (readonly InterventionSpec[])[] = [];
  return {
    asked,
    config: tinyConfig,
    signal: new AbortController().signal,
    dictionary: () => identity,
    request: { interventions } as never,
    run: runOf(interventions, base),
    ask: (question: { interventions?: readonly InterventionSpec[] }) => {
      asked.push(question.interventions ?? []);
      return Promise.resolve(runOf(question.interventions ?? [], base));
    },
  };
}
const params = { dictionary: identity.info.id, features: [], top: 1, alpha: 1, draws: 3, seed: 1 };

describe('a changed run', () => {
  it('gets its answer back from the feature that the change moved, and from no other', async () => {
    const result = await compute(inputOf([change]), params);
    expect(result.answerId).toBe(0);
    expect([...result.expertFeatures.data]).toEqual([0]);
    expect(result.experts.rate).toBeCloseTo(1, 6);
    expect(result.experts.kl).toBeCloseTo(0, 6);
    expect(result.saeOnly.rate).toBeCloseTo(0, 6);
    expect(result.randomRate).toBeCloseTo(0, 6);
    expect(result.changed.kl).toBeGreaterThan(1);
    expect(result.moved).toBeCloseTo(4, 6);
  });
  it('goes beyond it with a larger α, and takes the experts that are named', async () => {
    const beyond = await compute(inputOf([change]), { ...params, alpha: 2 });
    expect(beyond.experts.rate).toBeGreaterThan(1);
    const other = await compute(inputOf([change]), { ...params, features: [1] });
    expect(other.experts.rate).toBeCloseTo(0, 6);
  });
  it('keeps the change, and the start token as the change left it', async () => {
    const input = inputOf([change]);
    await compute(input, { ...params, draws: 1 });
    expect(input.asked[0]).toEqual([]);
    for (const interventions of input.asked.slice(1)) {
      expect(interventions[0]).toBe(change);
      expect((interventions[1]?.params['values'] as number[]).slice(0, 2)).toEqual([-50, 50]); // its reconstruction would be (0, 50)
    }
  });
  it('has nothing to restore where the runs are the same: the rate is that of the reconstruction alone', async () => {
    const same = await compute(inputOf([change], [0, 3]), params);
    expect(same.moved).toBe(0);
    expect(same.experts).toEqual(same.saeOnly);
    expect(same.changed.rate).toBeNull();
  });
  it('needs a change', async () => {
    await expect(compute(inputOf([]), params)).rejects.toThrow('needs a changed run');
  });
});

it('restores in a real model: all features at α = 1 are the unchanged reconstruction', async () => {
  const id = 'url:https://example.org/restore';
  const hook = blockHook(1, 'hook_resid_post');
  const openDictionary = testDictionaries((config) => [randomDictionary(config, { id, dSae: 256 })]);
  const lab = await openLab(new Session({ ...labPorts(), openDictionary }), goldenFolder('llama'), 'cpu');
  const ids = [0, 96, 190, 33, 18];
  const edit = (feature: number): InterventionSpec => ({ id: 'edit-features', at: hook, positions: 'all', params: { dictionary: id, feature, op: 'add', coefficient: 30 } });
  const ask = { ids, interventions: [edit(3)] };
  const result = (await lab.analyse('feature-restoration', ask, { dictionary: id, draws: 2, top: 5 })) as Restoration;
  expect(result.changed.kl).toBeGreaterThan(0.01);
  expect(result.moved).toBeGreaterThan(0);
  // D(z_o) in the changed model is D(z_o) in the unchanged one, as the change lies before it.
  const plain = await lab.run({ ids, logits: true, interventions: [{ ...edit(3), params: { ...edit(3).params, coefficient: 0, keepError: false } }] });
  const end = plain.logits!.data.slice(-lab.config.dVocab);
  const logZ = Math.log(end.reduce((sum, value) => sum + Math.exp(value), 0));
  expect(result.all.logprob).toBeCloseTo(end[result.answerId]! - logZ, 3);
  expect(result.randomRates.data).toHaveLength(2);
  const work = () => lab.analyse('feature-restoration', ask, { dictionary: id, draws: 2, top: 5 });
  await expectNoLeak(() => lab.numTensors(), work);
});
