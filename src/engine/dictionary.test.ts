import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Dictionary } from '../anatomy/dictionary';
import { decode, encode } from '../dictionaries';
import { dictionaryWith, goldenDictionaries, goldenFiles, randomDictionary } from '../testing/dictionaries';
import { tinyConfig } from '../testing/apply-hook';
import { LAB_BACKENDS, labPorts } from '../testing/lab';
import { expectNoLeak } from '../testing/leaks';
import { codeRows } from './code-rows';
import { decodeRows, encodeRows, releaseDictionary } from './dictionary';
import { byHalving, kthLargest } from './kth-largest';

const TOLERANCE = 1e-5;
const goldens = goldenDictionaries();
/** Read from files: besides every encoder, transcoders of normalised and centred inputs, and values that lie on a threshold. */
const fromFiles = await goldenFiles();

/** Activations and reconstruction on the backend in use, read back. */
async function both(dictionary: Dictionary, x: Float32Array, nPos: number): Promise<{ f: Float32Array; xHat: Float32Array }> {
  const rows = tf.tensor(x, [nPos, x.length / nPos], 'float32');
  const f = encodeRows(dictionary, rows);
  const xHat = decodeRows(dictionary, f, rows);
  const read = { f: (await f.data()) as Float32Array, xHat: (await xHat.data()) as Float32Array };
  tf.dispose([rows, f, xHat]);
  return read;
}

const largestDifference = (a: Float32Array, b: Float32Array) => {
  expect(a.length).toBe(b.length);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
};

it('has a golden of every encoder, normalisation and kind of transcoder', () => {
  const all = goldens.map(({ dictionary }) => dictionary);
  expect(new Set(all.map(({ info }) => info.spec.encoder))).toEqual(new Set(['standard', 'topk', 'jumprelu', 'gated']));
  expect(new Set(all.map(({ info }) => info.spec.normalizeActivations))).toEqual(new Set(['none', 'constant_norm_rescale', 'layer_norm']));
  expect(all.some(({ info, weights }) => info.spec.hookName !== info.spec.hookNameOut && weights.W_skip !== null)).toBe(true);
});

