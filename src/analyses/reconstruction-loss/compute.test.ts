import { beforeAll, describe, expect, it } from 'vitest';
import { blockHook } from '../../anatomy/hook-names';
import { rowAt } from '../../anatomy/rows';
import type { Dictionary } from '../../anatomy/dictionary';
import type { ModelConfig } from '../../anatomy/model-config';
import { decode, encode } from '../../dictionaries';
import { logSumExp } from '../../lib/numeric';
import { dictionaryWith, randomDictionary, testDictionaries } from '../../testing/dictionaries';
import { goldenFolder } from '../../testing/golden';
import { LAB_BACKENDS, labPorts, openLab, type Lab } from '../../testing/lab';
import { expectNoLeak } from '../../testing/leaks';
import { Session } from '../../workers/session';
import { recoveredOf, type ReconstructionLoss } from './compute';

it('the share recovered is that of the worked example', () => {
  expect(recoveredOf(3.2, 3.4, 8)).toBeCloseTo(0.9583, 4);
  expect(recoveredOf(3, 3, 3)).toBeNaN();
});

const SAE = 'url:https://example.org/sae';
const PERFECT = 'url:https://example.org/perfect';
const TRANSCODER = 'url:https://example.org/transcoder';
const HOOK = blockHook(1, 'hook_resid_post');
/** The first is the start token of the model. */
const IDS = [1, 96, 190, 33, 18, 228, 43, 189];

/** x̂ = ReLU(x) − ReLU(−x) = x. */
function perfect({ dModel: d }: ModelConfig): Dictionary {
  const dSae = 2 * d;
  const W_enc = Array.from({ length: d * dSae }, (_, i) => (i % dSae === Math.floor(i / dSae) ? 1 : i % dSae === d + Math.floor(i / dSae) ? -1 : 0));
  const W_dec = Array.from({ length: dSae * d }, (_, i) => W_enc[(i % d) * dSae + Math.floor(i / d)]!);
  return dictionaryWith({ id: PERFECT, dSae, W_enc, W_dec, spec: { applyBDecToInput: false, hookName: HOOK, hookNameOut: HOOK } });
}

