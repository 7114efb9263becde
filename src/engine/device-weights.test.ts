import { memory } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { WeightTensor } from '../anatomy/weights';
import { uploadWeights } from './device-weights';
import type { UploadTarget } from './device-weights';
import { hostMemory } from './host-memory';
import { tensorKeeper } from './matrix';
import { randomWeights } from './self-check';
import { learnedConfig, rotaryConfig, starter } from './test-helpers';

const limits = { device: 'the test device', maxTensorBytes: Infinity, maxTotalBytes: Infinity };
const target: UploadTarget = { limits, keeper: tensorKeeper(), choice: null };
const { signal } = new AbortController();

async function* changed(change: (weight: WeightTensor) => WeightTensor | null): AsyncGenerator<WeightTensor> {
  for await (const weight of randomWeights(rotaryConfig, 1)) {
    const given = change(weight);
    if (given !== null) yield given;
  }
}

describe('weights that do not fit', () => {
  it.each([
    ['blocks.1.attn.W_O', '[24, 24]'],
    ['W_E', '[50, 24]'],
    ['ln_final.w', '[24]'],
  ])('%s missing is named with its shape', async (name, shape) => {
    await starter.start('cpu');
    const before = memory().numTensors;
    const error = await uploadWeights(
      rotaryConfig,
      changed((w) => (w.name === name ? null : w)),
      signal,
      target,
    ).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'missing-weight', message: expect.stringContaining(name) as string });
    expect(error).toMatchObject({ message: expect.stringContaining(shape) as string });
    expect(memory().numTensors).toBe(before);
  });

  it('a misshapen one is named with both shapes', async () => {
    const before = memory().numTensors;
    const wrong = changed((w) => (w.name === 'blocks.2.mlp.W_out' ? { ...w, shape: [24, 36] } : w));
    const error = await uploadWeights(rotaryConfig, wrong, signal, target).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'misshapen-weight',
      message: expect.stringMatching(/blocks\.2\.mlp\.W_out .*\[24, 36\].*\[36, 24\]/) as string,
    });
    const short = changed((w) => (w.name === 'W_U' ? { ...w, data: w.data.subarray(1) } : w));
    await expect(uploadWeights(rotaryConfig, short, signal, target)).rejects.toMatchObject({
      code: 'misshapen-weight',
    });
    expect(memory().numTensors).toBe(before);
  });

  it('too large for the device, in one piece or in all, is said before anything is read', async () => {
    const unread = changed(() => {
      throw new Error('was read');
    });
    // W_E of the learned model: 50 × 24 × 4 bytes; all of it is more than 5 kB.
    await expect(
      uploadWeights(learnedConfig, unread, signal, { ...target, limits: { ...limits, maxTensorBytes: 4799 } }),
    ).rejects.toMatchObject({ code: 'too-large' });
    await expect(
      uploadWeights(learnedConfig, unread, signal, { ...target, limits: { ...limits, maxTotalBytes: 5000 } }),
    ).rejects.toMatchObject({ code: 'too-large' });
  });

  it('too large in the storage that it turns out to have is said when that is known', async () => {
    await starter.start('cpu');
    const before = memory().numTensors;
    const { keeper } = hostMemory('cpu')!;
    const small: UploadTarget = { keeper, choice: null, limits: { ...limits, maxTensorBytes: 4799 } };
    const load = (choice: UploadTarget['choice']) => uploadWeights(learnedConfig, randomWeights(learnedConfig, 1), signal, { ...small, choice });
    await expect(load(null)).rejects.toMatchObject({ code: 'too-large', message: expect.stringContaining('W_E') as string });
    (await load('float16')).dispose();
    await expect(
      uploadWeights(learnedConfig, randomWeights(learnedConfig, 1), signal, { ...small, limits: { ...limits, maxTotalBytes: 60_000 } }),
    ).rejects.toMatchObject({ code: 'too-large' });
    expect(memory().numTensors).toBe(before);
  });

  it('a cancelled load leaves nothing', async () => {
    const before = memory().numTensors;
    const stop = new AbortController();
    const stopping = changed((w) => {
      if (w.name === 'blocks.1.ln1.w') stop.abort();
      return w;
    });
    await expect(uploadWeights(rotaryConfig, stopping, stop.signal, target)).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(memory().numTensors).toBe(before);
  });

  it('what was loaded is disposed whole', async () => {
    const before = memory().numTensors;
    for (const config of [rotaryConfig, learnedConfig])
      (await uploadWeights(config, randomWeights(config, 1), signal, target)).dispose();
    expect(memory().numTensors).toBe(before);
  });
});