describe.each(LAB_BACKENDS)('a dictionary on %s', (backend) => {
  beforeAll(() => labPorts().starter.start(backend));
  afterAll(() => goldens.forEach(({ dictionary }) => releaseDictionary(dictionary)));

  it.each(goldens.map((golden) => [golden.name, golden] as const))('%s gives what PyTorch gave', async (_, { dictionary, x, nPos, f, xHat }) => {
    const got = await both(dictionary, x, nPos);
    expect(largestDifference(got.f, f)).toBeLessThan(TOLERANCE);
    expect(largestDifference(got.xHat, xHat)).toBeLessThan(TOLERANCE);
  });

  it.each(fromFiles.map((golden) => [golden.name, golden] as const))('%s, read from its file, gives what PyTorch gave', async (_, { dictionary, x, nPos, f, xHat }) => {
    const got = await both(dictionary, x, nPos);
    releaseDictionary(dictionary);
    expect(largestDifference(got.f, f)).toBeLessThan(TOLERANCE);
    expect(largestDifference(got.xHat, xHat)).toBeLessThan(TOLERANCE);
  });

  it.each(['standard', 'topk', 'jumprelu', 'gated'] as const)('%s agrees with the plain arithmetic, centred and with a factor on each feature too', async (encoder) => {
    for (const normalizeActivations of ['none', 'constant_norm_rescale', 'layer_norm'] as const) {
      const plain = randomDictionary({ ...tinyConfig, dModel: 16 }, { encoder, k: 5, normalizeActivations, centerInput: true, dSae: 40 });
      const dictionary = { ...plain, weights: { ...plain.weights, scalingFactor: Float32Array.from({ length: 40 }, (__, i) => 0.5 + i / 20) } };
      const x = Float32Array.from({ length: 7 * 16 }, (__, i) => 2 * Math.sin(i * i));
      const f = encode(dictionary, x, 7);
      const got = await both(dictionary, x, 7);
      releaseDictionary(dictionary);
      expect(f.some((value) => value > 0)).toBe(true);
      expect(largestDifference(got.f, f)).toBeLessThan(TOLERANCE);
      expect(largestDifference(got.xHat, decode(dictionary, f, 7, x))).toBeLessThan(TOLERANCE);
    }
  });

  it('a row of zeros stays finite under every normalisation', async () => {
    for (const normalizeActivations of ['none', 'constant_norm_rescale', 'layer_norm'] as const) {
      const dictionary = randomDictionary(tinyConfig, { normalizeActivations });
      const { f, xHat } = await both(dictionary, new Float32Array(2), 1);
      releaseDictionary(dictionary);
      expect([...f, ...xHat].every(Number.isFinite)).toBe(true);
    }
  });

  it('keeps k features, fewer where fewer are positive, and of equal ones the first', async () => {
    const dictionary = dictionaryWith({ dSae: 5, W_enc: [1, 1, 1, -1, 0.5], W_dec: [1, 1, 1, 1, 1], spec: { encoder: 'topk', k: 2, applyBDecToInput: false } });
    const { f } = await both(dictionary, Float32Array.from([2, -3, 0]), 3);
    releaseDictionary(dictionary);
    expect([...f]).toEqual([2, 2, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0]);
  });

  it('finds the same border by halving as by sorting', async () => {
    const x = tf.tensor(Float32Array.from({ length: 6 * 50 }, (_, i) => (i < 50 ? i % 7 : 100 * Math.sin(i * i) ** 3)), [6, 50], 'float32');
    for (const k of [1, 2, 7, 25, 49]) {
      const [halved, sorted] = [byHalving(x, k), kthLargest(x, k)];
      expect(await halved.above.data()).toEqual(await sorted.above.data());
      expect(await halved.atBorder.data()).toEqual(await sorted.atBorder.data());
      tf.dispose([halved.above, halved.atBorder, sorted.above, sorted.atBorder]);
    }
    x.dispose();
  });

  it('holds its weights until it is released, and nothing else', async () => {
    const dictionary = randomDictionary(tinyConfig, { encoder: 'gated' });
    const x = Float32Array.from([1, 2, 3, 4]);
    const before = tf.memory().numTensors;
    await both(dictionary, x, 2);
    const held = tf.memory().numTensors;
    expect(held).toBeGreaterThan(before);
    await both(dictionary, x, 2);
    expect(tf.memory().numTensors).toBe(held);
    releaseDictionary(dictionary);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('leaves no tensor behind when its weights can’t be put on the device, or whoever reads the rows trips', async () => {
    const x = Float32Array.from([1, 2, 3, 4]);
    const sound = randomDictionary(tinyConfig, {});
    const broken = { ...sound, weights: { ...sound.weights, W_dec: sound.weights.W_dec.subarray(1) } };
    const trip = () => {
      releaseDictionary(sound);
      throw new TypeError('the reader tripped');
    };
    const { signal } = new AbortController();
    const live = () => tf.memory().numTensors;
    await expectNoLeak(live, () => expect(codeRows(broken, x, signal, () => undefined)).rejects.toThrow(/shape/));
    await expectNoLeak(live, () => expect(codeRows(sound, x, signal, trip)).rejects.toThrow('the reader tripped'));
  });
});

it('brings its weights to another backend by itself', async () => {
  const { starter } = labPorts();
  const dictionary = randomDictionary(tinyConfig, { encoder: 'jumprelu' });
  const x = Float32Array.from([1, 2, -3, 4]);
  await starter.start('cpu');
  const first = await both(dictionary, x, 2);
  await starter.start('wasm');
  const second = await both(dictionary, x, 2);
  releaseDictionary(dictionary);
  expect(largestDifference(first.f, second.f)).toBeLessThan(TOLERANCE);
});
