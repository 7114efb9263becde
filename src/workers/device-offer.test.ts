import { afterEach, expect, it, vi } from 'vitest';
import { deviceOffer } from './device-offer';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

it('tells what the browser tells', async () => {
  vi.stubGlobal('navigator', {
    deviceMemory: 8,
    storage: { estimate: () => Promise.resolve({ quota: 1000, usage: 400 }) },
    gpu: { requestAdapter: () => Promise.resolve({ limits: { maxStorageBufferBindingSize: 2 ** 27 } }) },
  });
  expect(await deviceOffer()).toEqual({ memoryBytes: 2 ** 33, storageBytes: 600, gpuBufferBytes: 2 ** 27 });
});

it('waits for nobody who never answers', async () => {
  vi.useFakeTimers();
  const never = () => new Promise(() => undefined);
  vi.stubGlobal('navigator', { storage: { estimate: never }, gpu: { requestAdapter: never } });
  const offer = deviceOffer();
  await vi.runAllTimersAsync();
  expect(await offer).toEqual({ memoryBytes: null, storageBytes: null, gpuBufferBytes: null });
});
