import { backend as tfBackend, memory as tensorMemory } from '@tensorflow/tfjs-core';
import { mkdtempSync, openAsBlob, openSync, rmSync, writeSync, closeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import type { BackendName } from '../anatomy/run';
import { weightBytes, weightSpecs, type StorageChoice } from '../anatomy/weights';
import { nodeStarter } from '../testing/open-model';
import { readConfig } from './config';
import { loadModelFiles } from './index';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const alive = () => {
  collect();
  return process.memoryUsage().arrayBuffers;
};

const config = {
  model_type: 'gpt2', n_embd: 256, n_layer: 12, n_head: 4, n_positions: 256, vocab_size: 16_000, layer_norm_epsilon: 1e-5,
  tie_word_embeddings: true, eos_token_id: 0,
};

/** Bytes of a value, and what the file is filled with: small numbers. */
const DTYPES = { F32: { size: 4, fill: 0x3c }, F16: { size: 2, fill: 0x24 }, BF16: { size: 2, fill: 0x3c } } as const;

/** Writes a GPT-2 of one value to the disk, tensor by tensor. Gives its size. */
function writeModel(path: string, dtype: keyof typeof DTYPES = 'F32'): number {
  const { size, fill } = DTYPES[dtype];
  const { config: shape, family } = readConfig(config);
  let end = 0;
  const header: Record<string, unknown> = {};
  for (const spec of weightSpecs(shape)) {
    const stored = family.weights[spec.name.replace(/^blocks\.\d+/, 'blocks.{l}')];
    const name = stored?.from[0]?.replace('{p}', 'transformer.').replace('{l}', /^blocks\.(\d+)/.exec(spec.name)?.[1] ?? '');
    const bytes = size * spec.shape.reduce((product, n) => product * n, 1);
    header[name ?? ''] = { dtype, shape: spec.shape, data_offsets: [end, end + bytes] };
    end += bytes;
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const file = openSync(path, 'w');
  for (const part of [length, text]) writeSync(file, part);
  const block = Buffer.alloc(1 << 20, fill);
  for (let at = 0; at < end; at += block.length) writeSync(file, block.subarray(0, Math.min(block.length, end - at)));
  closeSync(file);
  return 8 + text.length + end;
}

it('takes less than 1.3 times the stored size, what the engine holds in float32 included', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lacuna-memory-'));
  try {
    const path = join(folder, 'model.safetensors');
    const stored = writeModel(path);
    expect(stored).toBeGreaterThan(50e6);
    // On the disk, as a dropped file or one of the browser's storage is.
    const weights = Object.assign(await openAsBlob(path), { name: 'model.safetensors', lastModified: 0, webkitRelativePath: '' }) as File;
    const before = alive();
    let peakReading = 0;
    let peak = 0;
    const slice = weights.slice.bind(weights);
    weights.slice = (...range) => {
      if (held.length > 0) peak = Math.max(peak, alive() - before); // between two blocks of a weight
      return slice(...range);
    };
    const held: Float32Array[] = []; // as an engine holds them
    const files = await loadModelFiles(
      { kind: 'files', name: 'large', files: [new File([JSON.stringify(config)], 'config.json'), weights] },
      {
        signal: new AbortController().signal,
        baseUrl: 'http://localhost/',
        onProgress: ({ loadedBytes }) => {
          if (loadedBytes % (1 << 23) < 1 << 16) peakReading = Math.max(peakReading, alive() - before);
        },
      },
    );
    expect(files.keptIn).toBe('disk');
    for await (const { data } of files.weights()) {
      held.push(data);
      peak = Math.max(peak, alive() - before);
    }
    const given = held.reduce((sum, { byteLength }) => sum + byteLength, 0);
    console.log(
      `stored ${(stored / 1e6).toFixed(1)} MB; alive while it is read ${(peakReading / 1e6).toFixed(1)} MB; ` +
        `alive with all weights given ${(peak / 1e6).toFixed(1)} MB = ${(peak / stored).toFixed(2)} of the stored size`,
    );
    expect(peakReading).toBeLessThan(0.3 * stored);
    expect(given).toBeGreaterThan(0.99 * stored);
    expect(peak).toBeGreaterThan(0.99 * stored); // the measure sees what is held
    expect(peak).toBeLessThan(1.3 * stored);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** The memory of tfjs's wasm backend as the process holds it: it grows in steps, and never shrinks. */
function heapBytes(): number {
  const { wasm } = tfBackend() as unknown as { wasm: { asm: { memory: WebAssembly.Memory } } };
  return wasm.asm.memory.buffer.byteLength;
}

/** What is held once the case before is let go of, which takes some turns: nothing went for twenty. */
async function atRest(held: () => number): Promise<number> {
  let least = held();
  for (let still = 0; still < 20; still += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    const now = held();
    if (now < least) [least, still] = [now, -1];
  }
  return least;
}

/**
 * A file on the disk, its model on a backend. What counts: everything that is alive in JavaScript's array buffers, and what the
 * backend holds, from before the file is opened until a text has been computed. The file's own bytes stay on the disk.
 */
async function loadAndRun(backend: BackendName, dtype: keyof typeof DTYPES, storage: StorageChoice | undefined) {
  const folder = mkdtempSync(join(tmpdir(), 'lacuna-memory-'));
  try {
    const path = join(folder, 'model.safetensors');
    const stored = writeModel(path, dtype);
    const engine = await nodeStarter().start(backend);
    const weights = Object.assign(await openAsBlob(path), { name: 'model.safetensors', lastModified: 0, webkitRelativePath: '' }) as File;
    // On cpu a tensor's numbers are an array buffer already.
    const held = () => alive() + (backend === 'wasm' ? tensorMemory().numBytes : 0);
    const [before, heapBefore] = [await atRest(held), backend === 'wasm' ? heapBytes() : 0];
    let peak = 0;
    const look = () => (peak = Math.max(peak, held() - before));
    const signal = new AbortController().signal;
    const files = await loadModelFiles(
      { kind: 'files', name: 'large', files: [new File([JSON.stringify(config)], 'config.json'), weights], ...(storage === undefined ? {} : { storage }) },
      { signal, baseUrl: 'http://localhost/', onProgress: () => undefined },
    );
    async function* watched() {
      for await (const weight of files.storedWeights()) {
        yield weight;
        look(); // the engine has its own of it, and this one is still here
      }
    }
    const model = await engine.load(files.config, watched(), signal, files.storage);
    const run = { ids: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], promptLength: 12, hooks: [], capture: [], logits: true };
    await model.run({ ...run, generate: { maxNewTokens: 2, temperature: 0, topK: 0, topP: 1, seed: 1, stopAtEnd: false } }, { signal });
    look(); // nothing is copied or packed by the first use
    const kept = held() - before;
    const heap = backend === 'wasm' ? heapBytes() - heapBefore : 0;
    const result = { stored, peak, kept, heap, storage: model.storage, counted: model.weightBytes, expected: weightBytes(files.config, model.storage) };
    model.dispose();
    const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
    console.log(
      `${backend}, ${dtype} file of ${megabytes(stored)} kept as ${model.storage}: peak ${megabytes(peak)} = ${(peak / stored).toFixed(2)} of the stored size; ` +
        `afterwards ${megabytes(kept)}${heap > 0 ? `; wasm memory grew by ${megabytes(heap)} = ${(heap / stored).toFixed(2)}` : ''}`,
    );
    return result;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('the file on the disk and its model on a backend', () => {
  // The first one finds the wasm memory as small as it starts: what it grows by is what the process really takes.
  it('float16 on wasm: the memory of WebAssembly itself grows by less than 1.3 times the stored size', async () => {
    const { stored, peak, heap, storage } = await loadAndRun('wasm', 'F16', undefined);
    expect(storage).toBe('float16');
    expect(peak).toBeLessThan(1.3 * stored);
    expect(heap).toBeLessThan(1.3 * stored);
    expect(heap).toBeGreaterThan(0.5 * stored); // the measure sees it
  });

  it.each([
    ['wasm', 'F16', undefined, 'float16'],
    ['wasm', 'BF16', undefined, 'bfloat16'],
    ['wasm', 'F32', undefined, 'float32'],
    ['wasm', 'F16', 'int8', 'int8'],
    ['cpu', 'F16', undefined, 'float16'],
    ['cpu', 'BF16', undefined, 'bfloat16'],
    ['cpu', 'F32', undefined, 'float32'],
    ['cpu', 'F16', 'int8', 'int8'],
  ] as const)('%s, %s file, asked for %s: peak under 1.3 times the stored size', async (backend, dtype, asked, storage) => {
    const result = await loadAndRun(backend, dtype, asked);
    expect(result.storage).toBe(storage);
    expect(result.counted).toBe(result.expected);
    expect(result.peak).toBeLessThan(1.3 * result.stored);
    expect(result.peak).toBeGreaterThan(0.9 * result.counted);
    expect(result.kept).toBeLessThan(1.1 * result.counted); // tied, and kept once
  });
});
