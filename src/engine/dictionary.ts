import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { Dictionary, DictionarySpec } from '../anatomy/dictionary';
import { UserError } from '../lib/errors';
import { constant } from './constants';
import { isMemoryFull } from './host-memory';
import { kthLargest } from './kth-largest';

/**
 * A dictionary on tensors: the formulas of SAELens v6, as in `src/dictionaries/encode.ts` and `decode.ts`, which are the
 * reference. Its weights stay on the backend from the first use until `releaseDictionary`. Nothing is read back.
 */
interface Kept {
  /** The backend that they lie on: after a loss there is another one. */
  readonly backend: object;
  /** [d_in, d_sae] */
  readonly W_enc: Tensor;
  /** [1, d_sae] */
  readonly b_enc: Tensor;
  /** [d_sae, d_out] */
  readonly W_dec: Tensor;
  /** [1, d_out] */
  readonly b_dec: Tensor;
  /** [1, d_sae] each, where the encoder has them. */
  readonly threshold: Tensor | null;
  readonly b_mag: Tensor | null;
  /** exp(r_mag) */
  readonly gain: Tensor | null;
  readonly scalingFactor: Tensor | null;
  /** ‖W_dec[i]‖, where activations are rescaled by it. */
  readonly norms: Tensor | null;
  /** [d_out, d_in] */
  readonly W_skip: Tensor | null;
}

const kept = new WeakMap<Dictionary, Kept>();

/**
 * Feature activations of rows.
 *
 * @param x [pos, d_in]
 * @returns [pos, d_sae]
 * @throws UserError 'too-large' when the device has no room for the weights.
 */
export function encodeRows(dictionary: Dictionary, x: Tensor): Tensor {
  const { spec } = dictionary.info;
  const weights = tensorsOf(dictionary);
  return tf.tidy(() => {
    const { values } = normalizeRows(spec, x); // [pos, d_in]
    const input = spec.applyBDecToInput ? tf.sub(values, weights.b_dec) : values; // [pos, d_in]
    const product = tf.matMul(input as Tensor2D, weights.W_enc as Tensor2D); // [pos, d_sae]
    const f = activations(spec, product, weights); // [pos, d_sae]
    return weights.scalingFactor === null ? f : tf.mul(f, weights.scalingFactor);
  });
}

/**
 * The reconstruction of rows from activations, which may have been edited.
 *
 * @param f [pos, d_sae]
 * @param x [pos, d_in] that f came from: normalisation is undone with its statistics, and a skip transcoder reads it.
 * @returns [pos, d_out]
 */
export function decodeRows(dictionary: Dictionary, f: Tensor, x: Tensor): Tensor {
  const { spec } = dictionary.info;
  const weights = tensorsOf(dictionary);
  return tf.tidy(() => {
    const plainF = weights.norms === null ? f : tf.div(f, weights.norms); // [pos, d_sae]
    const y = tf.add(tf.matMul(plainF as Tensor2D, weights.W_dec as Tensor2D), weights.b_dec); // [pos, d_out]
    const { plain, scale, shift } = normalizeRows(spec, x);
    const scaled = scale === null ? y : tf.mul(y, scale); // [pos, d_out]
    const moved = shift === null ? scaled : tf.add(scaled, shift); // [pos, d_out]
    if (weights.W_skip === null) return moved;
    return tf.add(moved, tf.matMul(plain as Tensor2D, weights.W_skip as Tensor2D, false, true));
  });
}

/** Gives back what a backend keeps of a dictionary. It comes again when it is used again. */
export function releaseDictionary(dictionary: Dictionary): void {
  const known = kept.get(dictionary);
  kept.delete(dictionary);
  if (known !== undefined) disposeKept(known);
}

/** What a dictionary does to its input, row by row, and what undoes it: x̂ = y · scale + shift. Null: 1 and 0. */
export interface NormalizedRows {
  /** [pos, d_in], before b_dec is subtracted. */
  readonly values: Tensor;
  /** [pos, d_in]: centred where the dictionary says so, otherwise as it came. */
  readonly plain: Tensor;
  /** [pos, 1] each. */
  readonly scale: Tensor | null;
  readonly shift: Tensor | null;
}

/** SAELens adds it to the standard deviation itself, not under the root. */
const LAYER_NORM_EPS = 1e-5;

/** @param x [pos, d_in] */
export function normalizeRows(spec: DictionarySpec, x: Tensor): NormalizedRows {
  const isTranscoder = spec.hookName !== spec.hookNameOut;
  const d = x.shape[1] ?? 1;
  let plain = x;
  let shift: Tensor | null = null;
  if (spec.centerInput) {
    const mean = tf.mean(x, -1, true); // [pos, 1]
    plain = tf.sub(x, mean);
    if (!isTranscoder) shift = mean;
  }
  if (spec.normalizeActivations === 'constant_norm_rescale') {
    const norm = tf.sqrt(tf.sum(tf.square(plain), -1, true)); // [pos, 1]
    // A row of zeros has no direction to rescale: its factor is 1.
    const isZero = tf.cast(tf.equal(norm, constant(0)), 'float32');
    const relative = tf.add(tf.div(norm, constant(Math.sqrt(d))), isZero); // [pos, 1]
    return { values: tf.div(plain, relative), plain, scale: isTranscoder ? null : relative, shift };
  }
  if (spec.normalizeActivations === 'layer_norm') {
    const mean = tf.mean(plain, -1, true); // [pos, 1]
    const centred = tf.sub(plain, mean);
    const std = tf.sqrt(tf.div(tf.sum(tf.square(centred), -1, true), constant(d - 1))); // [pos, 1], unbiased
    const values = tf.div(centred, tf.add(std, constant(LAYER_NORM_EPS)));
    if (isTranscoder) return { values, plain, scale: null, shift: null };
    return { values, plain, scale: std, shift: shift === null ? mean : tf.add(shift, mean) };
  }
  return { values: plain, plain, scale: null, shift };
}

