import * as Comlink from 'comlink';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Dictionary } from '../anatomy/dictionary';
import type { ModelInfo } from '../anatomy/model-info';
import type { RunRequest } from '../anatomy/run';
import { must } from '../lib/assert';
import { UserError } from '../lib/errors';
import { filesOf, goldenFolder } from '../testing/golden';
import { nodeStarter } from '../testing/open-model';
import { openSession } from '../workers/test-session';
import { createTrainingApi } from '../workers/training-api';
import { connectTraining } from '../workers/training-client';
import { createDictionaryTraining, type DictionaryTraining } from './dictionary-training';
import type { DictionaryTrainingPorts, DictionaryTrainingState, TrainingRequest } from './dictionary-training-ports';
import type { Storage } from './ports';

const signal = new AbortController().signal;
const idle = { isBusy: () => false, onBusy: () => () => undefined, idle: async () => undefined };
/** A tokenizer that every model understands: a start token, then one id per character. */
const byCharacter = (text: string) => ({ ids: [info.config.bosId ?? 0, ...[...text].map((letter) => (letter.codePointAt(0) ?? 0) % 50)], tokens: ['', ...text] });
const PROMPTS = Array.from({ length: 12 }, (_, index) => `prompt number ${index} says ${'abcdefgh'.slice(index % 5)}`);

function memory(): Storage & { readonly kept: Map<string, unknown>; isFull: boolean } {
  const kept = new Map<string, unknown>();
  const storage = {
    kept,
    isFull: false,
    read: async (key: string) => structuredClone(kept.get(key)),
    async write(key: string, value: unknown) {
      if (storage.isFull) throw new UserError('quota', 'there is no room left in its storage.');
      kept.set(key, structuredClone(value));
    },
    remove: async (key: string) => void kept.delete(key),
  };
  return storage;
}

const { session } = openSession(nodeStarter());
const closers: (() => void)[] = [];
let info: ModelInfo;
let model: ModelInfo | null;
const opened: Dictionary[] = [];

/** The real training behind a message channel, one step at a time. */
function openThread() {
  const { port1, port2 } = new MessageChannel();
  Comlink.expose(createTrainingApi(), port1);
  const thread = connectTraining(port2);
  closers.push(() => [port1, port2].forEach((port) => port.close()));
  return { ...thread, advance: () => thread.advance(0) };
}

const ports = (storage: Storage, more: Partial<DictionaryTrainingPorts> = {}): DictionaryTrainingPorts => ({
  runner: { run: (request: RunRequest, cancel: AbortSignal) => session.run(request, { signal: cancel }), tokenize: async (text) => byCharacter(text) },
  storage,
  page: idle,
  model: () => model,
  openThread,
  openDictionary: async (dictionary) => {
    opened.push(dictionary);
    return (await session.dictionaries.open({ kind: 'trained', dictionary }, () => undefined, signal)).id;
  },
  now: () => 0,
  ...more,
});

const until = (training: DictionaryTraining, fact: (state: DictionaryTrainingState) => boolean) =>
  new Promise<void>((resolve) => {
    if (fact(training.getState())) return resolve();
    const unsubscribe = training.subscribe((state) => {
      if (!fact(state)) return;
      unsubscribe();
      resolve();
    });
  });
const open = async (given: DictionaryTrainingPorts) => {
  const training = createDictionaryTraining(given);
  await until(training, (state) => state.isRestored);
  return { training, actions: training.getState().actions };
};

const request = (steps: number): TrainingRequest => ({
  hook: 'blocks.1.hook_resid_post',
  settings: { k: 4, dSae: 32, batch: 16, steps, lr: 5e-3, seed: 3 },
  promptsName: 'p.txt',
  prompts: PROMPTS,
  model: info.hash,
  modelId: info.id,
});

beforeAll(async () => {
  await session.setBackend('wasm');
  info = await session.load({ kind: 'files', name: 'llama', files: filesOf(goldenFolder('llama')) }, () => undefined, signal);
});
afterEach(() => {
  closers.splice(0).forEach((close) => close());
  opened.length = 0;
});
afterAll(() => session.setBackend('cpu'));

