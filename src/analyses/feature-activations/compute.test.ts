import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blockHook } from '../../anatomy/hook-names';
import { createFit, decode, encode } from '../../dictionaries';
import type { Dictionary } from '../../anatomy/dictionary';
import { randomDictionary, testDictionaries } from '../../testing/dictionaries';
import { goldenFolder } from '../../testing/golden';
import { LAB_BACKENDS, labPorts, openLab, type Lab } from '../../testing/lab';
import { expectNoLeak } from '../../testing/leaks';
import { Session } from '../../workers/session';
import type { FeatureActivations } from './compute';

it('explained variance pools before it divides', () => {
  // The worked example of the methods file: squared errors .5, .5 and .2; a mean of ratios would give .65.
  const fit = createFit(Float32Array.from([0, 0, 0, 0, 3, 0]), 2, 0);
  const [half, fifth] = [Math.sqrt(0.5), Math.sqrt(0.2)];
  fit.add(0, Float32Array.from([half, 0]));
  fit.add(1, Float32Array.from([0, half]));
  fit.add(2, Float32Array.from([3, fifth]));
  expect(fit.explainedVariance()).toBeCloseTo(0.8, 6);
  expect([...fit.norms]).toEqual([0, 0, 3]);
  expect(fit.errorNorms[0]).toBeCloseTo(half, 6);
  expect(createFit(Float32Array.from([1, 1]), 2, 0).explainedVariance()).toBeNaN();
  // The same after a BOS row that is far off and badly explained: it counts in no sum and in no mean.
  const later = createFit(Float32Array.from([900, -900, 0, 0, 0, 0, 3, 0]), 2, 1);
  [[0, 0], [half, 0], [0, half], [3, fifth]].forEach((row, pos) => later.add(pos, Float32Array.from(row)));
  expect(later.explainedVariance()).toBeCloseTo(0.8, 6);
});

const SAE = 'url:https://example.org/a';
const TOPK = 'url:https://example.org/b';
const TRANSCODER = 'url:https://example.org/c';
/** The first is the start token of the model. */
const IDS = [1, 96, 190, 33, 18, 228, 43];

describe.each(LAB_BACKENDS)('feature-activations on %s', (backend) => {
  let lab: Lab;
  let made: Dictionary[] = [];
  beforeAll(async () => {
    const openDictionary = testDictionaries((config) => {
      made = [
        randomDictionary(config, { id: SAE, encoder: 'jumprelu' }),
        randomDictionary(config, { id: TOPK, encoder: 'topk', k: 3, normalizeActivations: 'layer_norm', hookName: blockHook(0, 'attn.hook_z') }),
        randomDictionary(config, { id: TRANSCODER, applyBDecToInput: false, hookName: blockHook(1, 'ln2.hook_out'), hookNameOut: blockHook(1, 'hook_mlp_out') }),
      ];
      return made;
    });
    lab = await openLab(new Session({ ...labPorts(), openDictionary }), goldenFolder('llama'), backend);
  });
  afterAll(() => void (made = []));

  it.each([SAE, TOPK, TRANSCODER])('gives what the plain arithmetic gives: %s', async (id) => {
    const got = (await lab.analyse('feature-activations', { ids: IDS }, { dictionary: id })) as FeatureActivations;
    const { info, weights } = made.find((one) => one.info.id === id)!;
    const { spec, dOut, dSae } = info;
    const { activations } = await lab.run({ ids: IDS, capture: [spec.hookName, spec.hookNameOut] });
    const [x, target] = [activations[spec.hookName]!.data, activations[spec.hookNameOut]!.data];
    const f = encode({ info, weights }, x, IDS.length);
    const xHat = decode({ info, weights }, f, IDS.length, x);
    const [indptr, indices, values] = [got.indptr.data, got.indices.data, got.values.data];
    expect(indptr.length).toBe(IDS.length + 1);
    const dense = new Float32Array(f.length);
    for (let pos = 0; pos < IDS.length; pos += 1) for (let e = indptr[pos]!; e < indptr[pos + 1]!; e += 1) dense[pos * dSae + indices[e]!] = values[e]!;
    expect(values.length).toBeGreaterThan(0);
    for (const [i, value] of dense.entries()) expect(value).toBeCloseTo(f[i]!, 4);
    // The start token is encoded, and left out of the means.
    expect(got.skippedBos).toBe(true);
    const from = 1;
    expect(got.l0).toBeCloseTo(f.slice(from * dSae).filter((value) => value > 0).length / (IDS.length - from), 6);
    const fit = createFit(target, dOut, from);
    for (let pos = 0; pos < IDS.length; pos += 1) fit.add(pos, xHat.subarray(pos * dOut, (pos + 1) * dOut));
    expect(got.explainedVariance).toBeCloseTo(fit.explainedVariance(), 3);
    for (let pos = 0; pos < IDS.length; pos += 1) {
      expect(got.errorNorm.data[pos]).toBeCloseTo(fit.errorNorms[pos]!, 3);
      expect(got.norm.data[pos]).toBeCloseTo(fit.norms[pos]!, 4);
    }
  });

  it('leaves no tensor behind but the dictionary’s own', async () => {
    const work = () => lab.analyse('feature-activations', { ids: IDS }, { dictionary: SAE });
    await work();
    await expectNoLeak(() => lab.numTensors(), work);
  });

  it('says what is wrong with a dictionary', async () => {
    await expect(lab.analyse('feature-activations', { ids: IDS }, { dictionary: '' })).rejects.toThrow('no dictionary is chosen');
    await expect(lab.analyse('feature-activations', { ids: IDS }, { dictionary: `files:${'0'.repeat(64)}` })).rejects.toThrow('drop its files again');
  });
});
