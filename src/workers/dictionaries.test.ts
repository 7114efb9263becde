import { describe, expect, it } from 'vitest';
import type { Dictionary, DictionarySource } from '../anatomy/dictionary';
import { blockHook } from '../anatomy/hook-names';
import type { ModelConfig } from '../anatomy/model-config';
import type { ModelSource } from '../anatomy/model-info';
import type { InterventionSpec } from '../anatomy/run';
import type { FeatureActivations } from '../analyses/feature-activations/compute';
import { UserError } from '../lib/errors';
import { expectAllClose } from '../testing/close';
import { randomDictionary, testDictionaries } from '../testing/dictionaries';
import { tinyConfig } from '../testing/apply-hook';
import { filesOf, goldenFolder } from '../testing/golden';
import { expectNoLeak } from '../testing/leaks';
import { labPorts } from '../testing/lab';
import { watchedStarter } from '../testing/watched-starter';
import { Dictionaries } from './dictionaries';
import { greedy, question } from './test-session';
import { Session } from './session';

const never = new AbortController().signal;
const control = { onProgress: () => undefined, signal: never };
const named = (n: number) => `catalogue:tiny/sae-${n}`;

/** Opens random dictionaries by name, when the test says so, and counts. */
function supply(dSae = 10) {
  const opened: string[] = [];
  const released: string[] = [];
  let hold: Promise<void> = Promise.resolve();
  const idle: (() => void)[] = [];
  const open = async (source: DictionarySource, asked: { config: ModelConfig; signal: AbortSignal }): Promise<Dictionary> => {
    const id = source.kind === 'id' ? source.id : `files:${source.name.padEnd(64, '0')}`;
    opened.push(id);
    await hold;
    if (id.endsWith('broken')) throw new UserError('bad-file', 'the file is cut short.');
    const made = randomDictionary(asked.config, { id, dSae, hookName: id.endsWith('unfit') ? 'blocks.7.hook_resid_post' : 'blocks.0.hook_resid_post' });
    return { ...made, info: { ...made.info, hash: id.endsWith('changing') ? String(opened.length) : made.info.hash } };
  };
  let changes = 0;
  const ports = { open, changed: () => void (changes += 1), release: (one: Dictionary) => void released.push(one.info.id), whenIdle: (work: () => void) => void idle.push(work) };
  return {
    opened,
    released,
    changes: () => changes,
    ports,
    holdUntil: (until: Promise<void>) => void (hold = until),
    beIdle: () => {
      for (const work of idle.splice(0)) work();
    },
  };
}
/** Bytes of one of those: 2 · 2 · 10 floats and four rows of 10. */
const ONE = 4 * (2 * 2 * 10 + 4 * 10);

