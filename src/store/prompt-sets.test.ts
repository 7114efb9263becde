import { describe, expect, it } from 'vitest';
import { namedArray } from '../anatomy/named-array';
import type { RunRequest, RunResult } from '../anatomy/run';
import { abortError, UserError } from '../lib/errors';
import { must } from '../lib/assert';
import { filesOf, goldenFolder } from '../testing/golden';
import { nodeStarter } from '../testing/open-model';
import { openSession } from '../workers/test-session';
import { createPageActivity } from './page-activity';
import type { Storage } from './ports';
import { runPrompt } from './prompt-run';
import { createPromptSets, type PromptSetsPorts } from './prompt-sets';
import { startWorkbench } from './fake-workbench';

const signal = new AbortController().signal;
/** A tokenizer that every model understands: a start token, then one id per character. */
const byCharacter = (text: string) => ({ ids: [0, ...[...text].map((letter) => (letter.codePointAt(0) ?? 0) % 50)], tokens: ['', ...text] });
const settle = () => new Promise((resolve) => setTimeout(resolve));

function memory(): Storage & { readonly kept: Map<string, unknown> } {
  const kept = new Map<string, unknown>();
  return {
    kept,
    read: async (key) => structuredClone(kept.get(key)),
    write: async (key, value) => void kept.set(key, structuredClone(value)),
    remove: async (key) => void kept.delete(key),
  };
}

/** Answers when it is told to, and knows what was cancelled. */
async function open(more: Partial<PromptSetsPorts> = {}) {
  const { store: page, runner: pageRunner } = await startWorkbench();
  const model = page.getState().model;
  const info = must(model.status === 'ready' ? model.info : null, 'the model of the test');
  const asked: { request: RunRequest; isCancelled: boolean; answer: () => Promise<void> }[] = [];
  const run = (request: RunRequest, cancel: AbortSignal) =>
    new Promise<RunResult>((resolve, reject) => {
      const question = {
        request,
        isCancelled: false,
        answer: async () => {
          resolve(resultOf(request));
          await settle();
        },
      };
      asked.push(question);
      cancel.addEventListener('abort', () => {
        question.isCancelled = true;
        reject(abortError());
      });
    });
  const storage = memory();
  const ports: PromptSetsPorts = {
    runner: { run, tokenize: async (text) => byCharacter(text), pieces: async (ids) => ids.map((id) => `t${id}`) },
    storage,
    model: () => info,
    page: createPageActivity(page),
    ...more,
  };
  await pageRunner.answerAll();
  const sets = createPromptSets(ports);
  await settle();
  return { sets, actions: sets.getState().actions, asked, storage, page, pageRunner, ports };
}

function resultOf(request: RunRequest): RunResult {
  const nPos = request.ids.length;
  return {
    request,
    ids: request.ids,
    promptLength: request.promptLength,
    logits: null,
    activations: {},
    recorded: {},
    analyses: [
      {
        topIds: namedArray(['pos', 'rank'], [nPos, 1], new Float32Array(nPos).fill(9)),
        topLogprobs: namedArray(['pos', 'rank'], [nPos, 1], new Float32Array(nPos).fill(-0.5)),
        logprob: namedArray(['pos'], [nPos], new Float32Array(nPos).fill(-2).fill(NaN, 0, 1)),
      },
      { active: namedArray(['layer', 'pos'], [2, nPos], new Float32Array(2 * nPos).fill(1, 0, nPos)) },
    ],
    generated: null,
    computedBy: { backend: 'cpu', device: null, dtype: 'float32', milliseconds: 1 },
  };
}
const current = (sets: Awaited<ReturnType<typeof open>>['sets']) => must(sets.getState().sets.find((one) => one.id === sets.getState().currentId), 'a set');

