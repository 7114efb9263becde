import { beforeAll, describe, expect, it } from 'vitest';
import { blockHook } from '../../anatomy/hook-names';
import type { ModelInfo } from '../../anatomy/model-info';
import { namedArray } from '../../anatomy/named-array';
import { rowAt } from '../../anatomy/rows';
import type { RunRequest } from '../../anatomy/run';
import { expectAllClose } from '../../testing/close';
import { filesOf, goldenFolder, readGolden, type Golden } from '../../testing/golden';
import { nodeStarter } from '../../testing/open-model';
import { openSession } from '../../workers/test-session';
import { createAsker, type Asker } from './asker';
import { gpt2Small, type PublishedRuns } from './expected';
import { figuresOf, type Figure } from './figures';
import { centredLogit, logitDifference, logProbability, lossCurve, normalisedBy, patchScore } from './measure';
import { openPair, patched, streamShares } from './names';
import { questionCount, runLoss, runSelfTest } from './runs';

const signal = new AbortController().signal;
const { session } = openSession(nodeStarter());
let golden: Golden;
let info: ModelInfo;
beforeAll(async () => {
  golden = await readGolden(goldenFolder('gpt2'));
  await session.setBackend('cpu');
  info = await session.load({ kind: 'files', name: 'gpt2', files: filesOf(goldenFolder('gpt2')) }, () => undefined, signal);
});

/** Words as ids, so that the tiny model can be fed the real texts. */
function wordPort() {
  const known = new Map<string, number>();
  const asked: RunRequest[] = [];
  return {
    asked,
    encode: async (text: string) =>
      (text.match(/ ?\w+|[^\w\s]/g) ?? []).map((word) => {
        const id = known.get(word) ?? 1 + known.size;
        known.set(word, id);
        return id;
      }),
    ask: (request: RunRequest, given: AbortSignal) => {
      asked.push(request);
      return session.run(request, { signal: given });
    },
  };
}
const askerOf = (encode: (text: string) => Promise<readonly number[]>, bosId = 0): Asker =>
  createAsker({ ...wordPort(), encode }, { model: info.hash, shape: info.config, bosId, signal, onAsked: () => undefined });

describe('measures', () => {
  const logits = namedArray(['pos', 'd_vocab'], [2, 3], Float32Array.of(Math.log(1), Math.log(2), Math.log(5), 0, 0, 0));
  it('are what they say, by hand', () => {
    expect(lossCurve(logits, [0, 2])).toEqual([expect.closeTo(-Math.log(5 / 8), 6)]);
    expect(logProbability(rowAt(logits, 0), 1)).toBeCloseTo(Math.log(2 / 8), 6);
    expect(centredLogit(rowAt(logits, 0), 2)).toBeCloseTo(Math.log(5) - Math.log(10) / 3, 6);
    expect(logitDifference(logits, 0, 2, 1)).toBeCloseTo(Math.log(5 / 2), 6);
    expect([patchScore(3, 3, -1), patchScore(-1, 3, -1), patchScore(1, 3, -1), patchScore(-5, 3, -1)]).toEqual([1, 0, 0.5, -1]);
    expect(normalisedBy([1, 2, 6], 2)).toEqual([-1, -0.5, 1.5]);
  });

  it('pass within the tolerance, at a bound only beyond it, and never without a number', () => {
    const { about, bound } = figuresOf('run', 'source');
    expect([1.02, 0.98, 1.03, 0.97, NaN].map((here) => about('x', 1, here, 0.0201).passes)).toEqual([true, true, false, false, false]);
    expect([8, 9, 10, NaN].map((here) => bound('x', 'above', 9, here).passes)).toEqual([false, false, true, false]);
    expect([0.2, 0.25, 0.3, NaN].map((here) => bound('x', 'below', 0.25, here).passes)).toEqual([true, false, false, false]);
  });
});

