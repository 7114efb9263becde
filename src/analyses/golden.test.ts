import { beforeAll, describe, expect, it } from 'vitest';
import type { NamedArray } from '../anatomy/named-array';
import { UserError } from '../lib/errors';
import { initialValues } from '../lib/params';
import { TINY_DICTIONARY } from '../testing/dictionaries';
import { goldenFolder, readGolden } from '../testing/golden';
import { LAB_BACKENDS, STORIES, greedy, labPorts, openLab, type Lab, type Question } from '../testing/lab';
import { X200 } from '../testing/stories-texts';
import { Session } from '../workers/session';
import type { AttentionSummary } from './attention-summary/compute';
import type { HeadScores } from './head-scores/compute';
import { analyses } from './index';
import type { NextTokens } from './next-tokens/compute';
import type { SteeringDamage } from './steering-damage/compute';
import type { StreamNorms } from './stream-norms/compute';

const IDS = [96, 190, 33, 18, 228, 43, 189, 36, 197, 85];
const CASES = LAB_BACKENDS.flatMap((backend) => (['gpt2', 'llama'] as const).map((model) => [backend, model] as const));
const steering = (coefficient: number) => ({
  id: 'add',
  at: 'blocks.1.hook_resid_post' as const,
  positions: 'all' as const,
  params: { coefficient },
  direction: { id: 'random', params: { seed: 4 } },
});

/** Values that a worker can hand over and a script can print: plain data and named arrays. */
function isPlain(value: unknown): boolean {
  if (value === null || ['number', 'string', 'boolean'].includes(typeof value) || value instanceof Float32Array) return true;
  return typeof value === 'object' && Object.values(value).every(isPlain);
}

/** What is asked of these is not in a run of any kind: without it they say so, in words. */
const NEED_MORE = ['expert-activation', 'feature-set', 'feature-restoration', 'concept-separability', 'prompt-similarity'];
function words(error: unknown): string {
  expect(error).toBeInstanceOf(UserError);
  return (error as UserError).message;
}

