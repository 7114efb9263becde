import { dispose, tensor } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Dictionary } from '../anatomy/dictionary';
import { abortError } from '../lib/errors';
import { decodeRows, encodeRows } from './dictionary';

/** Some of the rows, on the host. */
export interface CodedRows {
  /** Position of the first. */
  readonly first: number;
  readonly count: number;
  /** [count, d_sae] */
  readonly f: Float32Array;
  /** [count, d_out] */
  readonly xHat: Float32Array;
}

/** Activations of one batch of rows, in bytes: wide dictionaries are coded a few rows at a time. */
const BATCH_BYTES = 32 * 2 ** 20;

/**
 * Encodes and decodes rows on the backend and hands both back in batches, first to last. Leaves no tensor behind but the
 * dictionary's own.
 *
 * @param x [pos, d_in]
 * @throws AbortError between batches, UserError 'too-large' when the device has no room for the weights.
 */
export async function codeRows(dictionary: Dictionary, x: Float32Array, signal: AbortSignal, visit: (rows: CodedRows) => void): Promise<void> {
  const { dIn, dSae } = dictionary.info;
  const nPos = x.length / dIn;
  const most = Math.max(1, Math.floor(BATCH_BYTES / (4 * dSae)));
  for (let first = 0; first < nPos; first += most) {
    if (signal.aborted) throw abortError();
    const count = Math.min(most, nPos - first);
    const made: Tensor[] = [];
    const keep = (one: Tensor): Tensor => {
      made.push(one);
      return one;
    };
    try {
      const rows = keep(tensor(x.slice(first * dIn, (first + count) * dIn), [count, dIn], 'float32'));
      const f = keep(encodeRows(dictionary, rows));
      const xHat = keep(decodeRows(dictionary, f, rows));
      const [read, reconstructed] = await Promise.all([f.data(), xHat.data()]);
      visit({ first, count, f: read as Float32Array, xHat: reconstructed as Float32Array });
    } finally {
      dispose(made);
    }
  }
}
