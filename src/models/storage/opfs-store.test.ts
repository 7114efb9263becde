import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, expect, it, vi } from 'vitest';
import { opfsStore } from './opfs-store';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const withStorage = (getDirectory: () => Promise<unknown>) => vi.stubGlobal('navigator', { storage: { getDirectory } });

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

it('is none where the browser denies it', async () => {
  withStorage(() => Promise.reject(new DOMException('no', 'SecurityError')));
  expect(await opfsStore()).toBeNull();
});

it('is none where the browser never answers: a load goes on without it', async () => {
  vi.useFakeTimers();
  withStorage(() => new Promise(() => undefined));
  const opened = opfsStore();
  await vi.runAllTimersAsync();
  expect(await opened).toBeNull();
});

it('keeps no timer once it is open', async () => {
  vi.useFakeTimers();
  withStorage(() => Promise.resolve({ getDirectoryHandle: (name: string) => Promise.resolve({ name }) }));
  expect(await opfsStore()).not.toBeNull();
  expect(vi.getTimerCount()).toBe(0);
});

/** Handles as Chromium has them: nothing but their owner keeps them, and what they were asked is never answered once they are gone. */
function folderOfHandles() {
  const answers: (() => void)[] = [];
  const asked: { readonly method: string; readonly handle: WeakRef<object> }[] = [];
  const file = () => {
    const handle: Record<string, unknown> = {};
    const seen = new WeakRef(handle);
    for (const method of ['createSyncAccessHandle', 'getFile', 'move'])
      handle[method] = () => {
        asked.push({ method, handle: seen });
        return new Promise((resolve) => answers.push(() => resolve(ANSWERS[method])));
      };
    return handle;
  };
  return { answers, asked, folder: { getFileHandle: () => Promise.resolve(file()), removeEntry: () => Promise.resolve() } };
}

const ANSWERS: Readonly<Record<string, unknown>> = { createSyncAccessHandle: { getSize: () => 7 }, getFile: new Blob(['here']) };

it('keeps a handle until its answer has come', async () => {
  const { answers, asked, folder } = folderOfHandles();
  withStorage(() => Promise.resolve({ getDirectoryHandle: () => Promise.resolve(folder) }));
  const store = await opfsStore();
  const results = Promise.all([store?.append('a'), store?.read('b'), store?.rename('c', 'd')]);
  await new Promise((resolve) => setTimeout(resolve));
  collectGarbage();
  expect(asked.map(({ method }) => method)).toEqual(['createSyncAccessHandle', 'getFile', 'move']);
  expect(asked.filter(({ handle }) => handle.deref() === undefined)).toEqual([]);
  for (const answer of answers) answer();
  const [writer, blob] = await results;
  expect(writer?.size).toBe(7);
  expect(await blob?.text()).toBe('here');
  // Not for ever, though: then they may go.
  await new Promise((resolve) => setTimeout(resolve));
  collectGarbage();
  expect(asked.filter(({ handle }) => handle.deref() !== undefined)).toEqual([]);
});

it('says in words what the browser says when it can’t write to the end, and closes the file all the same', async () => {
  let closed = 0;
  const full = () => {
    throw new DOMException('no', 'QuotaExceededError');
  };
  const access = { getSize: () => 0, truncate: full, flush: full, close: () => void (closed += 1) };
  const folder = { getFileHandle: () => Promise.resolve({ createSyncAccessHandle: () => Promise.resolve(access) }) };
  withStorage(() => Promise.resolve({ getDirectoryHandle: () => Promise.resolve(folder) }));
  const store = await opfsStore();
  const writer = await store?.append('a');
  expect(() => writer?.clear()).toThrow(expect.objectContaining({ code: 'quota' }) as Error);
  expect(() => writer?.close()).toThrow(expect.objectContaining({ code: 'quota' }) as Error);
  expect(closed).toBe(1);
  await expect(store?.put('a', new Uint8Array(1))).rejects.toMatchObject({ code: 'quota' });
  expect(closed).toBe(2);
});
