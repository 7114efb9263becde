import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { constant } from './constants';

/** Where the k-th largest value of each row lies; zeros and ones [pos, n]. */
export interface Border {
  /** Larger than it: fewer than k in each row. */
  readonly above: Tensor;
  /** Equal to it: with those above, at least k. */
  readonly atBorder: Tensor;
}

/** Halvings of the interval: beyond these two values are closer to each other than float32 tells apart. */
const HALVINGS = 40;

/**
 * Finds the k-th largest value of each row without reading anything back.
 *
 * @param x [pos, n], k from 1 to n − 1.
 */
export function kthLargest(x: Tensor, k: number): Border {
  // On GPUs tfjs's own topk fetches the values to the processor in the middle of the pass, which stalls it (WebGL), or sorts all.
  return tf.getBackend() === 'cpu' || tf.getBackend() === 'wasm' ? byTopK(x, k) : byHalving(x, k);
}

function byTopK(x: Tensor, k: number): Border {
  const { values } = tf.topk(x, k, true);
  const kth = tf.slice(values, [0, k - 1], [x.shape[0] ?? 0, 1]); // [pos, 1]
  return { above: tf.cast(tf.greater(x, kth), 'float32'), atBorder: tf.cast(tf.equal(x, kth), 'float32') };
}

/** Halves an interval (low, high] that holds the k-th largest value, by counting what lies above its middle. */
export function byHalving(x: Tensor, k: number): Border {
  const count = constant(k);
  let high = tf.max(x, -1, true); // [pos, 1]; at least 1 value is ≥ high, so the k-th is ≤ high
  const least = tf.min(x, -1, true);
  // Below every value, however large they are.
  let low = tf.sub(tf.sub(least, tf.abs(least)), constant(1)); // [pos, 1]
  for (let turn = 0; turn < HALVINGS; turn += 1) {
    const middle = tf.mul(tf.add(low, high), constant(0.5));
    const larger = tf.sum(tf.cast(tf.greater(x, middle), 'float32'), -1, true); // [pos, 1]
    const isAbove = tf.greaterEqual(larger, count); // the k-th largest is > middle
    low = tf.where(isAbove, middle, low);
    high = tf.where(isAbove, high, middle);
  }
  const above = tf.greater(x, high);
  const atBorder = tf.logicalAnd(tf.greater(x, low), tf.lessEqual(x, high));
  return { above: tf.cast(above, 'float32'), atBorder: tf.cast(atBorder, 'float32') };
}
