import { beforeAll, describe, expect, it } from 'vitest';
import type { Dictionary } from '../../anatomy/dictionary';
import { blockHook } from '../../anatomy/hook-names';
import type { ModelConfig } from '../../anatomy/model-config';
import { createFit, decode, encode } from '../../dictionaries';
import { dictionaryWith, randomDictionary, testDictionaries } from '../../testing/dictionaries';
import { goldenFolder } from '../../testing/golden';
import { LAB_BACKENDS, labPorts, openLab, type Lab } from '../../testing/lab';
import { expectNoLeak } from '../../testing/leaks';
import { Session } from '../../workers/session';
import type { DictionaryReadings } from './compute';

const RANDOM = 'url:https://example.org/random';
const MISREAD = 'url:https://example.org/misread';
const TRANSCODER = 'url:https://example.org/transcoder';
const HOOK = blockHook(1, 'hook_resid_post');
/** The first is the start token of the model. */
const IDS = [1, 96, 190, 33, 18, 228, 43, 189];
const OFF = 0.5;

/** Perfect when b_dec is subtracted from its input: x̂ = ReLU(x − b) − ReLU(b − x) + b = x. Read without, x̂ = x + b. */
function misread({ dModel: d }: ModelConfig): Dictionary {
  const dSae = 2 * d;
  const W_enc = Array.from({ length: d * dSae }, (_, i) => (i % dSae === Math.floor(i / dSae) ? 1 : i % dSae === d + Math.floor(i / dSae) ? -1 : 0));
  const W_dec = Array.from({ length: dSae * d }, (_, i) => W_enc[(i % d) * dSae + Math.floor(i / d)]!);
  return dictionaryWith({ id: MISREAD, dSae, W_enc, W_dec, b_dec: new Array<number>(d).fill(OFF), spec: { applyBDecToInput: false, hookName: HOOK, hookNameOut: HOOK } });
}

describe.each(LAB_BACKENDS)('dictionary-readings on %s', (backend) => {
  let lab: Lab;
  let made: readonly Dictionary[] = [];
  beforeAll(async () => {
    const openDictionary = testDictionaries((config) => {
      made = [
        randomDictionary(config, { id: RANDOM, encoder: 'topk', k: 3, hookName: HOOK }),
        misread(config),
        randomDictionary(config, { id: TRANSCODER, applyBDecToInput: false, hookName: blockHook(0, 'ln2.hook_out'), hookNameOut: blockHook(0, 'hook_mlp_out') }),
      ];
      return made;
    });
    lab = await openLab(new Session({ ...labPorts(), openDictionary }), goldenFolder('gpt2'), backend);
  });
  const read = async (dictionary: string, ids: readonly number[] = IDS, interventions: Parameters<Lab['run']>[0]['interventions'] = []) =>
    (await lab.analyse('dictionary-readings', { ids, interventions }, { dictionary })) as DictionaryReadings;
  const named = ({ readings }: DictionaryReadings, label: RegExp) => readings.find((one) => label.test(one.label))!;

  it('finds that b_dec was to be subtracted, and by how much it is off', async () => {
    const found = await read(MISREAD);
    // x̂ − x = b at every position, so the error is n·d·b².
    const x = (await lab.run({ ids: IDS, capture: [HOOK] })).activations[HOOK]!;
    const [from, d] = [found.skippedBos ? 1 : 0, lab.config.dModel];
    const rows = Array.from({ length: IDS.length - from }, (_, i) => [...x.data.subarray((from + i) * d, (from + i + 1) * d)]);
    const mean = Array.from({ length: d }, (_, j) => rows.reduce((sum, row) => sum + row[j]!, 0) / rows.length);
    const variance = rows.reduce((sum, row) => sum + row.reduce((part, value, j) => part + (value - mean[j]!) ** 2, 0), 0);
    expect(found.readings[0]!.fvu).toBeCloseTo((rows.length * d * OFF ** 2) / variance, 4);
    const right = named(found, /b_dec subtracted/);
    expect(right.overrides).toBe('#bdec=yes');
    expect(right.fvu).toBeCloseTo(0, 6);
    // Every component but an exact zero fires one of its two features.
    expect(right.l0).toBe(d);
  });

  it.each([RANDOM, TRANSCODER])('as it is read now it fares as the panel says: %s', async (id) => {
    const { readings, skippedBos } = await read(id);
    const panel = (await lab.analyse('feature-activations', { ids: IDS }, { dictionary: id })) as { explainedVariance: number; l0: number; skippedBos: boolean };
    expect(skippedBos).toBe(panel.skippedBos);
    expect(readings[0]).toMatchObject({ label: 'as it is read now', overrides: '' });
    expect(readings[0]!.fvu).toBeCloseTo(1 - panel.explainedVariance, 6);
    expect(readings[0]!.l0).toBeCloseTo(panel.l0, 6);
    // Of a transcoder b_dec belongs to its output.
    expect(readings.some(({ label }) => label.includes('b_dec'))).toBe(id !== TRANSCODER);
  });

  it('reads the text with the other beginning, and a change at the same tokens', async () => {
    const dictionary = made.find(({ info }) => info.id === RANDOM)!;
    const { dModel, bosId } = lab.config;
    const plain = IDS.slice(1);
    const values = Array.from({ length: dModel }, (_, i) => Math.sin(i));
    const change = (positions: readonly number[]) => ({ id: 'replace', at: blockHook(0, 'hook_resid_post'), positions, params: { values } });
    for (const [ids, before, positions] of [[[bosId!, ...plain], plain, [2]], [plain, [bosId!, ...plain], [4]]] as const) {
      const { readings } = await read(RANDOM, ids, [change([3])]);
      const { activations } = await lab.run({ ids: before, capture: [HOOK], interventions: [change(positions)] });
      const x = activations[HOOK]!.data;
      const f = encode(dictionary, x, before.length);
      const xHat = decode(dictionary, f, before.length, x);
      const fit = createFit(x, dModel, 1);
      for (let pos = 0; pos < before.length; pos += 1) fit.add(pos, xHat.subarray(pos * dModel, (pos + 1) * dModel));
      const other = readings.at(-1)!;
      expect(other.overrides).toBeNull();
      expect(other.label).toBe(ids[0] === bosId ? 'without the start token before the text' : 'with a start token before the text');
      expect(other.fvu).toBeCloseTo(1 - fit.explainedVariance(), 4);
      expect(other.l0).toBeCloseTo(f.subarray(dictionary.info.dSae).filter((value) => value > 0).length / (before.length - 1), 6);
    }
  });

  it('leaves no tensor behind but the dictionary’s own', async () => {
    await read(RANDOM);
    await expectNoLeak(() => lab.numTensors(), () => read(RANDOM));
  });

  it('says what is wrong with a dictionary', async () => {
    await expect(read('')).rejects.toThrow('no dictionary is chosen');
  });
});
