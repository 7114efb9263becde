import { beforeAll, describe, expect, it } from 'vitest';
import { blockHook } from '../anatomy/hook-names';
import type { ModelInfo, ModelSource } from '../anatomy/model-info';
import type { RunRequest } from '../anatomy/run';
import { analyses } from '../analyses';
import { UserError } from '../lib/errors';
import { expectAllClose } from '../testing/close';
import { builtInModel, filesOf, goldenFolder, readGolden, type Golden } from '../testing/golden';
import { expectNoLeak } from '../testing/leaks';
import { nodeStarter } from '../testing/open-model';
import { watchedStarter } from '../testing/watched-starter';
import { greedy, openSession, question } from './test-session';

const signal = new AbortController().signal;
const control = { signal };
const source = (name: Parameters<typeof goldenFolder>[0]): ModelSource => ({ kind: 'files', name, files: filesOf(goldenFolder(name)) });

describe.each(['gpt2', 'llama'] as const)('a session with %s', (name) => {
  const watched = watchedStarter();
  const { session } = openSession(watched.starter);
  let golden: Golden;
  let info: ModelInfo;
  beforeAll(async () => {
    golden = await readGolden(goldenFolder(name));
    await session.setBackend('wasm');
    info = await session.load(source(name), () => undefined, signal);
  });
  const ask = (change: Partial<RunRequest>) => session.run(question(info, { ids: golden.inputIds, ...change }), control);

  it('answers as PyTorch does', async () => {
    const hook = blockHook(1, 'hook_resid_post');
    const { logits, activations, computedBy } = await ask({ logits: true, capture: [hook, 'logits'] });
    expectAllClose(logits!.data, golden.tensor('logits').data, { relative: 1e-5 }, 'logits');
    expect(activations.logits).toBe(logits);
    expectAllClose(activations[hook]!.data, golden.tensor('resid_post.1').data, { relative: 1e-5 }, hook);
    expect(activations[hook]!.axes).toEqual(['pos', 'd_model']);
    expect(computedBy).toMatchObject({ backend: 'wasm', dtype: 'float32' });
  });

  it('generates what PyTorch generates, token by token', async () => {
    const seen: number[][] = [];
    const ids = golden.greedyFrom8.slice(0, 8);
    const answer = await session.run(question(info, { ids, generate: greedy }), { signal, onToken: (new_) => seen.push([...new_]) });
    expect([...ids, ...answer.generated!.ids]).toEqual(golden.greedyFrom8);
    expect(seen.at(-1)).toEqual(answer.generated!.ids);
    expect(seen.map((list) => list.length)).toEqual(seen.map((_, i) => i + 1));
  });

  it('answers small questions between the tokens of a text, which stays what it was', async () => {
    const ids = [...golden.inputIds].reverse().slice(0, 6); // not written before: what was is guessed, many tokens at once
    const order: string[] = [];
    const side: Promise<unknown>[] = [];
    const onToken = (tokens: readonly number[]) => {
      if (tokens.length !== 2 && tokens.length !== 5) return;
      const asked = session.run(question(info, { ids: [...ids, ...tokens], logits: true }), control);
      side.push(asked.then(({ logits }) => {
        order.push(`question ${tokens.length}`);
        return logits;
      }));
    };
    const answer = await session.run(question(info, { ids, generate: greedy }), { signal, onToken });
    order.push('text');
    expect(order).toEqual(['question 2', 'question 5', 'text']);
    const written = answer.generated!.ids;
    expect((await ask({ ids, generate: greedy })).generated!.ids).toEqual(written);
    const alone = await ask({ ids: [...ids, ...written.slice(0, 2)], logits: true });
    expect(await side[0]).toEqual(alone.logits);
    await expectNoLeak(() => session.numTensors(), () => session.run(question(info, { ids: ids.slice(1), generate: greedy }), { signal, onToken }));
  });

  it('gives only what was asked for', async () => {
    const answer = await ask({ analyses: [{ id: 'next-tokens', params: { top: 3 } }] });
    expect(answer.logits).toBeNull();
    expect(answer.activations).toEqual({});
    expect(answer.analyses).toHaveLength(1);
  });

  it('computes a text once, however many questions are asked about it', async () => {
    const ids = [...golden.inputIds].reverse();
    const patterns = [0, 1, 2].map((layer) => blockHook(layer, 'attn.hook_pattern'));
    const before = watched.runs();
    await ask({ ids, logits: true, capture: patterns });
    expect(watched.runs() - before).toBe(1);
    for (const hook of patterns) await ask({ ids, capture: [hook] });
    await ask({ ids, analyses: [{ id: 'attention-summary', params: {} }] });
    expect(watched.runs() - before).toBe(1);
    // The next text is likely to be asked the same: its first question brings the rest along.
    const next = ids.slice(1);
    await ask({ ids: next, capture: [patterns[0]!] });
    const answers = await Promise.all(patterns.map((hook) => ask({ ids: next, capture: [hook] })));
    expect(watched.runs() - before).toBe(2);
    // …and is the same as when it is computed alone, but for rounding: an engine may fuse steps that nothing looks between.
    const alone = openSession(nodeStarter()).session;
    await alone.setBackend('wasm');
    const other = await alone.load(source(name), () => undefined, signal);
    for (const [i, hook] of patterns.entries()) {
      const one = await alone.run(question(other, { ids: next, capture: [hook] }), control);
      expectAllClose(answers[i]!.activations[hook]!.data, one.activations[hook]!.data, { relative: 1e-5 }, hook);
    }
    await session.setBackend('wasm');
  });

  it('tells a prompt length, positions and interventions apart', async () => {
    const add = (coefficient: number) =>
      [{ id: 'add', at: blockHook(1, 'hook_resid_post'), positions: 'response', params: { coefficient }, direction: { id: 'random', params: {} } }] as const;
    const base = await ask({ logits: true });
    const same = await ask({ logits: true, interventions: add(5) });
    const steered = await ask({ logits: true, promptLength: 4, interventions: add(5) });
    const more = await ask({ logits: true, promptLength: 4, interventions: add(9) });
    expect(same.logits!.data).toEqual(base.logits!.data); // nothing is response here
    const dVocab = info.config.dVocab;
    expect(steered.logits!.data.subarray(0, 4 * dVocab)).toEqual(base.logits!.data.subarray(0, 4 * dVocab));
    expect(steered.logits!.data).not.toEqual(base.logits!.data);
    expect(more.logits!.data).not.toEqual(steered.logits!.data);
  });

  it('computes every registered analysis, those with changes of their own too', async () => {
    // Those that read a dictionary are computed with one in their own tests.
    for (const door of analyses.all.filter(({ dictionaries }) => dictionaries === undefined)) {
      const question = ask({ promptLength: 8, analyses: [{ id: door.id, params: {} }] });
      // What is about experts says so to a model that has none.
      if (/^expert-/.test(door.id) && info.config.experts === null) {
        await expect(question, door.id).rejects.toThrow('no mixture of experts');
        continue;
      }
      const answer = await question;
      expect(Object.keys(answer.analyses[0]!), door.id).not.toHaveLength(0);
    }
    const causal = await ask({ promptLength: 8, analyses: [{ id: 'void-layers', params: { mode: 'causal', alpha: 3 } }] });
    const effect = causal.analyses[0]!['effect'] as { lossFull: number; lossMode: number };
    expect(effect.lossFull).toBeCloseTo(golden.loss, 4);
    expect(effect.lossMode).not.toBeCloseTo(effect.lossFull, 2);
  });

  it('asks an analysis for the response too', async () => {
    const ids = golden.greedyFrom8.slice(0, 8);
    const answer = await ask({ ids, generate: greedy, analyses: [{ id: 'next-tokens', params: { top: 1 } }, { id: 'void-layers', params: {} }] });
    const top = answer.analyses[0]!['topIds'] as { data: Float32Array };
    // Greedy: the likeliest token at each position from the prompt's end on is the one that came.
    expect([...top.data.slice(7)]).toEqual(answer.generated!.ids.slice(0, answer.ids.length - 7));
    expect((answer.analyses[1]!['usage'] as { response: unknown }).response).not.toBeNull();
  });

  it('names what it does not know, and leaves no tensor behind', async () => {
    const hook = blockHook(0, 'hook_resid_post');
    const cases: [string, Partial<RunRequest>][] = [
      ['other-model', { model: 'f00' }],
      ['unknown-intervention', { interventions: [{ id: 'nudge', at: hook, positions: 'all', params: {} }] }],
      ['unknown-direction', { interventions: [{ id: 'add', at: hook, positions: 'all', params: {}, direction: { id: 'up', params: {} } }] }],
      ['no-direction', { interventions: [{ id: 'add', at: hook, positions: 'all', params: {} }] }],
      ['bad-params', { interventions: [{ id: 'add', at: hook, positions: 'all', params: { strength: 1 }, direction: { id: 'random', params: {} } }] }],
      ['bad-positions', { interventions: [{ id: 'add', at: hook, positions: [-1], params: {}, direction: { id: 'random', params: {} } }] }],
      ['unknown-hook', { interventions: [{ id: 'add', at: 'blocks.9.hook_resid_post', positions: 'all', params: {}, direction: { id: 'random', params: {} } }] }],
      ['vector-length', { interventions: [{ id: 'add', at: hook, positions: 'all', params: {}, direction: { id: 'vector', params: { values: [1, 2, 3] } } }] }],
      ['unknown-analysis', { analyses: [{ id: 'horoscope', params: {} }] }],
      ['bad-params', { analyses: [{ id: 'void-layers', params: { alpha: 'large' } }] }],
      ['unknown-hook', { capture: ['blocks.0.hook_nothing' as 'logits'] }],
      ['bad-ids', { ids: [] }],
      ['bad-ids', { ids: [99_999] }],
      ['too-long', { ids: Array.from({ length: 65 }, () => 1), promptLength: 65 }],
      ['bad-ids', { promptLength: 99 }],
      ['bad-sampling', { generate: { ...greedy, temperature: -1 } }],
    ];
    for (const [code, change] of cases)
      await expectNoLeak(() => session.numTensors(), async () => {
        await expect(ask(change), JSON.stringify(change).slice(0, 120)).rejects.toMatchObject({ code, name: 'UserError' });
      });
    await expect(ask({ interventions: [{ id: 'nudge', at: hook, positions: 'all', params: {} }] })).rejects.toThrow(/"nudge".*ablate, add/);
  });

  it('keeps no tensor of a run', async () => {
    await expectNoLeak(() => session.numTensors(), () => ask({ ids: golden.inputIds.slice(3), logits: true, generate: greedy }));
  });

  it('stops a generation between tokens', async () => {
    const stop = new AbortController();
    const seen: number[] = [];
    const ended = session.run(question(info, { ids: [5, 6, 7], generate: { ...greedy, maxNewTokens: 50, stopAtEnd: false } }), {
      signal: stop.signal,
      onToken: (ids) => {
        seen.push(ids.length);
        if (ids.length === 3) stop.abort();
      },
    });
    await expect(ended).rejects.toMatchObject({ name: 'AbortError' });
    expect(seen).toEqual([1, 2, 3]);
    await expect(session.run(question(info, { ids: [1] }), { signal: stop.signal })).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('runs on ids without a tokenizer', async () => {
    expect(await session.pieces([1, 2])).toEqual(['[1]', '[2]']);
    expect(await session.decode([1, 2])).toBe('[1][2]');
    await expect(session.tokenize('x', true)).rejects.toThrow(UserError);
  });
});

describe.skipIf(builtInModel === null)('the built-in model', () => {
  it('runs from text to text, steered by a contrast of prompts at several layers', async () => {
    const watched = watchedStarter();
    const { session } = openSession(watched.starter);
    await session.setBackend('wasm');
    const info = await session.load({ kind: 'files', name: 'lacuna', files: filesOf(builtInModel!) }, () => undefined, signal);
    const text = 'Once upon a time, there was a little girl named Lily.';
    const { ids, tokens } = await session.tokenize(text, true);
    expect(tokens.slice(1).join('')).toBe(text);
    const direction = {
      id: 'contrast-mean',
      params: { pairs: [{ positive: 'I love this wonderful day', negative: 'I hate this terrible day' }] },
    };
    const before = watched.runs();
    for (const layer of [4, 5, 6, 7]) {
      const { norm, rawNorm } = await session.directionNorm(direction, blockHook(layer, 'hook_resid_post'), signal);
      expect(norm).toBeCloseTo(1, 5);
      expect(rawNorm).toBeGreaterThan(0);
    }
    expect(watched.runs() - before).toBe(2); // one pass per text, not per layer
    const steer = (coefficient: number) =>
      [4, 5, 6, 7].map((layer) => ({ id: 'add', at: blockHook(layer, 'hook_resid_post'), positions: 'all' as const, params: { coefficient }, direction }));
    const texts = await Promise.all(
      [0, 20].map(async (c) => session.decode((await session.run(question(info, { ids, generate: greedy, interventions: steer(c) }), control)).generated!.ids)),
    );
    const base = await session.run(question(info, { ids, generate: greedy }), control);
    expect(texts[0]).toBe(await session.decode(base.generated!.ids));
    expect(texts[1]).not.toBe(texts[0]);
  });
});
