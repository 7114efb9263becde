import type { DeviceOffer } from '../anatomy/model-info';
import { within } from '../lib/within';

/** Milliseconds for the browser to tell. A graphics process that just died may leave a question without an answer, and a load must not wait for that. */
const PATIENCE = 3_000;

/** What this device has for a model, as far as the browser tells. */
export async function deviceOffer(): Promise<DeviceOffer> {
  if (typeof navigator === 'undefined') return { memoryBytes: null, storageBytes: null, gpuBufferBytes: null };
  const told: unknown = Reflect.get(navigator, 'deviceMemory');
  const [storageBytes, gpuBufferBytes] = await Promise.all([within(PATIENCE, room()), within(PATIENCE, largestBuffer())]);
  return { memoryBytes: typeof told === 'number' && told > 0 ? told * 2 ** 30 : null, storageBytes, gpuBufferBytes };
}

async function room(): Promise<number | null> {
  try {
    const { quota, usage } = await navigator.storage.estimate();
    return quota === undefined ? null : Math.max(0, quota - (usage ?? 0));
  } catch {
    return null;
  }
}

async function largestBuffer(): Promise<number | null> {
  try {
    const adapter = await navigator.gpu.requestAdapter();
    return adapter?.limits.maxStorageBufferBindingSize ?? null;
  } catch {
    return null; // no WebGPU here
  }
}
