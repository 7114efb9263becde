import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Positions } from '../anatomy/run';
import { at } from '../lib/assert';
import { constant, constantArray } from './constants';
import type { PassContext } from './types';

/**
 * What methods compute with. Operands broadcast as in NumPy; a number counts as a tensor without axes and is uploaded once per
 * run. Nothing here reads a value back, and whatever a hook leaves over is cleaned up after it.
 */
export type Operand = Tensor | number;

const tensorOf = (x: Operand): Tensor => (typeof x === 'number' ? constant(x) : x);

export const add = (a: Operand, b: Operand): Tensor => tf.add(tensorOf(a), tensorOf(b));
export const sub = (a: Operand, b: Operand): Tensor => tf.sub(tensorOf(a), tensorOf(b));
export const mul = (a: Operand, b: Operand): Tensor => tf.mul(tensorOf(a), tensorOf(b));
export const div = (a: Operand, b: Operand): Tensor => tf.div(tensorOf(a), tensorOf(b));
export const minimum = (a: Operand, b: Operand): Tensor => tf.minimum(tensorOf(a), tensorOf(b));
export const maximum = (a: Operand, b: Operand): Tensor => tf.maximum(tensorOf(a), tensorOf(b));
export const neg = (x: Tensor): Tensor => tf.neg(x);
export const abs = (x: Tensor): Tensor => tf.abs(x);
export const square = (x: Tensor): Tensor => tf.square(x);
export const sqrt = (x: Tensor): Tensor => tf.sqrt(x);
export const exp = (x: Tensor): Tensor => tf.exp(x);
export const cos = (x: Tensor): Tensor => tf.cos(x);
export const sin = (x: Tensor): Tensor => tf.sin(x);
/** x times a number. */
export const scale = (x: Tensor, factor: number): Tensor => tf.mul(x, constant(factor));

// Comparisons give booleans, for `where`; `asFloat` makes 0 and 1 of them.
export const less = (a: Operand, b: Operand): Tensor => tf.less(tensorOf(a), tensorOf(b));
export const lessEqual = (a: Operand, b: Operand): Tensor => tf.lessEqual(tensorOf(a), tensorOf(b));
export const greater = (a: Operand, b: Operand): Tensor => tf.greater(tensorOf(a), tensorOf(b));
export const greaterEqual = (a: Operand, b: Operand): Tensor => tf.greaterEqual(tensorOf(a), tensorOf(b));
export const asFloat = (x: Tensor): Tensor => tf.cast(x, 'float32');
/** `a` where the condition holds, else `b`. */
export const where = (condition: Tensor, a: Operand, b: Operand): Tensor =>
  tf.where(condition, tensorOf(a), tensorOf(b));

// Reductions along one axis (the last unless said), which stays with size 1.
export const sum = (x: Tensor, axis = -1): Tensor => tf.sum(x, axis, true);
export const mean = (x: Tensor, axis = -1): Tensor => tf.mean(x, axis, true);
export const max = (x: Tensor, axis = -1): Tensor => tf.max(x, axis, true);
export const min = (x: Tensor, axis = -1): Tensor => tf.min(x, axis, true);
/** L2 norm. */
export const norm = (x: Tensor, axis = -1): Tensor => tf.sqrt(tf.sum(tf.square(x), axis, true));
/** Scalar products of the rows of x [pos, d] with v [d] or [1, d]: [pos, 1]. */
export const dot = (x: Tensor, v: Tensor): Tensor => tf.sum(tf.mul(x, v), -1, true);

export const matMul = (a: Tensor, b: Tensor): Tensor => tf.matMul(a, b);
export const reshape = (x: Tensor, shape: readonly number[]): Tensor => tf.reshape(x, [...shape]);
export const transpose = (x: Tensor, axes: readonly number[]): Tensor => tf.transpose(x, [...axes]);
/** `count` rows of x from row `first` on. */
export const rows = (x: Tensor, first: number, count: number): Tensor =>
  tf.slice(x, [first, ...x.shape.slice(1).map(() => 0)], [count, ...x.shape.slice(1)]);
/** Columns of x [pos, n] by their numbers: [pos, column]. */
export const columns = (x: Tensor, indices: readonly number[]): Tensor =>
  indices.length === x.shape[1] && indices.every((index, n) => index === n)
    ? x
    : tf.gather(x, constantArray(`columns:${indices.join(',')}`, Int32Array.from(indices), [indices.length]), 1);
export const concatColumns = (parts: readonly Tensor[]): Tensor => (parts.length === 1 ? at(parts, 0) : tf.concat([...parts], 1));
export const concatRows = (parts: readonly Tensor[]): Tensor => tf.concat([...parts], 0);
export const zerosLike = (x: Tensor): Tensor => tf.zerosLike(x);
export const onesLike = (x: Tensor): Tensor => tf.onesLike(x);
export const clone = (x: Tensor): Tensor => x.clone();

/** Values as a tensor, uploaded at this call. Row-major. */
export const fromArray = (data: Float32Array | readonly number[], shape: readonly number[]): Tensor =>
  tf.tensor(data instanceof Float32Array ? data : Float32Array.from(data), [...shape], 'float32');

const keys = new WeakMap<Float32Array, number>();
let keyCount = 0;
/**
 * Values as a tensor that is uploaded once per run and shared by all its passes and hooks. The array is known by its identity:
 * it must not be changed afterwards.
 */
export function fromConstant(data: Float32Array, shape: readonly number[]): Tensor {
  let key = keys.get(data);
  if (key === undefined) {
    keyCount += 1;
    key = keyCount;
    keys.set(data, key);
  }
  return constantArray(`${key}:${shape.join(',')}`, data, shape);
}

const wholeMasks = new WeakSet<Tensor>();

/**
 * Which rows of a pass `positions` name, as a column [pos, 1] of zeros and ones; null when it names none of them.
 * `skipBos` leaves out position 0 when the sequence begins there with the model's BOS.
 */
export function positionMask(
  context: PassContext,
  positions: Positions,
  options: { readonly skipBos?: boolean } = {},
): Tensor | null {
  const touched = touchedRows(context, positions, options);
  const count = touched.reduce((total, isTouched) => total + isTouched, 0);
  if (count === 0) return null;
  const mask = constantArray(`mask:${touched.join('')}`, touched, [context.length, 1]);
  if (count === context.length) wholeMasks.add(mask);
  return mask;
}

/** True for a mask of `positionMask` that names every row, so that nothing needs to be masked. */
export function isWholeMask(mask: Tensor): boolean {
  return wholeMasks.has(mask);
}

/** `replacement` in the rows that the mask names, `x` elsewhere. */
export function blend(x: Tensor, replacement: Tensor, mask: Tensor): Tensor {
  return isWholeMask(mask)
    ? tf.add(tf.zerosLike(x), replacement)
    : tf.where(tf.greater(mask, constant(0)), replacement, x);
}

/** 0 or 1 for each row of the pass. */
export function touchedRows(
  context: PassContext,
  positions: Positions,
  options: { readonly skipBos?: boolean } = {},
): Float32Array {
  const { offset, length, promptLength, ids, config } = context;
  const chosen = typeof positions === 'string' ? null : new Set(positions);
  return Float32Array.from({ length }, (_, row) => {
    const pos = offset + row;
    if (options.skipBos === true && pos === 0 && config.bosId !== null && ids[0] === config.bosId) return 0;
    if (chosen !== null) return chosen.has(pos) ? 1 : 0;
    return positions === 'all' || (positions === 'prompt') === pos < promptLength ? 1 : 0;
  });
}
