import { beforeAll, describe, expect, it } from 'vitest';
import type { Dictionary } from '../../anatomy/dictionary';
import { encode } from '../../dictionaries';
import { rowsWritten } from '../../dictionaries/encode';
import { randomDictionary, testDictionaries } from '../../testing/dictionaries';
import { goldenFolder } from '../../testing/golden';
import { labPorts, openLab, type Lab } from '../../testing/lab';
import { Session } from '../../workers/session';
import type { GradientFeatures } from './compute';

const id = 'url:https://example.org/a';
const ids = [5, 96, 190, 33, 18, 228];

describe('gradient-features', () => {
  let made: Dictionary;
  let lab: Lab;
  beforeAll(async () => {
    const openDictionary = testDictionaries((config) => [(made = randomDictionary(config, { id, encoder: 'topk', k: 4 }))]);
    lab = await openLab(new Session({ ...labPorts(), openDictionary }), goldenFolder('llama'), 'wasm');
  });
  const ask = async (params: Record<string, unknown>) => (await lab.analyse('gradient-features', { ids }, { dictionary: id, candidates: 24, ...params })) as GradientFeatures;

  it('with beta 0 keeps what the dictionary keeps', async () => {
    const { byTopK, byGradient, k, position } = await ask({ beta: 0 });
    const { spec, dIn } = made.info;
    const x = (await lab.run({ ids, capture: [spec.hookName] })).activations[spec.hookName]!.data.slice(5 * dIn);
    const fires = [...encode(made, x, 1).entries()].filter(([, value]) => value > 0).map(([feature]) => feature);
    expect({ k, position }).toEqual({ k: 4, position: 5 });
    expect([...byTopK.data].sort((a, b) => a - b)).toEqual(fires);
    expect(byGradient.data).toEqual(byTopK.data);
  });

  it('measures the effect of a feature as adding its row does', async () => {
    const { candidates, effect, plus, minus } = await ask({});
    const feature = candidates.data[0]!;
    const { spec, dOut } = made.info;
    const values = [...made.weights.W_dec.slice(feature * dOut, (feature + 1) * dOut)];
    const width = lab.config.dVocab;
    const after = async (coefficient: number) => {
      const change = { id: 'add', at: spec.hookName, positions: [5], params: { coefficient, skipBos: false }, direction: { id: 'vector', params: { values } } };
      const logits = (await lab.run({ ids, logits: true, interventions: [change] })).logits!.data.subarray(5 * width);
      return logits[plus]! - logits[minus]!;
    };
    const slope = ((await after(0.05)) - (await after(-0.05))) / 0.1;
    expect(effect.data[0]).toBeCloseTo(slope, 1);
    expect(Math.abs(slope)).toBeGreaterThan(0);
  });

  it('with a large beta keeps features that move the tokens more', async () => {
    const { byTopK, byGradient, candidates, effect, z } = await ask({ beta: 100 });
    const strength = (feature: number) => {
      const place = candidates.data.indexOf(feature);
      return z.data[place]! * Math.abs(effect.data[place]!);
    };
    const sum = (list: Float32Array) => list.reduce((total, feature) => total + strength(feature), 0);
    expect(byGradient.data).toHaveLength(4);
    expect(sum(byGradient.data)).toBeGreaterThanOrEqual(sum(byTopK.data));
  });

  it.each([
    ['that ranks by decoder norm', { rescaleActsByDecoderNorm: true }],
    ['with a layer norm on its input', { normalizeActivations: 'layer_norm' }],
    ['that rescales its input', { normalizeActivations: 'constant_norm_rescale' }],
  ] as const)('of a TopK %s keeps the same with beta 0, and the effect is that of one unit of activation', async (_, spec) => {
    const other = 'url:https://example.org/other';
    const openDictionary = testDictionaries((config) => [(made = randomDictionary(config, { id: other, encoder: 'topk', k: 4, seed: 8, ...spec }))]);
    const here = await openLab(new Session({ ...labPorts(), openDictionary }), goldenFolder('llama'), 'wasm');
    const got = (await here.analyse('gradient-features', { ids }, { dictionary: other, candidates: 24, beta: 0 })) as GradientFeatures;
    const { dIn, spec: { hookName } } = made.info;
    const x = (await here.run({ ids, capture: [hookName] })).activations[hookName]!.data.slice(5 * dIn);
    const f = encode(made, x, 1);
    expect([...got.byTopK.data].sort((a, b) => a - b)).toEqual([...f.keys()].filter((feature) => f[feature]! > 0));
    const feature = got.byTopK.data[0]!;
    expect(got.z.data[got.candidates.data.indexOf(feature)]).toBeCloseTo(f[feature]!, 4);
    // One unit more and one less, with the intervention that edits activations; a step as long as the analysis takes.
    const step = (0.02 * Math.hypot(...x)) / Math.hypot(...rowsWritten(made, x, [feature])[0]!);
    const after = async (coefficient: number) => {
      const change = { id: 'edit-features', at: hookName, positions: [5], params: { dictionary: other, feature, op: 'add', coefficient, skipBos: false } };
      const row = (await here.run({ ids, logits: true, interventions: [change] })).logits!.data.subarray(5 * here.config.dVocab);
      return row[got.plus]! - row[got.minus]!;
    };
    const slope = ((await after(step)) - (await after(-step))) / (2 * step);
    expect(Math.abs(slope)).toBeGreaterThan(1e-3);
    expect(got.effect.data[got.candidates.data.indexOf(feature)]! / slope).toBeCloseTo(1, 2);
  });

  it('says what there isn’t', async () => {
    await expect(ask({ position: 6 })).rejects.toThrow('there is no position 6');
  });
});