describe.each(LAB_BACKENDS)('reconstruction-loss on %s', (backend) => {
  let lab: Lab;
  let made: readonly Dictionary[] = [];
  beforeAll(async () => {
    const openDictionary = testDictionaries((config) => {
      made = [
        randomDictionary(config, { id: SAE, encoder: 'topk', k: 3, hookName: HOOK }),
        perfect(config),
        randomDictionary(config, { id: TRANSCODER, applyBDecToInput: false, hookName: blockHook(0, 'ln2.hook_out'), hookNameOut: blockHook(0, 'hook_mlp_out') }),
      ];
      return made;
    });
    lab = await openLab(new Session({ ...labPorts(), openDictionary }), goldenFolder('gpt2'), backend);
  });
  const measure = async (dictionary: string, baseline: 'zero' | 'mean') => (await lab.analyse('reconstruction-loss', { ids: IDS }, { dictionary, baseline })) as ReconstructionLoss;
  const logitsOf = async (at: string, rows: Float32Array | null) => {
    const change = rows === null ? [] : [{ id: 'replace', at: at as typeof HOOK, positions: IDS.map((_, pos) => pos), params: { values: [...rows] } }];
    return (await lab.run({ ids: IDS, logits: true, interventions: change })).logits!;
  };
  type Logits = Awaited<ReturnType<typeof logitsOf>>;
  const lossOf = (logits: Logits) => IDS.slice(1).reduce((sum, id, pos) => sum + logSumExp(rowAt(logits, pos)) - rowAt(logits, pos)[id]!, 0) / (IDS.length - 1);
  /** KL(clean ‖ changed), over the positions that predict a token of the text. */
  const klOf = (clean: Logits, changed: Logits) => {
    let sum = 0;
    for (let pos = 0; pos < IDS.length - 1; pos += 1) {
      const [p, q] = [rowAt(clean, pos), rowAt(changed, pos)];
      const [zP, zQ] = [logSumExp(p), logSumExp(q)];
      p.forEach((value, id) => (sum += Math.exp(value - zP) * (value - zP - (q[id]! - zQ))));
    }
    return sum / (IDS.length - 1);
  };

  it.each([SAE, TRANSCODER])('is the loss of runs with the values written in by hand: %s', async (id) => {
    const got = [await measure(id, 'zero'), await measure(id, 'mean')] as const;
    const dictionary = made.find(({ info }) => info.id === id)!;
    const { hookName, hookNameOut } = dictionary.info.spec;
    const { activations } = await lab.run({ ids: IDS, capture: [hookName, hookNameOut] });
    const [x, target] = [activations[hookName]!.data, activations[hookNameOut]!.data];
    const d = target.length / IDS.length;
    expect(got[0].skippedBos).toBe(true);
    const from = d; // a BOS row stays as it is
    const keepBos = (rows: Float32Array) => Float32Array.from(rows, (value, i) => (i < from ? target[i]! : value));
    const mean = Float32Array.from({ length: d }, (_, i) => {
      let sum = 0;
      for (let at = from + i; at < target.length; at += d) sum += target[at]!;
      return sum / ((target.length - from) / d);
    });
    const xHat = decode(dictionary, encode(dictionary, x, IDS.length), IDS.length, x);
    const logits = [
      await logitsOf(hookNameOut, null),
      await logitsOf(hookNameOut, keepBos(xHat)),
      await logitsOf(hookNameOut, keepBos(new Float32Array(target.length))),
      await logitsOf(hookNameOut, keepBos(target.map((_, i) => mean[i % d]!))),
    ] as const;
    const [clean, sae, zero, averaged] = [lossOf(logits[0]), lossOf(logits[1]), lossOf(logits[2]), lossOf(logits[3])];
    const [klSae, klZero, klMean] = [klOf(logits[0], logits[1]), klOf(logits[0], logits[2]), klOf(logits[0], logits[3])];
    expect(got[0]).toMatchObject({
      lossClean: expect.closeTo(clean, 4),
      lossSae: expect.closeTo(sae, 4),
      lossZero: expect.closeTo(zero, 4),
      lossMean: null,
      deltaLoss: expect.closeTo(sae - clean, 4),
      recoveredZero: expect.closeTo((zero - sae) / (zero - clean), 2),
      recoveredMean: null,
      predictions: IDS.length - 1,
      klSae: expect.closeTo(klSae, 4),
      klBaseline: expect.closeTo(klZero, 4),
      klScore: expect.closeTo((klZero - klSae) / klZero, 2),
    });
    expect(got[1].klBaseline).toBeCloseTo(klMean, 4);
    expect(got[1]).toMatchObject({ lossZero: null, lossMean: expect.closeTo(averaged, 4), recoveredMean: expect.closeTo((averaged - sae) / (averaged - clean), 2) });
  });

  it('of a dictionary that misses nothing all is recovered', async () => {
    const { deltaLoss, recoveredMean, klSae, klScore } = await measure(PERFECT, 'mean');
    expect(deltaLoss).toBeCloseTo(0, 5);
    expect(recoveredMean).toBeCloseTo(1, 3);
    expect(klSae).toBeCloseTo(0, 5);
    expect(klScore).toBeCloseTo(1, 3);
  });

  it('leaves no tensor behind, and knows nothing of a text that predicts nothing', async () => {
    await measure(SAE, 'zero');
    await expectNoLeak(() => lab.numTensors(), () => measure(SAE, 'zero'));
    expect(await lab.analyse('reconstruction-loss', { ids: [5] }, { dictionary: SAE })).toMatchObject({ lossClean: NaN, recoveredMean: NaN, predictions: 0 });
  });
});
