import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { blockHook, type HookName } from '../anatomy/hook-names';
import { expectAllClose } from '../testing/close';
import { filesOf, readGolden, sharedFolder, stories260k } from '../testing/golden';
import { nodeStarter } from '../testing/open-model';
import { greedy, openSession, question } from './test-session';

const signal = new AbortController().signal;
const MODELS = ['gpt2', 'gpt2_f16_sharded', 'gpt2_bf16_sharded', 'llama', 'llama31', 'llama_mha_tied', 'llama_f16_sharded', 'llama_bf16_sharded'];

async function openFolder(folder: string) {
  const { session } = openSession(nodeStarter());
  await session.setBackend('wasm');
  const info = await session.load({ kind: 'files', name: folder, files: filesOf(folder) }, () => undefined, signal);
  return { session, info };
}

// Reference models beside the checkout; where they are absent, the copies of four of them are still tested.
describe.skipIf(sharedFolder('goldens/models') === null)('from files to logits, as PyTorch computes them', () => {
  it.each(MODELS)('%s', async (name) => {
    const folder = sharedFolder(`goldens/models/${name}`)!;
    const golden = await readGolden(folder);
    const { session, info } = await openFolder(folder);
    const hooks: [string, HookName][] = [['logits', 'logits'], ['resid_pre.0', blockHook(0, 'hook_resid_pre')]];
    for (let layer = 0; layer < info.config.nLayers; layer += 1)
      hooks.push([`resid_post.${layer}`, blockHook(layer, 'hook_resid_post')], [`pattern.${layer}`, blockHook(layer, 'attn.hook_pattern')]);
    const { activations } = await session.run(question(info, { ids: golden.inputIds, capture: hooks.map(([, hook]) => hook) }), { signal });
    for (const [key, hook] of hooks) {
      expect(activations[hook]!.axes, key).toEqual(golden.tensor(key).axes);
      expectAllClose(activations[hook]!.data, golden.tensor(key).data, { relative: 1e-5 }, key);
    }
    const text = await session.run(question(info, { ids: golden.greedyFrom8.slice(0, 8), generate: { ...greedy, stopAtEnd: false } }), { signal });
    expect([...text.ids.slice(0, 8), ...text.generated!.ids]).toEqual(golden.greedyFrom8);
  });
});

describe.skipIf(stories260k === null)('a trained model', () => {
  it('encodes, and writes the 199 tokens that it should', async () => {
    const golden = JSON.parse(readFileSync(join(stories260k!, 'golden.json'), 'utf8')) as {
      encodings: { text: string; ids: number[] }[];
      greedy_from_bos: number[];
    };
    const { session, info } = await openFolder(stories260k!);
    for (const { text, ids } of golden.encodings) expect((await session.tokenize(text, true)).ids, text).toEqual(ids);
    const answer = await session.run(question(info, { ids: [1], generate: { ...greedy, maxNewTokens: 199, stopAtEnd: false } }), { signal });
    expect([1, ...answer.generated!.ids]).toEqual(golden.greedy_from_bos);
  });
});
