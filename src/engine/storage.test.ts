import fc from 'fast-check';
import { tensor, tidy } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { hookNames } from '../anatomy/hook-names';
import type { HalfTensor, StorageChoice, WeightStorage, WeightTensor } from '../anatomy/weights';
import { halfToNumber } from '../lib/half';
import { columnScales, fromHalfCode, storageOf, toHalfCodes } from './codes';
import { hostMemory } from './host-memory';
import { add, fromConstant, scale } from './index';
import type { MatrixSource } from './matrix';
import { randomWeights, relativeError } from './self-check';
import { ask, greedy, learnedConfig, nodeBackends, optionConfigs, rotaryConfig, roundedToSteps, starter } from './test-helpers';
import type { HookEntry } from './types';

const all = new Set<WeightStorage>(['float32', 'float16', 'bfloat16', 'int8']);
const floats = (data: readonly number[], rows: number, transposed = false): MatrixSource => ({
  ...{ rows, columns: data.length / rows, transposed },
  data: Float32Array.from(data),
  format: 'float32',
});

describe('codes of float16', () => {
  it('hold every half below 128, subnormals too', () => {
    const codes = new Uint16Array(1);
    for (let bits = 0; bits < 0x10000; bits += 1) {
      const value = halfToNumber(bits);
      if (!(Math.abs(value) < 128)) continue;
      toHalfCodes(Float32Array.of(value), codes, 0);
      expect(fromHalfCode(codes[0]!) + 0).toBe(value + 0); // 0 may lose its sign
    }
  });

  it('round a float32 to the nearest half, of two equally near the even one', () => {
    const given = [1 + 2 ** -11, 1 + 3 * 2 ** -11, 2 ** -25, 3 * 2 ** -25, -(2 ** -14) * 0.99999, 0.1];
    const codes = new Uint16Array(given.length);
    toHalfCodes(Float32Array.from(given), codes, 0);
    expect([...codes].map(fromHalfCode)).toEqual([1, 1 + 2 ** -9, 0, 2 ** -23, -(2 ** -14), 0.0999755859375]);
  });
});

describe('what becomes of a matrix', () => {
  const half = (bits: number[]): MatrixSource => ({ rows: 1, columns: bits.length, data: Uint16Array.from(bits), format: 'float16', transposed: false });
  it.each<[string, MatrixSource, StorageChoice | null, WeightStorage]>([
    ['a half stays one', half([0x3c00]), null, 'float16'],
    ['a half of 128 has no code', half([0x3c00, 0x5800]), null, 'float32'],
    ['an infinite half has none either', half([0x7c00]), 'int8', 'float32'],
    ['bfloat16 is kept where two bytes are asked for', { ...half([0x3f80]), format: 'bfloat16' }, 'float16', 'bfloat16'],
    ['float32 stays', floats([1, 2], 1), null, 'float32'],
    ['float32 can be rounded', floats([1, 2], 1), 'float16', 'float16'],
    ['what rounds up to 128 cannot', floats([127.97], 1), 'float16', 'float32'],
    ['steps', floats([1, 2], 1), 'int8', 'int8'],
    ['no number has no steps', floats([1, NaN], 1), 'int8', 'float32'],
  ])('%s', (_, source, choice, expected) => expect(storageOf(source, choice, all)).toBe(expected));

  it('is float32 where the device has nothing else', () =>
    expect(storageOf(half([0x3c00]), 'int8', new Set<WeightStorage>(['float32']))).toBe('float32'));

  it('columns have scales of their own', () => {
    const given = [1, -4, 0, 127, 2, 0];
    expect([...columnScales(floats(given, 2))]).toEqual([1, Math.fround(4 / 127), 0]);
    expect([...columnScales(floats([1, 127, -4, 2, 0, 0], 2, true))]).toEqual([1, Math.fround(4 / 127), 0]);
  });
});

