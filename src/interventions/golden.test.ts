import { beforeAll, describe, expect, it } from 'vitest';
import type { HookName } from '../anatomy/hook-names';
import { blockHook, hookAxes, hookNames, parseHook } from '../anatomy/hook-names';
import type { InterventionSpec, Positions } from '../anatomy/run';
import { TINY_DICTIONARY } from '../testing/dictionaries';
import { goldenFolder } from '../testing/golden';
import { LAB_BACKENDS, greedy, labPorts, openLab, type Lab } from '../testing/lab';
import { Session } from '../workers/session';
import { interventions } from './index';

const IDS = [96, 190, 33, 18, 228, 43, 189, 36];
const OTHER = [12, 7, 200, 31, 99, 2, 150, 64];
const MODELS = ['gpt2', 'llama'] as const;
const CASES = LAB_BACKENDS.flatMap((backend) => MODELS.map((model) => [backend, model] as const));

describe.each(CASES)('on %s, %s', (backend, name) => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await openLab(new Session(labPorts()), goldenFolder(name), backend);
  });
  const direction = { id: 'random', params: { seed: 3 } };
  const spec = (id: string, params: Record<string, unknown>, at: HookName = blockHook(1, 'hook_resid_post'), positions: Positions = 'all'): InterventionSpec => {
    const door = interventions.find(id)!;
    const dictionary = door.dictionaries === undefined ? {} : { dictionary: TINY_DICTIONARY };
    return { id, at, positions, params: { ...dictionary, ...params }, ...(door.direction === 'required' ? { direction } : {}) };
  };
  const logitsOf = async (specs: readonly InterventionSpec[], ids = IDS) => (await lab.run({ ids, interventions: specs, logits: true })).logits!.data;
  const largestDifference = (a: Float32Array, b: Float32Array) => a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);

  it.each(interventions.all.filter((door) => door.noop !== null).map((door) => door.id))('%s with its no-op setting changes nothing', async (id) => {
    const plain = await lab.run({ ids: IDS, logits: true, generate: greedy(8) });
    const same = await lab.run({ ids: IDS, interventions: [spec(id, interventions.find(id)!.noop!)], logits: true, generate: greedy(8) });
    expect(same.generated).toEqual(plain.generated);
    expect(same.logits!.data).toEqual(plain.logits!.data);
  });

  it.each(interventions.all.map((door) => door.id))('%s leaves no tensor behind', async (id) => {
    const work = () => lab.run({ ids: IDS, interventions: [spec(id, {})], logits: true, generate: greedy(4) });
    await work();
    const before = lab.numTensors();
    await work();
    expect(lab.numTensors()).toBe(before);
  });

  const acting: [string, Record<string, unknown>][] = [
    ['add', { coefficient: 3 }],
    ['ablate', {}],
    ['scale-projection', { factor: -2 }],
    ['skip-voids', { alpha: 0.8, mode: 'readout' }],
    ['skip-voids', { alpha: 0.8, mode: 'causal' }],
    ['edit-features', { feature: 3, op: 'clamp', coefficient: 4 }],
    ['edit-features', { feature: 3, op: 'scale', coefficient: 1, keepError: false }],
  ];
  it.each(acting)('%s %o: stepping with a cache equals one pass over the same tokens', async (id, params) => {
    for (const positions of ['all', 'prompt', 'response', [2, 9, 10]] as const) {
      const change = spec(id, params, undefined, positions);
      const stepped = await lab.run({ ids: IDS, interventions: [change], logits: true, generate: greedy(8) });
      const whole = await lab.run({ ids: stepped.ids, promptLength: IDS.length, interventions: [change], logits: true });
      expect(largestDifference(stepped.logits!.data, whole.logits!.data)).toBeLessThan(1e-4);
    }
  });

  it('add moves the stream by exactly coefficient · v̂, at the chosen positions only', async () => {
    const at = blockHook(1, 'hook_resid_post');
    const stream = async (specs: readonly InterventionSpec[]) => (await lab.run({ ids: IDS, interventions: specs, capture: [at] })).activations[at]!;
    const before = await stream([]);
    const after = await stream([spec('add', { coefficient: -3 }, at, [1, 5])]);
    const d = lab.config.dModel;
    IDS.forEach((_, pos) => {
      const moved = Array.from({ length: d }, (_unused, i) => after.data[pos * d + i]! - before.data[pos * d + i]!);
      expect(Math.hypot(...moved)).toBeCloseTo(pos === 1 || pos === 5 ? 3 : 0, 4);
    });
  });

  it('add works at every hook point that has a vector per position', async () => {
    const points = hookNames(lab.config).filter((at) => hookAxes(parseHook(at)!.point)[0] === 'pos');
    expect(points.length).toBeGreaterThan(40);
    for (const at of points) {
      const valuesOf = async (specs: readonly InterventionSpec[]) => (await lab.run({ ids: IDS, interventions: specs, capture: [at] })).activations[at]!;
      const before = await valuesOf([]);
      const after = await valuesOf([spec('add', { coefficient: 2 }, at, [5])]);
      const width = before.data.length / IDS.length;
      const moved = [4, 5].map((pos) => Math.hypot(...after.data.slice(pos * width, (pos + 1) * width).map((value, i) => value - before.data[pos * width + i]!)));
      expect(moved[0], at).toBeCloseTo(0, 4);
      expect(moved[1], at).toBeCloseTo(2, 4);
    }
  });

  it('a vector minus itself leaves the generation as it is, token by token', async () => {
    const zero = { id: 'vector', params: { values: Array.from({ length: lab.config.dModel }, () => 0) } };
    const steered = await lab.run({ ids: IDS, interventions: [{ ...spec('add', { coefficient: 500 }), direction: zero }], generate: greedy(12) });
    expect(steered.generated).toEqual((await lab.run({ ids: IDS, generate: greedy(12) })).generated);
  });

  it("writing a run's own values back changes nothing; writing another prompt's values gives that prompt's logits", async () => {
    const at = blockHook(0, 'hook_resid_post');
    const valuesOf = async (ids: readonly number[]) => [...(await lab.run({ ids, capture: [at] })).activations[at]!.data];
    const plain = await logitsOf([]);
    expect(largestDifference(await logitsOf([spec('replace', { values: await valuesOf(IDS) }, at)]), plain)).toBeLessThan(1e-5);
    const patched = await logitsOf([spec('replace', { values: await valuesOf(OTHER) }, at)]);
    expect(largestDifference(patched, await logitsOf([], OTHER))).toBeLessThan(1e-4);
    expect(largestDifference(patched, plain)).toBeGreaterThan(0.1);
  });

  it('a later position never changes an earlier one', async () => {
    const v = lab.config.dVocab;
    const plain = await logitsOf([]);
    const changed = await logitsOf([spec('add', { coefficient: 20 }, undefined, [5])]);
    expect(largestDifference(changed.subarray(0, 5 * v), plain.subarray(0, 5 * v))).toBeLessThan(1e-5);
    expect(largestDifference(changed.subarray(5 * v), plain.subarray(5 * v))).toBeGreaterThan(0.01);
  });
});