describe('dictionaries of a model', () => {
  it('are read once, however often they are asked for', async () => {
    const { ports, opened } = supply();
    const all = new Dictionaries(ports);
    const [a, b] = await Promise.all([all.need(named(1), tinyConfig, never), all.need(named(1), tinyConfig, never)]);
    expect(a).toBe(b);
    expect(await all.need(named(1), tinyConfig, never)).toBe(a);
    expect(opened).toEqual([named(1)]);
  });

  it('beyond the room for them the least lately used go, when nothing is computed, and come again', async () => {
    const { ports, opened, released, beIdle } = supply();
    const all = new Dictionaries(ports, 2 * ONE);
    for (const n of [1, 2, 3]) await all.need(named(n), tinyConfig, never);
    all.find(named(1));
    expect(released).toEqual([]);
    beIdle();
    expect(released).toEqual([named(2)]);
    expect(all.find(named(2))).toBeNull();
    expect(await all.need(named(2), tinyConfig, never)).toMatchObject({ info: { id: named(2) } });
    expect(opened).toEqual([named(1), named(2), named(3), named(2)]);
    beIdle();
    expect(released).toEqual([named(2), named(3)]);
  });

  it('one that is larger than all the room stays while it is the latest', async () => {
    const { ports, released, beIdle } = supply();
    const all = new Dictionaries(ports, 1);
    await all.need(named(1), tinyConfig, never);
    beIdle();
    expect(all.find(named(1))).not.toBeNull();
    await all.need(named(2), tinyConfig, never);
    beIdle();
    expect(released).toEqual([named(1)]);
  });

  it('dropped files that were put away are read from the same files; trained ones are never put away', async () => {
    const { ports, opened, beIdle } = supply();
    const all = new Dictionaries(ports, 1);
    const dropped = await all.open({ kind: 'files', name: 'a', files: [] }, tinyConfig, control);
    const trained = randomDictionary(tinyConfig, { id: `trained:${'b'.repeat(64)}` });
    all.put(trained, tinyConfig);
    await all.need(named(1), tinyConfig, never);
    beIdle();
    expect(all.find(dropped.info.id)).toBeNull();
    expect(all.find(trained.info.id)).toBe(trained);
    expect((await all.need(dropped.info.id, tinyConfig, never)).info.id).toBe(dropped.info.id);
    expect(opened).toEqual([dropped.info.id, named(1), dropped.info.id]);
    all.close(dropped.info.id);
    await expect(all.need(dropped.info.id, tinyConfig, never)).rejects.toMatchObject({ code: 'needs-files' });
  });

  it('tell when what lies at an address has become another', async () => {
    const { ports, changes } = supply();
    const all = new Dictionaries(ports);
    for (const id of [named(1), 'url:https://example.org/changing']) {
      await all.need(id, tinyConfig, never);
      all.close(id);
      await all.need(id, tinyConfig, never);
      expect(changes()).toBe(id === named(1) ? 0 : 1);
    }
  });

  it('that fail, or that one gave up, are tried again by whoever waits for them', async () => {
    const { ports, opened, holdUntil } = supply();
    const all = new Dictionaries(ports);
    await expect(all.need('url:https://example.org/broken', tinyConfig, never)).rejects.toThrow('cut short');
    let go = (): void => undefined;
    holdUntil(new Promise((resolve) => (go = resolve)));
    const controller = new AbortController();
    const first = all.need(named(1), tinyConfig, controller.signal);
    const second = all.need(named(1), tinyConfig, never);
    controller.abort();
    go();
    await expect(first).rejects.toMatchObject({ name: 'AbortError' });
    expect((await second).info.id).toBe(named(1));
    expect(opened.filter((id) => id === named(1))).toHaveLength(2);
    await expect(all.need(named(1), tinyConfig, AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('say what does not fit the model, and what names nothing', async () => {
    const { ports } = supply();
    const all = new Dictionaries(ports);
    await expect(all.need('url:https://example.org/unfit', { ...tinyConfig, nLayers: 9 }, never)).resolves.toBeDefined();
    const wide = randomDictionary({ ...tinyConfig, dModel: 4 }, { hookName: 'blocks.0.hook_resid_post' });
    expect(() => all.put(wide, tinyConfig)).toThrow(/vectors of width 4, but those at .* have 2\./);
    expect(() => all.put(randomDictionary({ ...tinyConfig, nLayers: 9 }, { hookName: 'blocks.7.hook_resid_post' }), tinyConfig)).toThrow("doesn't have");
    await expect(all.need('', tinyConfig, never)).rejects.toThrow('no dictionary is chosen');
    await expect(all.need('nonsense', tinyConfig, never)).rejects.toThrow('names no dictionary');
    await expect(all.need(`files:${'0'.repeat(64)}`, tinyConfig, never)).rejects.toThrow('drop its files again');
    await expect(all.need(`trained:${'0'.repeat(64)}`, tinyConfig, never)).rejects.toThrow('train it again');
  });

  it('what comes when another model is there is too late', async () => {
    const { ports, holdUntil, released } = supply();
    const all = new Dictionaries(ports);
    await all.need(named(1), tinyConfig, never);
    let go = (): void => undefined;
    holdUntil(new Promise((resolve) => (go = resolve)));
    const late = all.need(named(2), tinyConfig, never);
    all.clear();
    go();
    await expect(late).rejects.toMatchObject({ code: 'other-model' });
    expect(released).toEqual([named(1)]);
    expect(all.find(named(1))).toBeNull();
  });
});

const A = 'url:https://example.org/a';
const B = 'url:https://example.org/b';
const HOOK = blockHook(1, 'hook_resid_post');
const source = (name: Parameters<typeof goldenFolder>[0]): ModelSource => ({ kind: 'files', name, files: filesOf(goldenFolder(name)) });
const edit = (dictionary: string, params = {}): InterventionSpec => ({ id: 'edit-features', at: HOOK, positions: 'all', params: { dictionary, feature: 3, op: 'clamp', coefficient: 4, skipBos: false, ...params } });

function openSession(starter = watchedStarter()) {
  const openDictionary = testDictionaries((config) => [
    randomDictionary(config, { id: A, encoder: 'jumprelu' }),
    randomDictionary(config, { id: B, encoder: 'topk', k: 4, seed: 2 }),
  ]);
  return { watched: starter, session: new Session({ ...labPorts(), starter: starter.starter, openDictionary }) };
}

describe('a session with dictionaries', () => {
  it('opens those that a request names, also for directions and analyses', async () => {
    const { session } = openSession();
    await session.setBackend('cpu');
    const info = await session.load(source('llama'), () => undefined, never);
    const direction = { id: 'sae-decoder', params: { dictionary: B, feature: 2 } };
    const add: InterventionSpec = { id: 'add', at: HOOK, positions: 'all', params: { coefficient: 1 }, direction };
    const analyses = [{ id: 'feature-activations', params: { dictionary: A } }];
    const answer = await session.run(question(info, { ids: [1, 2, 3], interventions: [add], analyses }), { signal: never });
    expect(answer.analyses[0]).toMatchObject({ hook: HOOK, dSae: 24 });
    const [row] = await session.dictionaries.decoderRows(A, [5], never);
    expect(row).toHaveLength(info.config.dModel);
    await expect(session.dictionaries.decoderRows(A, [24], never)).rejects.toThrow('there is no feature 24');
    await expect(session.run(question(info, { ids: [1], interventions: [edit('url:https://example.org/none')] }), { signal: never })).rejects.toMatchObject({ code: 'unknown-dictionary' });
    await expect(session.run(question(info, { ids: [1], interventions: [{ ...edit(A), at: blockHook(0, 'hook_resid_post') }] }), { signal: never })).rejects.toMatchObject({ code: 'wrong-hook' });
  });

  it('puts sliders of one dictionary on one encoding, whatever stands between others', async () => {
    const { session } = openSession();
    await session.setBackend('cpu');
    const info = await session.load(source('llama'), () => undefined, never);
    const streamOf = async (interventions: InterventionSpec[]) => (await session.run(question(info, { ids: [1, 2, 3], interventions, capture: [HOOK] }), { signal: never })).activations[HOOK]!.data;
    const { analyses } = await session.run(question(info, { ids: [1, 2, 3], analyses: [{ id: 'feature-activations', params: { dictionary: A } }] }), { signal: never });
    const { indices, values } = analyses[0] as unknown as FeatureActivations;
    const strongest = indices.data[values.data.indexOf(Math.max(...values.data))]!;
    const [one, two] = [edit(A, { feature: strongest === 3 ? 4 : 3, coefficient: 20 }), edit(A, { feature: strongest, op: 'ablate' })];
    const plain = await streamOf([]);
    const [alone, other] = [await streamOf([one]), await streamOf([two])];
    const together = await streamOf([one, two]);
    // On one encoding the changes add up, and their order does not matter.
    expectAllClose(together, plain.map((value, i) => alone[i]! + other[i]! - value), { relative: 1e-4 }, 'together');
    expectAllClose(await streamOf([two, one]), together, { relative: 1e-5 }, 'the other order');
    const apart = await streamOf([one, { id: 'add', at: HOOK, positions: 'all', params: { coefficient: 0 }, direction: { id: 'random', params: {} } }, two]);
    expect(Math.max(...apart.map((value, i) => Math.abs(value - together[i]!)))).toBeGreaterThan(1e-3);
  });

  it('a dictionary with its error term changes nothing by itself; written while a text grows it is what one pass gives', async () => {
    const { session } = openSession();
    await session.setBackend('wasm');
    const info = await session.load(source('gpt2'), () => undefined, never);
    const ask = (interventions: InterventionSpec[]) => session.run(question(info, { ids: [96, 190, 33], interventions, logits: true, generate: greedy }), { signal: never });
    const plain = await ask([]);
    for (const params of [{ op: 'scale', coefficient: 1 }, { op: 'min-clamp', coefficient: -100 }]) {
      const same = await ask([edit(A, params), edit(B, params)]);
      expect(same.generated).toEqual(plain.generated);
      expectAllClose(same.logits!.data, plain.logits!.data, { relative: 1e-6 }, 'logits');
    }
    for (const change of [edit(A), edit(B), edit(B, { keepError: false })]) {
      const stepped = await ask([change]);
      const whole = await session.run(question(info, { ids: [...stepped.ids], promptLength: 3, interventions: [change], logits: true }), { signal: never });
      expectAllClose(stepped.logits!.data, whole.logits!.data, { relative: 1e-4 }, 'logits');
    }
  });

  it('holds tensors of a dictionary while it is open, and none after', async () => {
    const { session } = openSession();
    await session.setBackend('wasm');
    const info = await session.load(source('llama'), () => undefined, never);
    const before = session.numTensors();
    const work = () => session.run(question(info, { ids: [1, 2, 3], interventions: [edit(B), edit(B, { keepError: false })], generate: greedy }), { signal: never });
    await work();
    expect(session.numTensors()).toBeGreaterThan(before);
    await expectNoLeak(() => session.numTensors(), work);
    const failing = () => session.run(question(info, { ids: [1, 2], interventions: [edit(B, { feature: 999 })] }), { signal: never }).catch((error: Error) => error.message);
    expect(await expectNoLeak(() => session.numTensors(), failing)).toContain('there is no feature 999');
    await session.dictionaries.close(B);
    expect(session.numTensors()).toBe(before);
    await work();
    await session.load(source('gpt2'), () => undefined, never);
    const gpt2 = session.numTensors();
    await session.load(source('llama'), () => undefined, never);
    expect(session.numTensors()).toBe(before);
    await session.load(source('gpt2'), () => undefined, never);
    expect(session.numTensors()).toBe(gpt2);
  });

  it('computes on with the same dictionary when a backend is lost or changed', async () => {
    const { session, watched } = openSession();
    await session.setBackend('wasm');
    const info = await session.load(source('llama'), () => undefined, never);
    const ask = (ids: number[]) => session.run(question(info, { ids, interventions: [edit(B)], logits: true }), { signal: never });
    const first = await ask([3, 1, 4]);
    watched.loseNext('the graphics device was lost.');
    const second = await ask([3, 1, 4, 1]);
    expect(second.computedBy.backend).toBe('cpu');
    expectAllClose(second.logits!.data.slice(0, first.logits!.data.length), first.logits!.data, { relative: 1e-4 }, 'after the loss');
    await session.setBackend('wasm');
    expectAllClose((await ask([3, 1, 4])).logits!.data, first.logits!.data, { relative: 1e-5 }, 'back again');
  });

  it('closed and opened again while something is computed, it stays open', async () => {
    const { session } = openSession();
    const info = await session.load(source('llama'), () => undefined, never);
    const open = () => session.dictionaries.open({ kind: 'id', id: A }, () => undefined, never);
    await open();
    const busy = session.run(question(info, { ids: [1, 2], generate: greedy }), { signal: never });
    const closing = session.dictionaries.close(A);
    await open();
    await Promise.all([busy, closing]);
    const request = question(info, { ids: [1], interventions: [edit(A)] });
    expect(session.dictionaries.missing(request)).toEqual([]);
    await session.dictionaries.close(A);
    expect(session.dictionaries.missing(request)).toEqual([A]);
  });

  it('a download holds up nobody else', async () => {
    const { watched } = openSession();
    let arrive = (): void => undefined;
    const arrived = new Promise<void>((resolve) => (arrive = resolve));
    const openDictionary = async (_: DictionarySource, { config }: { config: ModelConfig }) => {
      await arrived;
      return randomDictionary(config, { id: A });
    };
    const session = new Session({ ...labPorts(), starter: watched.starter, openDictionary });
    await session.setBackend('cpu');
    const info = await session.load(source('llama'), () => undefined, never);
    const slow = session.run(question(info, { ids: [1, 2], interventions: [edit(A)], logits: true }), { signal: never });
    const quick = await session.run(question(info, { ids: [1, 2], logits: true }), { signal: never });
    expect(quick.logits).not.toBeNull();
    arrive();
    expect((await slow).logits!.data).not.toEqual(quick.logits!.data);
  });
});