describe('on a tiny model with known answers', () => {
  it('finds the reference loss', async () => {
    const [bos = 0, ...rest] = golden.inputIds;
    const published = { ...gpt2Small, loss: { source: 'PyTorch', texts: [{ text: 'golden', loss: golden.loss }] }, tolerance: { ...gpt2Small.tolerance, loss: 1e-5 } };
    const [figure] = await runLoss(published, askerOf(async () => rest, bos));
    expect(figure).toMatchObject({ published: golden.loss, passes: true });
    const wrong = await runLoss(published, askerOf(async () => rest.toReversed(), bos));
    expect(wrong[0]!.passes).toBe(false);
  });

  it('patches what was clean into what was corrupted', async () => {
    const asker = askerOf(async () => []);
    const ids = golden.inputIds.slice(0, 12);
    const [subject, end] = [5, 11];
    const clean = { ids, right: 17, wrong: 99 };
    const corrupted = { ...clean, ids: ids.with(subject, (ids[subject]! + 1) % 256) };
    const capture = [0, 1, 2].flatMap((layer) => [blockHook(layer, 'hook_resid_pre'), blockHook(layer, 'hook_attn_out')]);
    const pair = await openPair(clean, corrupted, capture, asker);
    const logits = golden.tensor('logits');
    expect(pair.cleanDifference).toBeCloseTo(rowAt(logits, end)[17]! - rowAt(logits, end)[99]!, 4);
    const score = async (hook: (typeof capture)[number], pos: number) =>
      patchScore(await patched(pair, hook, pos, asker), pair.cleanDifference, pair.corruptedDifference);
    // The prompts differ in one embedding: with it the corrupted run is the clean one; a row that is equal anyway changes nothing.
    expect(await score(blockHook(0, 'hook_resid_pre'), subject)).toBeCloseTo(1, 4);
    expect(await score(blockHook(0, 'hook_resid_pre'), end)).toBeCloseTo(0, 4);
    // Before the last block some of it has moved on.
    const late = await score(blockHook(2, 'hook_resid_pre'), subject);
    expect(Math.abs(late - 1)).toBeGreaterThan(1e-3);
    const same = await openPair(clean, clean, capture, asker);
    for (const hook of capture) expect(await patched(same, hook, end, asker)).toBeCloseTo(same.cleanDifference, 5);
  });

  it('reads the stream through the final norm: all of it gives the model’s own difference, and parts add up', async () => {
    const asker = askerOf(async () => []);
    const clean = { ids: golden.inputIds.slice(0, 4), right: 17, wrong: 99 };
    const stream = [0, 1, 2].flatMap((layer) =>
      (['hook_resid_pre', 'hook_attn_out', 'hook_resid_mid', 'hook_mlp_out', 'hook_resid_post'] as const).map((point) => ({ label: point, layer, point, difference: 0 })),
    );
    const pair = await openPair(clean, clean, [...stream.map(({ layer, point }) => blockHook(layer, point)), 'ln_final.hook_scale'], asker);
    const shares = await streamShares(stream, pair, asker);
    expect(shares).toHaveLength(stream.length);
    expect(shares.at(-1)).toBeCloseTo(pair.cleanDifference, 4);
    // pre + attn = mid and mid + mlp = post, with the norm's bias once too often on the left: the same everywhere.
    const biases = [0, 5, 10].flatMap((at) => [shares[at]! + shares[at + 1]! - shares[at + 2]!, shares[at + 2]! + shares[at + 3]! - shares[at + 4]!]);
    expectAllClose(Float32Array.from(biases), new Float32Array(6).fill(biases[0]!), { relative: 1e-4 }, 'bias');
  });
});