describe.each(nodeBackends)('matrices on %s', (backend) => {
  /** Values that every storage holds without loss, so that all must give the same product. */
  const exact = fc.integer({ min: -127, max: 127 });

  it('x @ W + b, by hand', async () => {
    await starter.start(backend);
    const { keeper } = hostMemory(backend)!;
    for (const storage of keeper.storages) {
      const W = keeper.keep({ ...floats([127, 4, -3, -127, 0, 6], 2), format: 'float32' }, storage === 'bfloat16' ? 'float32' : storage);
      const [given, dense] = tidy(() => [W.multiply(tensor([[1, 2], [3, -1]]), tensor([10, 20, 30])), W.dense()]);
      const scale = 6 / 127; // int8: the third column's largest value is 6, its other -3 is 64 steps of it, rounded
      const third = storage === 'int8' ? -Math.round(3 / scale) * scale : -3;
      expect(relativeError(await given!.data(), [127 - 254 + 10, 4 + 20, third + 12 + 30, 381 + 127 + 10, 12 + 20, 3 * third - 6 + 30])).toBeLessThan(1e-6);
      expect(relativeError(await dense!.data(), [127, 4, third, -127, 0, 6])).toBeLessThan(1e-6);
      given!.dispose();
      dense!.dispose();
      W.dispose();
    }
  });

  it('every storage, of any shape, turned or not, agrees with plain arithmetic', async () => {
    await starter.start(backend);
    const { keeper } = hostMemory(backend)!;
    const shapes = fc.record({ rows: fc.integer({ min: 1, max: 21 }), columns: fc.integer({ min: 1, max: 37 }), n: fc.integer({ min: 1, max: 13 }), transposed: fc.boolean(), biased: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(shapes, fc.infiniteStream(exact), async ({ rows, columns, n, transposed, biased }, stream) => {
        const take = (count: number) => Array.from({ length: count }, () => stream.next().value as number);
        const values = take(rows * columns);
        values.fill(127, 0, transposed ? rows : columns); // the largest of each column, so that a step of int8 is 1
        if (transposed) for (let column = 0; column < columns; column += 1) values[column * rows] = 127;
        const weight = (k: number, c: number) => values[transposed ? c * rows + k : k * columns + c]!;
        const x = take(n * rows).map((value) => value / 16);
        const b = biased ? take(columns) : null;
        const right = Array.from({ length: n * columns }, (_, i) => {
          const [row, c] = [Math.floor(i / columns), i % columns];
          return Array.from({ length: rows }, (__, k) => x[row * rows + k]! * weight(k, c)).reduce((sum, one) => sum + one, b?.[c] ?? 0);
        });
        const source = floats(values, rows, transposed);
        for (const storage of keeper.storages) {
          const W = keeper.keep({ ...source, rows, columns }, storage);
          const ids = [0, columns - 1];
          const [y, gathered] = tidy(() => [W.multiply(tensor(x, [n, rows]), b === null ? null : tensor(b)), W.gather(ids)]);
          expect(relativeError(await y!.data(), right), storage).toBeLessThan(1e-5);
          expect([...(await gathered!.data())], storage).toEqual(ids.flatMap((id) => Array.from({ length: rows }, (_, k) => weight(k, id))));
          for (const one of [y!, gathered!, W]) one.dispose();
        }
      }),
      { numRuns: 60 },
    );
  });

  it('a row is the same bit by bit whatever stands beside it', async () => {
    await starter.start(backend);
    const { keeper } = hostMemory(backend)!;
    const [rows, columns, n] = [37, 45, 13];
    const source = floats(Array.from({ length: rows * columns }, (_, i) => Math.sin(i) / 8), rows);
    const x = Array.from({ length: n * rows }, (_, i) => Math.cos(i * 1.1) * 3);
    for (const storage of keeper.storages) {
      const W = keeper.keep(source, storage);
      const b = tensor(Array.from({ length: columns }, (_, i) => i / 7));
      const together = W.multiply(tensor(x, [n, rows]), b);
      const data = await together.data();
      for (const count of [1, 2, 3, 5, 9]) {
        const some = W.multiply(tensor(x.slice(0, count * rows), [count, rows]), b);
        expect([...(await some.data())], `${storage}, ${count} rows`).toEqual([...data.slice(0, count * columns)]);
        some.dispose();
      }
      together.dispose();
      W.dispose();
    }
  });

  it('numbers too large for the factor of float16 codes come out right', async () => {
    await starter.start(backend);
    const W = hostMemory(backend)!.keeper.keep(floats([0.5, -2, 1, 4], 2), 'float16');
    const y = W.multiply(tensor([[1e30, 1e10]]), null);
    expect([...(await y.data())].map((value) => value / 1e30)).toEqual([expect.closeTo(0.5), expect.closeTo(-2)]);
  });
});

/** Weights as a two-byte file would give them. */
async function* halved(config: typeof rotaryConfig, format: HalfTensor['format']): AsyncGenerator<WeightTensor | HalfTensor> {
  for await (const { name, shape, data } of randomWeights(config, 7)) {
    const words = new Uint32Array(data.buffer);
    // float16 bits: of values in its normal range, cut; enough for weights that both loads share.
    const bits = Uint16Array.from(words, (word, i) => {
      const exponent = ((word >>> 23) & 0xff) - 112;
      if (format === 'bfloat16') return word >>> 16;
      return Math.abs(data[i]!) < 2 ** -14 ? 0 : ((word >>> 16) & 0x8000) | (exponent << 10) | ((word >>> 13) & 0x3ff);
    });
    yield { name, shape, data: bits, format };
  }
}

const plain = async function* (config: typeof rotaryConfig, format: HalfTensor['format']): AsyncGenerator<WeightTensor> {
  for await (const { name, shape, data } of halved(config, format))
    yield { name, shape, data: Float32Array.from(data, (bits) => (format === 'float16' ? halfToNumber(bits) : new Float32Array(Uint32Array.of(bits << 16).buffer)[0]!)) };
};

const { signal } = new AbortController();
const ids = [0, 7, 12, 7, 31, 9, 2];
const variants = [['rotary', rotaryConfig], ['learned', learnedConfig], ...optionConfigs] as const;

describe.each(nodeBackends)('models on %s', (backend) => {
  it.each(variants)('two bytes give the numbers of the same weights in four: %s', async (_, config) => {
    const engine = await starter.start(backend);
    for (const format of ['float16', 'bfloat16'] as const) {
      const half = await engine.load(config, halved(config, format), signal);
      const whole = await engine.load(config, plain(config, format), signal);
      expect([half.storage, whole.storage]).toEqual([format, 'float32']);
      const capture = hookNames(config);
      const vector = Float32Array.from({ length: config.dModel }, (__, i) => Math.cos(i));
      const hooks: HookEntry[] = [['blocks.1.hook_resid_pre', (x) => add(x, scale(fromConstant(vector, [1, config.dModel]), 0.3))]];
      for (const run of [{ ids, capture }, { ids, capture: ['logits' as const], hooks, generate: greedy(6) }, { ids, hooks, generate: greedy(6) }]) {
        const [given, right] = [await ask(half, run), await ask(whole, run)];
        expect(given.generated).toEqual(right.generated);
        for (const name of Object.keys(right.activations) as (typeof capture)[number][])
          expect(relativeError(given.activations[name]!.data, right.activations[name]!.data), `${format} ${name}`).toBeLessThan(backend === 'wasm' ? 1e-12 : 1e-5);
      }
      expect(await half.unembedding([3, 0])).toEqual(await whole.unembedding([3, 0]));
      expect(half.weightBytes).toBeLessThan(0.75 * whole.weightBytes);
      half.dispose();
      whole.dispose();
    }
  });

  it.each(variants)('int8 is exactly the model of its rounded weights: %s', async (_, config) => {
    const engine = await starter.start(backend);
    const before = engine.numTensors();
    const rough = await engine.load(config, randomWeights(config, 7), signal, 'int8');
    const whole = await engine.load(config, roundedToSteps(randomWeights(config, 7)), signal);
    expect(rough.storage).toBe('int8');
    const capture = hookNames(config);
    const [given, right] = [await ask(rough, { ids, capture, generate: greedy(6) }), await ask(whole, { ids, capture, generate: greedy(6) })];
    expect(given.generated).toEqual(right.generated);
    for (const name of capture) expect(relativeError(given.activations[name]!.data, right.activations[name]!.data), name).toBeLessThan(1e-5);
    rough.dispose();
    whole.dispose();
    expect(engine.numTensors()).toBe(before);
  });
});