describe('training a dictionary on prompts', () => {
  it('reads the prompts without their start tokens, trains, judges and opens what came out', async () => {
    model = info;
    const { training, actions } = await open(ports(memory()));
    await actions.start(request(60));
    const { status, message, data, points, step, result } = training.getState();
    expect({ status, message }).toEqual({ status: 'done', message: null });
    const heldOut = must(data, 'the data').heldOutPrompts;
    expect(heldOut).toHaveLength(1);
    expect(data).toMatchObject({ prompts: 11, tokens: PROMPTS.filter((prompt) => !heldOut.includes(prompt)).join('').length, heldOutTokens: heldOut[0]!.length, leftOut: 0, cut: 0, empty: 0 });
    expect(step).toBe(60);
    expect(points.at(-1)!.step).toBe(60);
    expect(points.at(-1)!.loss).toBeLessThan(points[0]!.loss);
    expect(result).toMatchObject({ isHeldOut: true, steps: 60 });
    expect(result!.evaluation.tokens).toBe(heldOut[0]!.length);
    expect(result!.dictionary.info).toMatchObject({ dIn: info.config.dModel, dSae: 32, spec: { k: 4, hookName: 'blocks.1.hook_resid_post' } });
    expect(opened.map(({ info: { id } }) => id)).toEqual([result!.dictionary.info.id]);
    expect(result!.gates.map(({ name }) => name)).toEqual(['fvu', 'dead', 'recovered']);
    expect(result!.gates[2]!.value).not.toBeNull();
    expect(await actions.take()).toBe(result!.dictionary.info.id);
  });

  it.each([
    ['topk', {}],
    ['vsae', { variational: { klCoefficient: 0.05, variance: 'learned' } }],
  ] as const)('gives the same dictionary with and without a pause, and after a reload: %s', async (architecture, more) => {
    model = info;
    const asked: TrainingRequest = { ...request(40), settings: { ...request(40).settings, ...more } };
    const whole = await open(ports(memory()));
    await whole.actions.start(asked);
    const expected = whole.training.getState();

    const storage = memory();
    const first = await open(ports(storage));
    void first.actions.start(asked);
    await until(first.training, ({ step }) => step >= 5);
    first.actions.pause();
    expect(first.training.getState().status).toBe('paused');
    void first.actions.resume();
    await until(first.training, ({ step }) => step >= 15);
    first.actions.pause();
    await until(first.training, () => storage.kept.has('dictionary-training'));

    const second = await open(ports(storage));
    expect(second.training.getState()).toMatchObject({ status: 'paused', request: asked });
    expect(second.training.getState().points.length).toBeGreaterThan(0);
    await second.actions.resume();
    const { result, points } = second.training.getState();
    expect(points).toEqual(expected.points);
    expect(result!.dictionary.info.architecture).toBe(architecture);
    expect(result!.dictionary.info.id).toBe(expected.result!.dictionary.info.id);
  });

  it('can be ended early, and forgotten', async () => {
    model = info;
    const storage = memory();
    const { training, actions } = await open(ports(storage));
    void actions.start(request(100_000));
    await until(training, ({ step }) => step >= 3);
    await actions.finish();
    expect(training.getState()).toMatchObject({ status: 'done' });
    expect(training.getState().result!.steps).toBeLessThan(100_000);
    await actions.take();
    const { kept } = training.getState();
    expect(kept).toHaveLength(1);
    await actions.discard();
    expect(training.getState()).toMatchObject({ status: 'idle', result: null, points: [], kept });
    expect(storage.kept.has('dictionary-training')).toBe(false);
    // What was used can be opened on the next visit, and deleted.
    const again = await open(ports(storage));
    expect(again.training.getState().kept).toEqual(kept);
    expect(await again.actions.take(kept[0]!.id)).toBe(kept[0]!.id);
    await again.actions.remove(kept[0]!.id);
    expect(await again.actions.take(kept[0]!.id)).toBeNull();
  });

  it('keeps the dictionaries of two tabs, and takes away only what is deleted', async () => {
    model = info;
    const storage = memory();
    const tabs = [await open(ports(storage)), await open(ports(storage))];
    const ids: string[] = [];
    for (const [index, { actions }] of tabs.entries()) {
      await actions.start({ ...request(5), settings: { ...request(5).settings, seed: index } });
      ids.push((await actions.take()) ?? '');
    }
    const kept = async () => (await open(ports(storage))).training.getState().kept.map(({ id }) => id);
    expect(await kept()).toEqual(ids);
    await tabs[0]!.actions.remove(ids[0]!);
    expect(await kept()).toEqual([ids[1]]);
    expect(storage.kept.has(`dictionary ${ids[0]}`)).toBe(false);
  });

  it('keeps nothing of what was forgotten while it was being stored, and says nothing of it', async () => {
    model = info;
    const storage = memory();
    let asked = () => undefined as void;
    const asking = new Promise<void>((resolve) => (asked = resolve));
    let go = () => undefined as void;
    const held = new Promise<void>((resolve) => (go = resolve));
    const slow = () => {
      const thread = openThread();
      const state = () => {
        const mine = thread.state();
        asked();
        return held.then(() => mine);
      };
      return { ...thread, state };
    };
    const { training, actions } = await open(ports(storage, { openThread: slow }));
    void actions.start(request(100_000));
    await until(training, ({ step }) => step >= 2);
    actions.pause();
    await asking;
    await actions.discard();
    go();
    await new Promise((resolve) => setImmediate(resolve));
    expect(storage.kept.has('dictionary-training')).toBe(false);
    expect(training.getState()).toMatchObject({ status: 'idle', storageProblem: null });
  });

  it('a thread that was just begun is ended by a pause, and begun anew', async () => {
    model = info;
    let begun = () => undefined as void;
    const beginning = new Promise<void>((resolve) => (begun = resolve));
    let [started, ended] = [0, 0];
    const counted = () => {
      const thread = openThread();
      started += 1;
      const begin: typeof thread.begin = (...given) => {
        const answer = thread.begin(...given);
        begun();
        return answer;
      };
      const dispose = () => {
        ended += 1;
        thread.dispose();
      };
      return { ...thread, begin, dispose };
    };
    const { training, actions } = await open(ports(memory(), { openThread: counted }));
    const starting = actions.start(request(5));
    await beginning;
    actions.pause();
    await starting;
    expect(training.getState().status).toBe('idle');
    expect([started, ended]).toEqual([1, 1]);
    await actions.resume();
    expect(training.getState().status).toBe('done');
  });

  it('goes on without room in storage, and says so', async () => {
    model = info;
    const storage = memory();
    storage.isFull = true;
    const { training, actions } = await open(ports(storage));
    await actions.start(request(5));
    expect(training.getState()).toMatchObject({ status: 'done', storageProblem: expect.stringContaining('no room left') as string });
    await actions.take();
    expect(training.getState().storageProblem).toMatch(/Export it to keep it/);
  });

  it('keeps a stored training while another model is loaded', async () => {
    model = info;
    const storage = memory();
    const first = await open(ports(storage));
    void first.actions.start(request(50));
    await until(first.training, ({ step }) => step >= 2);
    first.actions.pause();
    await until(first.training, () => storage.kept.has('dictionary-training'));
    model = { ...info, hash: 'another' };
    const second = await open(ports(storage));
    await second.actions.resume();
    expect(second.training.getState()).toMatchObject({ status: 'paused', message: expect.stringContaining('Load it again') as string });
    model = info;
    await second.actions.resume();
    expect(second.training.getState().status).toBe('done');
  });

  it('holds no more activations than there is memory for, and says what it left out', async () => {
    model = info;
    const { training, actions } = await open(ports(memory(), { activationBytes: 4 * info.config.dModel * 50 }));
    await actions.start(request(3));
    const { data } = training.getState();
    expect(data!.tokens).toBe(50);
    expect(data!.leftOut).toBeGreaterThan(5);
    expect(data!.prompts + data!.leftOut + data!.heldOutPrompts.length).toBe(PROMPTS.length);
  });

  it('says what is wrong with prompts that hold nothing, and with a place of another width', async () => {
    model = info;
    const { training, actions } = await open(ports(memory()));
    await actions.start({ ...request(3), prompts: ['', ''] });
    expect(training.getState()).toMatchObject({ status: 'failed', message: expect.stringContaining('nothing to train on') as string });
    await actions.start({ ...request(3), hook: 'blocks.0.mlp.hook_post' });
    expect(training.getState()).toMatchObject({ status: 'failed', message: expect.stringContaining('does not hold vectors') as string });
  });
});
