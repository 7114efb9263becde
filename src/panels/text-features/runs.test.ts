import { describe, expect, it } from 'vitest';
import type { RunRequest, RunResult } from '../../anatomy/run';
import { abortError } from '../../lib/errors';
import { resultOf } from './fixtures';
import { createNewestWins } from './newest-wins';
import { runSet, type SetProgress } from './set-run';
import { activationsSpec } from './settings';

const tick = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('newest wins', () => {
  it('asks one at a time, and of those that wait only the newest', async () => {
    const begun: number[] = [];
    const answers: number[] = [];
    const ends: (() => void)[] = [];
    const loop = createNewestWins<number, number>(
      (subject) => new Promise((resolve) => {
        begun.push(subject);
        ends.push(() => resolve(10 * subject));
      }),
      (answer) => answers.push(answer),
    );
    for (const subject of [1, 2, 3]) loop.ask(subject);
    expect(begun).toEqual([1]);
    ends[0]?.();
    await tick();
    expect([begun, answers]).toEqual([[1, 3], [10]]);
    loop.ask(4);
    loop.stop();
    ends[1]?.();
    await tick();
    expect([begun, answers]).toEqual([[1, 3], [10]]);
  });
  it('goes on after a failure', async () => {
    const answers: number[] = [];
    const loop = createNewestWins<number, number>((subject) => (subject === 1 ? Promise.reject(new Error('no')) : Promise.resolve(subject)), (answer) => answers.push(answer));
    loop.ask(1);
    loop.ask(2);
    await tick();
    expect(answers).toEqual([2]);
  });
});

describe('a prompt set', () => {
  const model = { hash: 'm', nCtx: 4, startId: 0 };
  const spec = activationsSpec('catalogue:m/x');
  const given = (prompts: readonly string[], signal = new AbortController().signal) => ({ setId: 's', dictionary: 'catalogue:m/x', prompts, spec, signal });
  /** A token per letter; "bad" can't be run. The text fires feature = id at each position. */
  const port = (asked: RunRequest[]) => ({
    encode: async (text: string) => [...text].map((letter) => letter.charCodeAt(0)),
    ask: async (request: RunRequest, signal: AbortSignal) => {
      signal.throwIfAborted();
      asked.push(request);
      if (request.ids.includes('!'.charCodeAt(0))) throw new Error('no.');
      return { analyses: [resultOf(request.ids.map((id) => [[id % 64, 1]]))] } as unknown as RunResult;
    },
  });
  const idle = () => Promise.resolve();

  it('is encoded in turn, start token first, cut to the context; what fails is counted', async () => {
    const asked: RunRequest[] = [];
    const seen: SetProgress[] = [];
    await runSet(port(asked), model, given(['ab', '!', 'abcdef']), { idle, onProgress: (progress) => seen.push(progress) });
    expect(asked.map(({ ids }) => ids)).toEqual([[0, 97, 98], [0, 33], [0, 97, 98, 99]]);
    expect(seen.map(({ done, failed, prompts }) => [done, failed, prompts.length])).toEqual([[1, 0, 1], [2, 1, 1], [3, 1, 2]]);
    expect(seen[0]?.prompts[0]?.get(97 % 64)).toBe(1);
  });
  it('lets the page go first, and ends when it is cancelled', async () => {
    const controller = new AbortController();
    const order: string[] = [];
    const run = runSet(port([]), model, given(['a', 'b'], controller.signal), {
      idle: async () => {
        order.push('page');
        if (order.length === 3) controller.abort(abortError());
      },
      onProgress: () => order.push('prompt'),
    });
    await expect(run).rejects.toThrow('cancelled');
    expect(order).toEqual(['page', 'prompt', 'page']);
  });
  it('gives up when nothing can be encoded, with the reason', async () => {
    const asked: RunRequest[] = [];
    await expect(runSet(port(asked), model, given(['!', '!', '!', '!', '!']), { idle, onProgress: () => undefined })).rejects.toThrow('no.');
    expect(asked).toHaveLength(3);
  });
});
