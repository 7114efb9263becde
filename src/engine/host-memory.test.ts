import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { must } from '../lib/assert';
import { tinyConfig } from '../testing/apply-hook';
import { randomDictionary } from '../testing/dictionaries';
import { expectNoLeak } from '../testing/leaks';
import { labPorts } from '../testing/lab';
import { encodeRows } from './dictionary';
import { hostMemory } from './host-memory';

/** Numbers of a tensor that finds no room; smaller ones may still fit. */
const SIZE = 4096;

/** Pages that nobody writes to cost no memory: filling the heap is cheap. */
function fillHeap(): tf.Tensor[] {
  const memory = must(hostMemory('wasm'), 'the memory');
  const held: tf.Tensor[] = [];
  for (let size = 2 ** 28; size >= SIZE / 4; )
    try {
      held.push(memory.allocate([size]));
      if (held.length > 1000) throw new Error('the heap takes more than WebAssembly has.');
    } catch (error) {
      expect(error).toBeInstanceOf(RangeError);
      size /= 2;
    }
  return held;
}

it('a full WebAssembly heap is told as such, and no two tensors share a place', async () => {
  await labPorts().starter.start('wasm');
  const numbers = () => Float32Array.from({ length: SIZE }, (_, i) => i);
  const x = tf.tensor(numbers(), [SIZE]);
  const rows = tf.tensor(numbers(), [SIZE / 2, 2]);
  const dictionary = randomDictionary(tinyConfig, { dSae: SIZE });
  const held = fillHeap();
  expect(held.length).toBeGreaterThan(0);
  await expectNoLeak(() => tf.memory().numTensors, async () => {
    expect(() => tf.tensor(numbers(), [SIZE])).toThrow(RangeError);
    expect(() => tf.tidy(() => tf.add(x, x))).toThrow(RangeError);
    expect(() => encodeRows(dictionary, rows)).toThrow(expect.objectContaining({ code: 'too-large' }) as Error);
  });
  tf.dispose(held);
  const sum = tf.add(x, x);
  expect(await sum.data()).toEqual(numbers().map((value) => 2 * value));
  tf.dispose([x, rows, sum]);
});
