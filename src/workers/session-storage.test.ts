import { describe, expect, it } from 'vitest';
import type { ModelSource } from '../anatomy/model-info';
import type { StorageChoice } from '../anatomy/weights';
import type { EngineStarter } from '../engine';
import { UserError } from '../lib/errors';
import { filesOf, goldenFolder, type OwnGolden } from '../testing/golden';
import { nodeStarter } from '../testing/open-model';
import { greedy, openSession, question } from './test-session';

const signal = new AbortController().signal;
const control = { signal };
const source = (name: OwnGolden, storage?: StorageChoice): ModelSource => ({ kind: 'files', name, files: filesOf(goldenFolder(name)), ...(storage === undefined ? {} : { storage }) });
const ids = [3, 1, 4, 1, 5];

describe('how a model is kept', () => {
  it.each(['cpu', 'wasm'] as const)('as it is stored, or as was asked, and every answer says how: %s', async (backend) => {
    const { session } = openSession(nodeStarter());
    await session.setBackend(backend);
    const plain = await session.load(source('llama'), () => undefined, signal);
    expect(plain.storageWish).toBeUndefined();
    const right = await session.run(question(plain, { ids, logits: true }), control);
    expect(right.computedBy.storage).toBe('float32');
    for (const storage of ['int8', 'float16'] as const) {
      const info = await session.load(source('llama', storage), () => undefined, signal);
      expect(info).toMatchObject({ hash: plain.hash, storageWish: storage, storedDtype: 'float32' });
      const given = await session.run(question(info, { ids, logits: true, generate: greedy }), control);
      expect(given.computedBy.storage).toBe(storage);
      expect(await session.backend()).toMatchObject({ name: backend, storage });
      const error = Math.max(...given.logits!.data.subarray(0, right.logits!.data.length).map((logit, i) => Math.abs(logit - right.logits!.data[i]!)));
      expect(error).toBeGreaterThan(1e-5); // other numbers indeed
    }
  });

  it('stays so on another backend', async () => {
    const { session } = openSession(nodeStarter());
    await session.setBackend('cpu');
    const info = await session.load(source('llama', 'int8'), () => undefined, signal);
    expect(await session.setBackend('wasm')).toMatchObject({ name: 'wasm', storage: 'int8' });
    expect((await session.run(question(info, { ids, logits: true }), control)).computedBy).toMatchObject({ backend: 'wasm', storage: 'int8' });
  });
});

/** Real backends in another order: cpu stands for the one that pays for large models, of which a backend may refuse some. */
function preferring(isLarge: (bytes: number) => boolean, refuse: () => boolean = () => false): EngineStarter {
  const real = nodeStarter();
  return {
    ...real,
    async start(name, bytes = 0) {
      const engine = await real.start(name ?? (isLarge(bytes) ? 'cpu' : 'wasm'));
      if (engine.backend !== 'cpu' || !refuse()) return engine;
      return { ...engine, load: () => Promise.reject(new UserError('too-large', 'the model is too large for this device.')) };
    },
  };
}

describe('the backend of each model', () => {
  /** gemma2 is larger than gpt2. */
  const limit = 200_000;
  const usedBy = async (session: ReturnType<typeof openSession>['session'], name: OwnGolden, storage?: StorageChoice) => {
    const info = await session.load(source(name, storage), () => undefined, signal);
    const { computedBy } = await session.run(question(info, { ids, logits: true }), control);
    expect(await session.backend()).toMatchObject({ name: computedBy.backend });
    return computedBy.backend;
  };

  it('is chosen by what its weights take, load by load', async () => {
    const { session, notices } = openSession(preferring((bytes) => bytes > limit));
    const used = [];
    used.push(await usedBy(session, 'llama'), await usedBy(session, 'gemma2'), await usedBy(session, 'gemma2', 'int8'), await usedBy(session, 'gemma2'));
    expect(used).toEqual(['wasm', 'cpu', 'wasm', 'cpu']);
    expect(notices).toEqual([]);
  });

  it('stays the one that a person picked', async () => {
    const { session } = openSession(preferring((bytes) => bytes > limit));
    expect(await usedBy(session, 'llama')).toBe('wasm');
    await session.setBackend('wasm');
    expect(await usedBy(session, 'gemma2')).toBe('wasm');
  });

  it('stays the present one where the better one has no room', async () => {
    let isFull = true;
    const { session } = openSession(preferring((bytes) => bytes > limit, () => isFull));
    expect(await usedBy(session, 'llama')).toBe('wasm');
    expect(await usedBy(session, 'gemma2')).toBe('wasm');
    isFull = false;
    expect(await usedBy(session, 'gemma2')).toBe('cpu');
  });
});
