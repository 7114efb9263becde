import { decoderRow } from '../../anatomy/decoder-row';
import { namedArray, type NamedArray } from '../../anatomy/named-array';
import { abortError, UserError } from '../../lib/errors';
import { at } from '../../lib/assert';
import type { ParamValues } from '../../lib/params';
import type { AnalysisInput } from '../types';
import type { params as settings } from './index';

export type DecoderLogits = {
  /** Token ids with the highest entries of W_dec[feature] · W_U, highest first, and the entries. [item] */
  readonly topIds: NamedArray;
  readonly topValues: NamedArray;
  /** The lowest ones, lowest first. */
  readonly bottomIds: NamedArray;
  readonly bottomValues: NamedArray;
  /** Middle of each bin and how many tokens lie in it. */
  readonly binValues: NamedArray;
  readonly binHeights: NamedArray;
};

/** Columns of W_U fetched at a time: all of a large vocabulary would not fit twice. */
const CHUNK = 2048;
const BINS = 50;

/** @throws UserError when the dictionary isn't open or writes elsewhere than into the stream; AbortError. */
export async function compute(
  { config, dictionary: open, unembedding, signal }: Pick<AnalysisInput, 'config' | 'dictionary' | 'unembedding' | 'signal'>,
  { dictionary: id, feature, top }: ParamValues<typeof settings>,
): Promise<DecoderLogits> {
  const dictionary = open?.(id);
  if (dictionary === undefined || unembedding === undefined) throw new UserError('no-dictionaries', 'dictionaries can’t be opened here.');
  const { dOut, spec } = dictionary.info;
  if (dOut !== config.dModel)
    throw new UserError('not-in-stream', `this dictionary writes ${dOut} numbers at ${spec.hookNameOut}, not into the residual stream of ${config.dModel}: its rows have no product with W_U.`);
  const row = decoderRow(dictionary, feature);
  const logits = new Float32Array(config.dVocab);
  for (let first = 0; first < config.dVocab; first += CHUNK) {
    if (signal.aborted) throw abortError();
    const ids = Array.from({ length: Math.min(CHUNK, config.dVocab - first) }, (_, i) => first + i);
    for (const [i, column] of (await unembedding(ids)).entries()) logits[first + i] = dot(row, column);
  }
  const order = [...logits.keys()].sort((a, b) => at(logits, b) - at(logits, a) || a - b);
  const highest = order.slice(0, top);
  const lowest = order.slice(-top).reverse();
  const items = (values: readonly number[]): NamedArray => namedArray(['item'], [values.length], Float32Array.from(values));
  const { values, heights } = histogram(logits);
  return {
    topIds: items(highest),
    topValues: items(highest.map((token) => at(logits, token))),
    bottomIds: items(lowest),
    bottomValues: items(lowest.map((token) => at(logits, token))),
    binValues: items(values),
    binHeights: items(heights),
  };
}

/** Added up in double precision. */
function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

function histogram(logits: Float32Array): { values: number[]; heights: number[] } {
  let [low, high] = [Infinity, -Infinity];
  for (const value of logits) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const width = (high - low) / BINS;
  const heights = new Array<number>(BINS).fill(0);
  for (const value of logits) {
    const bin = width > 0 ? Math.min(BINS - 1, Math.floor((value - low) / width)) : 0;
    heights[bin] = (heights[bin] ?? 0) + 1;
  }
  return { values: heights.map((_, bin) => low + (bin + 0.5) * width), heights };
}
