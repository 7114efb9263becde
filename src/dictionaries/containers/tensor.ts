import { UserError } from '../../lib/errors';
import { toFloat32 } from '../../models/floats';

/** Number types of stored tensors, as people call them, and bytes of one number. */
export const DTYPES = {
  float64: 8, float32: 4, float16: 2, bfloat16: 2, int64: 8, int32: 4, int16: 2, int8: 1, uint8: 1, bool: 1,
} as const;
export type TensorDtype = keyof typeof DTYPES;

/** A stored array. Nothing of it is read before `values` is asked for. */
export interface Tensor {
  readonly name: string;
  /** The file that holds it, for messages. */
  readonly file: string;
  readonly dtype: TensorDtype;
  readonly shape: readonly number[];
  /** Its numbers as float32, row-major, in an array that nobody else has. @throws UserError where the file can't be read or lies. */
  values(): Promise<Float32Array>;
  /** Rows `from` to `to` of its first axis, where they can be read alone; null where the file doesn't lie so. */
  readonly rows: ((from: number, to: number) => Promise<Float32Array>) | null;
}

/** How many numbers a tensor has. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/** Stored numbers, little-endian and contiguous, as float32. A fresh array. */
export function numbersOf(bytes: Uint8Array, dtype: TensorDtype): Float32Array {
  switch (dtype) {
    case 'float32':
      return toFloat32(bytes, 'F32');
    case 'float16':
      return toFloat32(bytes, 'F16');
    case 'bfloat16':
      return toFloat32(bytes, 'BF16');
    case 'int8':
      return new Float32Array(new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    case 'uint8':
    case 'bool':
      return new Float32Array(bytes);
    default:
      return wide(bytes, dtype);
  }
}

function wide(bytes: Uint8Array, dtype: 'float64' | 'int64' | 'int32' | 'int16'): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const step = DTYPES[dtype];
  const out = new Float32Array(Math.floor(bytes.byteLength / step));
  for (let i = 0; i < out.length; i += 1) {
    if (dtype === 'float64') out[i] = view.getFloat64(i * step, true);
    else if (dtype === 'int64') out[i] = Number(view.getBigInt64(i * step, true));
    else if (dtype === 'int32') out[i] = view.getInt32(i * step, true);
    else out[i] = view.getInt16(i * step, true);
  }
  return out;
}

/** [rows, columns] → [columns, rows], in tiles so that both sides stay in the cache. */
export function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  const TILE = 32;
  const out = new Float32Array(values.length);
  for (let row0 = 0; row0 < rows; row0 += TILE)
    for (let column0 = 0; column0 < columns; column0 += TILE)
      for (let row = row0; row < Math.min(row0 + TILE, rows); row += 1)
        for (let column = column0; column < Math.min(column0 + TILE, columns); column += 1)
          out[column * rows + row] = values[row * columns + column] ?? 0;
  return out;
}

/** Part of a file. @throws UserError `unreadable` when the file is gone, `truncated` when it is shorter than it should be. */
export async function readPart(blob: Blob, from: number, to: number, file: string): Promise<Uint8Array> {
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(await blob.slice(from, to).arrayBuffer());
  } catch {
    throw new UserError('unreadable', `${file} can't be read any more: it was moved, changed or deleted since. Open the dictionary again.`);
  }
  if (bytes.length !== to - from) throw new UserError('truncated', `${file} is cut off: bytes ${from} to ${to} were expected, ${blob.size} are there. Get the file again from where it came.`);
  return bytes;
}
