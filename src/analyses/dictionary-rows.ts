import type { Dictionary } from '../anatomy/dictionary';
import { decodeRows, encodeRows, fromArray } from '../engine';

/** Activations of rows, computed on the backend. @param x [pos, d_in]. @returns [pos, d_sae] */
export async function encodeValues(dictionary: Dictionary, x: Float32Array): Promise<Float32Array> {
  const rows = fromArray(x, [x.length / dictionary.info.dIn, dictionary.info.dIn]);
  const f = encodeRows(dictionary, rows);
  try {
    return (await f.data()) as Float32Array;
  } finally {
    f.dispose();
    rows.dispose();
  }
}

/** Reconstructions from activations, computed on the backend. @param f [pos, d_sae]. @param x [pos, d_in] that they came from. @returns [pos, d_out] */
export async function decodeValues(dictionary: Dictionary, f: Float32Array, x: Float32Array): Promise<Float32Array> {
  const { dIn, dSae } = dictionary.info;
  const rows = fromArray(x, [x.length / dIn, dIn]);
  const activations = fromArray(f, [f.length / dSae, dSae]);
  const decoded = decodeRows(dictionary, activations, rows);
  try {
    return (await decoded.data()) as Float32Array;
  } finally {
    decoded.dispose();
    activations.dispose();
    rows.dispose();
  }
}