describe('all runs', () => {
  const isFirst = (one: { layer: number; head: number }, index: number, all: readonly { layer: number; head: number }[]) => all.findIndex(({ layer, head }) => layer === one.layer && head === one.head) === index;
  /** The published runs with what three blocks and 256 ids can take. */
  const small = (): PublishedRuns => ({
    ...gpt2Small,
    bosId: 0,
    induction: { ...gpt2Small.induction, sequences: 2, length: 12, from: 14, low: 1, high: 256 },
    names: {
      ...gpt2Small.names,
      stream: gpt2Small.names.stream.map((share) => ({ ...share, layer: share.layer % 3 })),
      patches: gpt2Small.names.patches.map((profile) => ({ ...profile, scores: profile.scores.slice(-3) })),
      heads: {
        direct: gpt2Small.names.heads.direct.map((share) => ({ ...share, layer: share.layer % 3, head: share.head % 4 })).filter(isFirst),
        ablation: { ...gpt2Small.names.heads.ablation, layer: 1, head: 2, direct: [{ layer: 2, head: 1, difference: 1 }] },
        patched: gpt2Small.names.heads.patched.map((share) => ({ ...share, layer: share.layer % 3, head: share.head % 4 })).filter(isFirst),
      },
    },
    pair: { ...gpt2Small.pair, patches: gpt2Small.pair.patches.map((profile) => ({ ...profile, scores: profile.scores.slice(-3) })) },
  });

  it('ask as many questions as they say, and give every figure a number', async () => {
    const port = wordPort();
    const figures: Figure[] = [];
    const progress: number[] = [];
    await runSelfTest(small(), port, { model: info.hash, shape: info.config, signal, onProgress: (done) => progress.push(done), onFigures: (more) => figures.push(...more) });
    expect(port.asked).toHaveLength(questionCount(small()));
    expect(progress.at(-1)).toBe(1);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect([...new Set(figures.map(({ run }) => run))]).toEqual(['Loss', 'Next tokens', 'Start token', 'Induction', 'Names, eight prompts', 'Names, heads', 'Names, one pair']);
    for (const { here, label } of figures) expect(here, label).not.toBeNaN();
    // A model of random weights is not GPT-2, and the runs say so.
    expect(figures.filter(({ passes }) => !passes).length).toBeGreaterThan(figures.length / 2);
    expect(new Set(figures.map(({ run, label }) => `${run} ${label}`)).size).toBe(figures.length);
  });

  it('tell another tokenizer by its tokens, and end when they are cancelled', async () => {
    const options = { model: info.hash, shape: info.config, onProgress: () => undefined, onFigures: () => undefined };
    const words = wordPort();
    const split = { ...words, encode: async (text: string) => (await words.encode(text)).flatMap((id) => [id, id]) };
    await expect(runSelfTest(small(), split, { ...options, signal })).rejects.toMatchObject({ code: 'other-tokenizer' });
    const stop = new AbortController();
    const port = wordPort();
    const cancelled = runSelfTest(small(), port, { ...options, signal: stop.signal, onProgress: () => stop.abort() });
    await expect(cancelled).rejects.toMatchObject({ name: 'AbortError' });
    expect(port.asked).toHaveLength(1);
  });
});

it('the published figures agree with one another', () => {
  const { names, nextTokens, pair } = gpt2Small;
  const differences = names.prompts.map(({ difference }) => difference);
  expect(differences.reduce((sum, one) => sum + one, 0) / differences.length).toBeCloseTo(names.mean, 2);
  const at = (label: string) => names.stream.find((share) => share.label === label)!.difference;
  expect(at('9_pre') + at('9_attn')).toBeCloseTo(at('9_mid'), 2);
  expect(at('10_pre') + at('10_attn')).toBeCloseTo(at('10_mid'), 2);
  expect(at('11_mid') + at('11_mlp')).toBeCloseTo(at('final'), 2);
  const [mary, ...others] = nextTokens.tokens;
  for (const { token, logit, percent } of others) expect(Math.abs(Math.log(percent / mary!.percent) - (logit - mary!.logit)), token).toBeLessThan(0.025);
  // The corrupted prompt is the one whose tokens were published: its difference is there too.
  const logitOf = (token: string) => nextTokens.tokens.find((one) => one.token === token)!.logit;
  expect(pair.corrupted.text).toBe(nextTokens.text);
  expect(logitOf(' John') - logitOf(' Mary')).toBeCloseTo(pair.corrupted.difference, 1);
  for (const { scores } of [...names.patches, ...pair.patches]) expect(scores).toHaveLength(12);
});
