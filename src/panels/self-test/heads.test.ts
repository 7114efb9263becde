import { beforeAll, describe, expect, it } from 'vitest';
import { blockHook } from '../../anatomy/hook-names';
import type { ModelInfo } from '../../anatomy/model-info';
import type { RunRequest } from '../../anatomy/run';
import { rowAt } from '../../anatomy/rows';
import { filesOf, goldenFolder, loadFolder } from '../../testing/golden';
import { nodeStarter } from '../../testing/open-model';
import { openSession } from '../../workers/test-session';
import { createAsker, type Asker } from './asker';
import { headFrom, headShares, lookWithout, valueBias } from './heads';
import { differenceAtEnd, FINAL_SCALE, replace } from './pairs';

const { signal } = new AbortController();
const { session } = openSession(nodeStarter());
const weights = new Map<string, Float32Array>();
let info: ModelInfo;
let asker: Asker;
beforeAll(async () => {
  await session.setBackend('cpu');
  info = await session.load({ kind: 'files', name: 'gpt2', files: filesOf(goldenFolder('gpt2')) }, () => undefined, signal);
  for await (const { name, data } of (await loadFolder(goldenFolder('gpt2'))).weights()) weights.set(name, data);
  const ask = (request: RunRequest, given: AbortSignal) => session.run(request, { signal: given });
  asker = createAsker({ encode: async () => [], ask }, { model: info.hash, shape: info.config, bosId: 0, signal, onAsked: () => undefined });
});

const clean = { ids: [1, 44, 190, 33, 18, 228, 43, 189], right: 17, wrong: 99 };
const [LAYER, HEAD, END] = [1, 2, clean.ids.length - 1];
const w = (name: string) => weights.get(name)!;

/** By plain arithmetic on the stored weights: b_V and what the norm's bias adds to it, of one head. [d_head] */
function biasByHand(layer: number, head: number): number[] {
  const { dModel, dHead } = info.config;
  const qkv = 3 * dModel;
  return Array.from({ length: dHead }, (_, i) => {
    const column = 2 * dModel + head * dHead + i;
    let sum = w(`blocks.${layer}.attn.b_QKV`)[column]!;
    for (let row = 0; row < dModel; row += 1) sum += w(`blocks.${layer}.ln1.b`)[row]! * w(`blocks.${layer}.attn.W_QKV`)[row * qkv + column]!;
    return sum;
  });
}

describe('single heads, held against plain arithmetic on the weights', () => {
  it('have a value bias that is asked for rightly', async () => {
    const bias = await valueBias(LAYER, clean.ids, asker);
    const { dHead, nHeads } = info.config;
    expect(bias).toHaveLength(nHeads * dHead);
    const hand = biasByHand(LAYER, HEAD);
    hand.forEach((value, i) => expect(bias[HEAD * dHead + i]).toBeCloseTo(value, 5));
    expect(Math.max(...hand.map(Math.abs))).toBeGreaterThan(1e-3);
  });

  it('say for the right name what their output says through the final norm', async () => {
    const { dModel, dHead, dVocab } = info.config;
    const z = blockHook(LAYER, 'attn.hook_z');
    const look = await asker.look(clean.ids, [z, FINAL_SCALE]);
    const biases = await valueBias(LAYER, clean.ids, asker);
    const shares = [HEAD, 0].map((head) => ({ layer: LAYER, head, difference: 0 }));
    const here = await headShares(shares, look, clean, () => biases, asker);
    const scale = look.at(FINAL_SCALE).data[END]!;
    const hand = shares.map(({ head }) => {
      const bias = biasByHand(LAYER, head);
      const row = rowAt(look.at(z), END);
      const out = Array.from({ length: dModel }, (_, column) =>
        bias.reduce((sum, one, i) => sum + (row[head * dHead + i]! - one) * w(`blocks.${LAYER}.attn.W_O`)[(head * dHead + i) * dModel + column]!, 0),
      );
      const centre = out.reduce((sum, value) => sum + value, 0) / dModel;
      // W_U is tied: column `id` is row `id` of W_E.
      const logit = (id: number) => out.reduce((sum, value, i) => sum + ((value - centre) / scale) * w('ln_final.w')[i]! * w('W_E')[id * dModel + i]!, 0);
      expect(w('W_E')).toHaveLength(dVocab * dModel);
      return logit(clean.right) - logit(clean.wrong);
    });
    hand.forEach((value, i) => expect(here[i]).toBeCloseTo(value, 5));
    expect(Math.abs(hand[0]!)).toBeGreaterThan(1e-4);
  });

  it('zeroed at the end, leave their value bias and nothing else', async () => {
    const z = blockHook(LAYER, 'attn.hook_z');
    const look = await asker.look(clean.ids, [z, FINAL_SCALE]);
    const without = await lookWithout(LAYER, HEAD, look, clean, await valueBias(LAYER, clean.ids, asker), [], asker);
    const { dHead } = info.config;
    const row = Array.from(rowAt(look.at(z), END));
    row.splice(HEAD * dHead, dHead, ...biasByHand(LAYER, HEAD));
    const right = differenceAtEnd(await asker.logits(clean.ids, [replace(z, [END], row)]), clean);
    expect(differenceAtEnd(without.logits, clean)).toBeCloseTo(right, 5);
    expect(Math.abs(right - differenceAtEnd(look.logits, clean))).toBeGreaterThan(1e-5);
  });

  it('are carried over alone: all heads of the first layer together carry all that its attention does', async () => {
    const corrupted = { ...clean, ids: clean.ids.with(3, 77) };
    const z = blockHook(0, 'attn.hook_z');
    const [from, into] = [await asker.look(clean.ids, [z]), await asker.look(corrupted.ids, [z])];
    const { nHeads, dHead } = info.config;
    const patch = headFrom(from, into, 0, HEAD);
    const values = patch.params?.['values'] as number[];
    values.forEach((value, i) => expect(value).toBe((Math.floor(i / dHead) % nHeads === HEAD ? from : into).at(z).data[i]));
    const same = await asker.logits(corrupted.ids, [headFrom(into, into, 0, HEAD)]);
    expect(differenceAtEnd(same, corrupted)).toBeCloseTo(differenceAtEnd(into.logits, corrupted), 5);
    expect(differenceAtEnd(await asker.logits(corrupted.ids, [patch]), corrupted)).not.toBeCloseTo(differenceAtEnd(into.logits, corrupted), 5);
  });
});
