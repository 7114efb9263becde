import { halfValues } from '../lib/half';

/** The three ways in which weights are stored here, by their name in a safetensors header. */
export const FLOAT_DTYPES = { F32: 'float32', F16: 'float16', BF16: 'bfloat16' } as const;
export type FloatDtype = keyof typeof FLOAT_DTYPES;

export function isFloatDtype(dtype: string): dtype is FloatDtype {
  return Object.hasOwn(FLOAT_DTYPES, dtype);
}

/** Copies `bytes` when they don't start at a multiple of `size`, as a typed array needs. Files are little-endian, like every host of today. */
function aligned(bytes: Uint8Array, size: number): Uint8Array {
  return bytes.byteOffset % size === 0 ? bytes : bytes.slice();
}

/** The bits of float16 or bfloat16 numbers. May be a view of `bytes`. */
export function toHalves(bytes: Uint8Array): Uint16Array {
  const source = aligned(bytes, 2);
  return new Uint16Array(source.buffer, source.byteOffset, source.byteLength / 2);
}

/** Reads stored numbers as float32. Every float16 and bfloat16 value has an exact float32. A fresh array, never a view. */
export function toFloat32(bytes: Uint8Array, dtype: FloatDtype): Float32Array {
  if (dtype === 'F32') {
    const copy = bytes.slice();
    return new Float32Array(copy.buffer, copy.byteOffset, copy.byteLength / 4);
  }
  const halves = toHalves(bytes);
  if (dtype === 'BF16') {
    // bfloat16 is the upper half of a float32.
    const words = new Uint32Array(halves.length);
    for (let i = 0; i < halves.length; i += 1) words[i] = (halves[i] ?? 0) << 16;
    return new Float32Array(words.buffer);
  }
  const table = halfValues();
  const out = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i += 1) out[i] = table[halves[i] ?? 0] ?? 0;
  return out;
}