describe('prompt sets', () => {
  it('run one prompt at a time and keep every figure', async () => {
    const { sets, actions, asked } = await open();
    actions.add('a.txt', ['ab', 'cde']);
    void actions.runAll(0.7);
    await settle();
    expect(asked).toHaveLength(1);
    expect(asked[0]!.request.analyses[1]).toEqual({ id: 'void-layers', params: { alpha: 0.7, mode: 'trace' } });
    expect(asked[0]!.request.interventions).toEqual([]);
    await asked[0]!.answer();
    expect(sets.getState().progress).toMatchObject({ done: 1, total: 2 });
    await asked[1]!.answer();
    expect(sets.getState().progress).toBeNull();
    expect(current(sets).run?.results).toEqual([3, 4].map((tokens) => ({ ok: true, tokens, loss: 2, active: 0.5, next: { id: 9, token: 't9', logprob: -0.5 } })));
  });

  it('give way to the page and go on when it is done', async () => {
    const { sets, actions, asked, page, pageRunner } = await open();
    actions.add('a.txt', ['ab']);
    void actions.runAll(0.8);
    await settle();
    page.getState().actions.setPrompt({ kind: 'text', text: 'the page wants this first' });
    await settle();
    expect(asked[0]!.isCancelled).toBe(true);
    expect(asked).toHaveLength(1);
    expect(sets.getState().progress?.isWaiting).toBe(true);
    await pageRunner.answerAll();
    await settle();
    expect(asked).toHaveLength(2);
    await asked[1]!.answer();
    expect(current(sets).run?.results[0]?.ok).toBe(true);
  });

  it('keep what there is when cancelled, and go on from there', async () => {
    const { sets, actions, asked } = await open();
    actions.add('a.txt', ['a', 'b']);
    void actions.runAll(0.8);
    await settle();
    await asked[0]!.answer();
    actions.cancel();
    await settle();
    expect(asked[1]!.isCancelled).toBe(true);
    expect(sets.getState()).toMatchObject({ progress: null, problem: null });
    expect(current(sets).run?.results.map((result) => result !== null)).toEqual([true, false]);
    void actions.runAll(0.8);
    await settle();
    expect(asked).toHaveLength(3);
    expect(asked[2]!.request.ids).toEqual(byCharacter('b').ids);
    actions.cancel();
    await settle();
    // Another alpha is another question: it begins anew.
    void actions.runAll(1.2);
    await settle();
    expect(asked.at(-1)!.request.ids).toEqual(byCharacter('a').ids);
  });

  it('survive a reload, figures and choice too', async () => {
    const { actions, asked, storage, ports } = await open();
    actions.add('a.txt', ['a']);
    void actions.runAll(0.8);
    await settle();
    await asked[0]!.answer();
    actions.add('b.txt', ['x', 'y']);
    await settle();
    actions.select([...storage.kept.keys()].filter((key) => key.startsWith('prompt-set '))[0]!.slice('prompt-set '.length));
    await settle();
    const again = createPromptSets(ports);
    await settle();
    expect(again.getState().sets.map(({ name, prompts }) => [name, prompts.length])).toEqual([['a.txt', 1], ['b.txt', 2]]);
    expect(current(again)).toMatchObject({ name: 'a.txt', run: { alpha: 0.8, results: [{ ok: true, loss: 2 }] } });
    again.getState().actions.remove(current(again).id);
    await settle();
    expect(storage.kept.size).toBe(2);
  });

  it('of two tabs all survive, but for those that are taken away', async () => {
    const storage = memory();
    const [one, other] = [await open({ storage }), await open({ storage })];
    one.actions.add('a.txt', ['one']);
    await settle();
    other.actions.add('b.txt', ['two']);
    other.actions.add('c.txt', ['three']);
    await settle();
    other.actions.remove(must(other.sets.getState().sets[0], 'a set').id);
    await settle();
    const { sets } = await open({ storage });
    expect(sets.getState().sets.map(({ name }) => name)).toEqual(['a.txt', 'c.txt']);
  });

  it('say when there is no room, and stay usable', async () => {
    const full: Storage = { ...memory(), write: async () => Promise.reject(new UserError('quota', 'the disk is full.')) };
    const { sets, actions } = await open({ storage: full });
    actions.add('a.txt', ['a']);
    await settle();
    expect(sets.getState().problem).toBe('not stored, and lost at the next reload: the disk is full.');
    expect(current(sets).prompts).toEqual(['a']);
  });

  it('leave out what is stored in another form', async () => {
    const storage = memory();
    storage.kept.set('prompt-sets', { ids: ['x', 'y'], currentId: 'x' });
    storage.kept.set('prompt-set x', { rubbish: true });
    storage.kept.set('prompt-set y', { id: 'y', name: 'y.txt', prompts: ['p'], run: null });
    const { sets } = await open({ storage });
    expect(sets.getState().sets.map(({ id }) => id)).toEqual(['y']);
    expect(sets.getState().currentId).toBe('y');
  });

  it('name a prompt that does not fit and run the others', async () => {
    const { sets, actions, asked, ports } = await open();
    const { nCtx } = must(ports.model(), 'the model').config;
    actions.add('a.txt', ['x'.repeat(nCtx), 'fits']);
    void actions.runAll(0.8);
    await settle();
    expect(current(sets).run?.results[0]).toEqual({ ok: false, message: `${nCtx + 1} tokens; this model takes ${nCtx}.` });
    expect(asked).toHaveLength(1);
    actions.cancel();
    await settle();
  });
});

describe('one prompt on a real model', () => {
  it('has the loss, the void usage and the next token that its logits and norms say', async () => {
    const { session } = openSession(nodeStarter());
    await session.setBackend('wasm');
    const model = await session.load({ kind: 'files', name: 'llama', files: filesOf(goldenFolder('llama')) }, () => undefined, signal);
    const run = (request: RunRequest, cancel: AbortSignal) => session.run(request, { signal: cancel });
    const runner = { run, tokenize: async (text: string) => byCharacter(text), pieces: async (ids: readonly number[]) => session.pieces(ids) };
    const result = await runPrompt(runner, { model, prompt: 'seven', alpha: 0.8, signal });
    const { ids } = byCharacter('seven');
    const asked = { model: model.hash, ids, promptLength: ids.length, interventions: [], capture: [], analyses: [], generate: null };
    const { logits } = await run({ ...asked, logits: true }, signal);
    const vocab = model.config.dVocab;
    const logprobs = ids.map((_, pos) => {
      const row = [...must(logits, 'logits').data.subarray(pos * vocab, (pos + 1) * vocab)];
      const logZ = Math.log(row.reduce((sum, logit) => sum + Math.exp(logit), 0));
      return row.map((logit) => logit - logZ);
    });
    const last = logprobs.at(-1)!;
    const id = last.indexOf(Math.max(...last));
    expect(result).toMatchObject({ ok: true, tokens: ids.length, next: { id, token: (await session.pieces([id]))[0] } });
    if (!result.ok) return;
    expect(result.next.logprob).toBeCloseTo(last[id]!, 4);
    expect(result.loss).toBeCloseTo(-ids.slice(1).reduce((sum, next, pos) => sum + logprobs[pos]![next]!, 0) / (ids.length - 1), 4);
    expect((result.active * ids.length * model.config.nLayers) % 1).toBeCloseTo(0, 4);
  });
});
