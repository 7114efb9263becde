import { afterEach, expect, it, vi } from 'vitest';
import { describe as describeBackend } from './backends';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const withAdapter = (requestAdapter: () => Promise<unknown>) => vi.stubGlobal('navigator', { gpu: { requestAdapter } });

it('names the graphics device, and says when it is only software', async () => {
  withAdapter(() => Promise.resolve({ info: { vendor: 'acme', architecture: 'anvil', description: '', isFallbackAdapter: false } }));
  expect(await describeBackend('webgpu')).toEqual({ device: 'acme anvil', software: false, problem: null });
  withAdapter(() => Promise.resolve({ info: { vendor: 'google', architecture: 'swiftshader', description: '', isFallbackAdapter: false } }));
  expect(await describeBackend('webgpu')).toMatchObject({ software: true, problem: null });
});

it.each([
  ['finds none', () => Promise.resolve(null)],
  ['refuses', () => Promise.reject(new Error('no'))],
])('does without WebGPU where the browser %s', async (_, requestAdapter) => {
  withAdapter(requestAdapter);
  expect((await describeBackend('webgpu')).problem).toBe('WebGPU found no graphics adapter.');
});

it('does without WebGPU where nobody answers: an engine must start all the same', async () => {
  vi.useFakeTimers();
  withAdapter(() => new Promise(() => undefined));
  const told = describeBackend('webgpu');
  await vi.runAllTimersAsync();
  expect((await told).problem).toBe('WebGPU does not answer here.');
});
