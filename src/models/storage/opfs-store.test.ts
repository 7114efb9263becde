import { afterEach, expect, it, vi } from 'vitest';
import { opfsStore } from './opfs-store';

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