describe.each(CASES)('on %s, %s', (backend, name) => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await openLab(new Session(labPorts()), goldenFolder(name), backend);
  });

  it.each(analyses.all.map((door) => [door.id, door] as const))('%s gives plain values on a run of any kind, and leaves no tensor behind', async (id, door) => {
    const params = { ...initialValues(door.params), ...('dictionary' in door.params ? { dictionary: TINY_DICTIONARY } : {}) };
    const analyse = (question: Question) => lab.analyse(id, question, params).catch((error: unknown) => (NEED_MORE.includes(id) ? words(error) : Promise.reject(error)));
    await analyse({ ids: IDS });
    const before = lab.numTensors();
    for (const question of [{ ids: IDS }, { ids: [5] }, { ids: IDS, promptLength: 4 }, { ids: IDS, interventions: [steering(3)], generate: greedy(6) }])
      expect(isPlain(await analyse(question))).toBe(true);
    expect(lab.numTensors()).toBe(before);
  });

  it('next-tokens: the mean log-probability is the loss that PyTorch computed', async () => {
    const golden = await readGolden(goldenFolder(name));
    const { logprob, topIds } = (await lab.analyse('next-tokens', { ids: golden.inputIds })) as unknown as NextTokens;
    const known = [...logprob.data].slice(1);
    expect(-known.reduce((a, b) => a + b, 0) / known.length).toBeCloseTo(golden.loss, 4);
    expect(topIds.shape).toEqual([golden.inputIds.length, 10]);
  });

  it('next-tokens: greedy generation takes the first rank', async () => {
    const run = await lab.run({ ids: IDS, generate: greedy(6) });
    const { topIds } = (await lab.analyse('next-tokens', { ids: IDS, generate: greedy(6) }, { top: 1 })) as unknown as NextTokens;
    expect([...topIds.data].slice(IDS.length - 1)).toEqual(run.generated!.ids);
  });

  it('steering-damage: none where nothing was steered, more where more was', async () => {
    const damage = async (coefficient: number) =>
      (await lab.analyse('steering-damage', { ids: IDS, promptLength: 4, interventions: [steering(coefficient)] })) as unknown as SteeringDamage;
    const [none, some, much] = [await damage(0), await damage(1), await damage(30)];
    expect(none.klNext).toBe(0);
    expect(none.klMean).toBe(0);
    expect(some.klNext).toBeGreaterThan(0);
    expect(much.klNext).toBeGreaterThan(some.klNext);
    // The text is the same: so is its perplexity under the unchanged model.
    expect(much.perplexity).toBe(none.perplexity);
    const { logprob } = (await lab.analyse('next-tokens', { ids: IDS })) as unknown as NextTokens;
    const response = [...logprob.data].slice(4);
    expect(none.perplexity).toBeCloseTo(Math.exp(-response.reduce((a, b) => a + b, 0) / response.length), 1);
    expect(none.rep4).toBe(0);
  });

  it('steering-damage: counts the last new token too, which was never fed', async () => {
    const generated = await lab.run({ ids: IDS, interventions: [steering(5)], generate: greedy(6) });
    const whole = [...IDS, ...generated.generated!.ids];
    const streaming = (await lab.analyse('steering-damage', { ids: IDS, interventions: [steering(5)], generate: greedy(6) })) as unknown as SteeringDamage;
    const given = (await lab.analyse('steering-damage', { ids: whole, promptLength: IDS.length, interventions: [steering(5)] })) as unknown as SteeringDamage;
    expect(streaming.perplexity! / given.perplexity!).toBeCloseTo(1, 3);
    expect(streaming.klNext).toBeCloseTo(given.klNext, 4);
    expect(streaming.rep4).toBe(given.rep4);
  });

  it('stream-norms: medians of the unchanged run, whatever is steered', async () => {
    const norms = async (interventions: ReturnType<typeof steering>[]) => (await lab.analyse('stream-norms', { ids: IDS, interventions })) as unknown as StreamNorms;
    const plain = await norms([]);
    expect(await norms([steering(50)])).toEqual(plain);
    expect(plain.positions).toBe(IDS.length);
    const stream = (await lab.run({ ids: IDS, capture: ['blocks.2.hook_resid_post'] })).activations['blocks.2.hook_resid_post']!;
    const lengths = IDS.map((_, pos) => Math.hypot(...stream.data.subarray(pos * lab.config.dModel, (pos + 1) * lab.config.dModel))).sort((a, b) => a - b);
    expect(plain.median.data[2]).toBeCloseTo((lengths[4]! + lengths[5]!) / 2, 4);
  });

  it('stream-norms: says when there is only BOS', async () => {
    await expect(lab.analyse('stream-norms', { ids: [lab.config.bosId!] })).rejects.toMatchObject({ code: 'empty-text' });
  });

  it('head-scores: cuts the repeat to the context, and gives every head three scores between 0 and 1', async () => {
    const scores = (await lab.analyse('head-scores', { ids: [1] }, { repeat: 50, seeds: 3 })) as unknown as HeadScores;
    expect(scores.repeat).toBe(Math.min(50, lab.config.nCtx / 2));
    for (const kind of ['induction', 'previous', 'duplicate'] as const) {
      expect(scores[kind].shape).toEqual([lab.config.nLayers, lab.config.nHeads]);
      for (const score of scores[kind].data) {
        expect(score).toBeGreaterThan(0);
        expect(score).toBeLessThan(1);
      }
    }
  });

  it('attention-summary: shares and entropies lie where they can', async () => {
    const { entropy, bosShare, previous } = (await lab.analyse('attention-summary', { ids: IDS })) as unknown as AttentionSummary;
    expect(entropy.data.every((value) => value > 0 && value < Math.log(IDS.length))).toBe(true);
    for (const share of [bosShare, previous]) expect(share.data.every((value) => value > 0 && value < 1)).toBe(true);
  });
});

describe.skipIf(STORIES === null)('stories260k: measured answers', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await openLab(new Session(labPorts()), STORIES, 'wasm');
  });
  const perLayer = ({ data, shape }: NamedArray) => {
    const heads = shape[1]!;
    return Array.from({ length: shape[0]! }, (_, layer) => data.subarray(layer * heads, (layer + 1) * heads).reduce((a, b) => a + b) / heads);
  };

  it('mean attention entropy per layer, and the share of BOS', async () => {
    const { entropy, bosShare } = (await lab.analyse('attention-summary', { ids: X200 })) as unknown as AttentionSummary;
    [1.8676, 1.2438, 1.9375, 1.6831, 2.6318].forEach((value, layer) => expect(Math.abs(perLayer(entropy)[layer]! - value)).toBeLessThan(1e-3));
    for (const share of perLayer(bosShare)) {
      expect(share).toBeGreaterThan(0.0125);
      expect(share).toBeLessThan(0.0285);
    }
  });
});
