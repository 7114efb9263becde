import { beforeAll, describe, expect, it } from 'vitest';
import type { Dictionary } from '../../anatomy/dictionary';
import { encode } from '../../dictionaries';
import { randomDictionary, testDictionaries } from '../../testing/dictionaries';
import { goldenFolder } from '../../testing/golden';
import { labPorts, openLab, type Lab } from '../../testing/lab';
import { Session } from '../../workers/session';
import type { EffectiveFeatures } from './compute';
import { spreadOf } from './count';

describe('spreadOf', () => {
  it.each([
    [[3, 3, 3, 3], 4],
    [[2, 1, 1], 2.828427],
    [[8, 1, 1], 1.894646],
    [[0, 7, 0], 1],
  ])('masses %j are %d effective features', (masses, expected) => {
    expect(spreadOf(masses).effective).toBeCloseTo(expected, 5);
  });

  it('is bounded by the number of units, counts the active ones, and has no answer for silence', () => {
    for (let seed = 1; seed < 50; seed += 1) {
      const masses = Array.from({ length: 12 }, (_, i) => Math.max(0, Math.sin(seed * 3.3 + i * i)));
      const { effective, active } = spreadOf(masses);
      expect(active).toBe(masses.filter((mass) => mass > 0).length);
      expect(effective).toBeLessThanOrEqual(active + 1e-6);
      expect(effective).toBeGreaterThanOrEqual(1);
    }
    expect(spreadOf([0, 0]).effective).toBeNaN();
  });
});

describe('effective-features in a run', () => {
  const id = 'url:https://example.org/a';
  const ids = [5, 96, 190, 33, 18, 228, 43];
  let made: Dictionary;
  let lab: Lab;
  beforeAll(async () => {
    const openDictionary = testDictionaries((config) => [(made = randomDictionary(config, { id }))]);
    lab = await openLab(new Session({ ...labPorts(), openDictionary }), goldenFolder('llama'), 'cpu');
  });
  const ask = async (params: Record<string, unknown>) => (await lab.analyse('effective-features', { ids }, params)) as EffectiveFeatures;

  it('is what the masses of all tokens say', async () => {
    const got = await ask({ dictionary: id });
    const { spec, dSae } = made.info;
    const x = (await lab.run({ ids, capture: [spec.hookName] })).activations[spec.hookName]!.data;
    const f = encode(made, x, ids.length);
    const masses = Array.from({ length: dSae }, (_, unit) => ids.reduce((sum, _id, pos) => sum + f[pos * dSae + unit]!, 0));
    expect(got).toMatchObject({ hook: spec.hookName, units: dSae, neurons: lab.config.dModel, samples: ids.length, active: masses.filter((mass) => mass > 0).length });
    expect(got.effective).toBeCloseTo(spreadOf(masses).effective, 3);
    expect(got.entropy).toBeCloseTo(Math.log(got.effective), 6);
    expect(got.ratio).toBeCloseTo(got.effective / lab.config.dModel, 6);
    expect(got.topUnits.data[0]).toBe(masses.indexOf(Math.max(...masses)));
    expect(got.curveSamples.data.at(-1)).toBe(ids.length);
    expect(got.curveEffective.data.at(-1)).toBeCloseTo(got.effective, 4);
  });

  it('counts neurons where no dictionary is named, and says what is no hook point', async () => {
    const got = await ask({ hook: 'blocks.0.mlp.hook_post' });
    expect(got).toMatchObject({ units: lab.config.dMlp, neurons: lab.config.dMlp });
    // Neurons can be negative: what counts is how much they do.
    const values = (await lab.run({ ids, capture: ['blocks.0.mlp.hook_post'] })).activations['blocks.0.mlp.hook_post']!.data;
    expect(values.some((value) => value < 0)).toBe(true);
    const masses = Array.from({ length: lab.config.dMlp }, (_, unit) => ids.reduce((sum, _id, pos) => sum + Math.abs(values[pos * lab.config.dMlp + unit]!), 0));
    expect(got.effective).toBeCloseTo(spreadOf(masses).effective, 3);
    await expect(ask({ hook: 'blocks.0.nothing' })).rejects.toThrow('no hook point');
  });
});