/** What an elementwise encoder's activation needs besides the product; [1, n] each, of all features or of some. */
export type EncoderTensors = Pick<Kept, 'b_enc' | 'threshold' | 'b_mag' | 'gain'>;

/**
 * Activations from the product of input and encoder, for encoders that treat each feature by itself.
 *
 * @param product [pos, n]
 */
export function activateEach(encoder: 'standard' | 'jumprelu' | 'gated', product: Tensor, { b_enc, threshold, b_mag, gain }: EncoderTensors): Tensor {
  const pre = tf.add(product, b_enc); // [pos, n]
  if (encoder === 'standard') return tf.relu(pre);
  if (encoder === 'jumprelu') {
    const isOn = tf.greater(pre, threshold ?? constant(0));
    return tf.mul(tf.relu(pre), tf.cast(isOn, 'float32'));
  }
  const scaled = gain === null ? product : tf.mul(product, gain);
  const magnitude = tf.relu(b_mag === null ? scaled : tf.add(scaled, b_mag));
  return tf.mul(magnitude, tf.cast(tf.greater(pre, constant(0)), 'float32'));
}

function activations(spec: DictionarySpec, product: Tensor, weights: Kept): Tensor {
  if (spec.encoder !== 'topk') return activateEach(spec.encoder, product, weights);
  const pre = tf.add(product, weights.b_enc); // [pos, d_sae]
  return topK(weights.norms === null ? pre : tf.mul(pre, weights.norms), spec.k ?? 0);
}

/**
 * Keeps the k largest values of each row and clips at zero: with fewer than k positive ones, fewer stay. Of equal values those
 * with lower indices go first.
 */
function topK(x: Tensor, k: number): Tensor {
  const n = x.shape[1] ?? 0;
  if (k <= 0) return tf.zerosLike(x);
  if (k >= n) return tf.relu(x);
  const { above, atBorder } = kthLargest(x, k);
  const room = tf.sub(constant(k), tf.sum(above, -1, true)); // [pos, 1]
  const rank = tf.cumsum(atBorder, 1); // [pos, d_sae], from 1; the axis by its number: tfjs takes -1 here and reads beyond its memory
  const isFirst = tf.mul(atBorder, tf.cast(tf.lessEqual(rank, room), 'float32'));
  return tf.mul(tf.relu(x), tf.add(above, isFirst));
}

function tensorsOf(dictionary: Dictionary): Kept {
  const known = kept.get(dictionary);
  const backend = tf.backend();
  if (known !== undefined && known.backend === backend) return known;
  releaseDictionary(dictionary);
  const made = upload(dictionary, backend);
  kept.set(dictionary, made);
  return made;
}

function upload({ info, weights }: Dictionary, backend: object): Kept {
  const { dIn, dOut, dSae, spec } = info;
  const made: Tensor[] = [];
  const put = (data: Float32Array, shape: [number, number]): Tensor => {
    const x = tf.keep(tf.tensor(data, shape, 'float32'));
    made.push(x);
    return x;
  };
  const perFeature = (data: Float32Array | null) => (data === null ? null : put(data, [1, dSae]));
  try {
    return {
      backend,
      W_enc: put(weights.W_enc, [dIn, dSae]),
      b_enc: put(weights.b_enc, [1, dSae]),
      W_dec: put(weights.W_dec, [dSae, dOut]),
      b_dec: put(weights.b_dec, [1, dOut]),
      threshold: perFeature(weights.threshold),
      b_mag: perFeature(weights.gated?.b_mag ?? null),
      gain: perFeature(weights.gated?.r_mag.map(Math.exp) ?? null),
      scalingFactor: perFeature(weights.scalingFactor),
      norms: spec.encoder === 'topk' && spec.rescaleActsByDecoderNorm ? perFeature(rowNorms(weights.W_dec, dSae)) : null,
      W_skip: weights.W_skip === null ? null : put(weights.W_skip, [dOut, dIn]),
    };
  } catch (error) {
    for (const x of made) x.dispose();
    if (isMemoryFull(error)) throw new UserError('too-large', `there is no memory left for the dictionary ${info.name}. Close another one, or take a smaller one.`);
    throw error;
  }
}

function disposeKept(weights: Kept): void {
  for (const x of Object.values(weights)) if (x instanceof tf.Tensor) x.dispose();
}

/** ‖W[i]‖ of each row. */
function rowNorms(W: Float32Array, rows: number): Float32Array {
  const width = W.length / rows;
  return Float32Array.from({ length: rows }, (_, row) => Math.sqrt(W.subarray(row * width, (row + 1) * width).reduce((sum, value) => sum + value * value, 0)));
}
