import type { StorageChoice, WeightStorage } from '../anatomy/weights';
import { halfValues, roundToHalf } from '../lib/half';
import type { MatrixSource } from './matrix';

/**
 * float16 as it is computed from here: 1 sign, 5 exponent bits with bias 25, 10 fraction bits; no infinities and no subnormals,
 * only 0. Shifted left by 13 it is the float32 of the same number times 2^-102, so that decoding takes no branch and no subnormal
 * float32, which some processors are slow with and graphics devices may take for 0. Every IEEE float16 of magnitude below 128 has
 * a code, its subnormals too; a matrix with a larger value stays in float32.
 */
export const HALF_FACTOR = 2 ** 102;
const HALF_LIMIT = 128;
/** Exponent of float32 less that of the code. */
const EXPONENT_SHIFT = 102 << 10;

/** The steps of int8 go to both sides of 0: -128 is not used. */
const STEPS = 127;

/** The storage of one matrix. `choice` null: as its file has it, without loss. What the device can't compute from is float32. */
export function storageOf(source: MatrixSource, choice: StorageChoice | null, storages: ReadonlySet<WeightStorage>): WeightStorage {
  const wished = choice === null || (choice === 'float16' && source.format !== 'float32') ? source.format : choice;
  if (wished === 'float32' || !storages.has(wished)) return 'float32';
  if (wished === 'bfloat16') return wished;
  // Numbers that a code can't hold, infinities and NaN among them, are kept as they are.
  return largest(source) < (wished === 'float16' ? HALF_LIMIT : Infinity) ? wished : 'float32';
}

/** The largest |value|; Infinity when one isn't finite, or rounds up to the limit of float16. */
function largest({ data, format }: MatrixSource): number {
  if (format === 'float32') {
    let most = 0;
    for (let i = 0; i < data.length; i += 1) {
      const size = Math.abs(data[i] ?? 0);
      if (!(size < Infinity)) return Infinity;
      if (size > most) most = size;
    }
    const rounded = Float32Array.of(most);
    roundToHalf(rounded);
    return Math.max(most, rounded[0] ?? 0);
  }
  let most = 0; // both formats order like their bits
  for (let i = 0; i < data.length; i += 1) most = Math.max(most, (data[i] ?? 0) & 0x7fff);
  const size = numberOf(most, format);
  return Number.isNaN(size) ? Infinity : size;
}

const word = new Uint32Array(1);
const wordAsFloat = new Float32Array(word.buffer);

function numberOf(bits: number, format: 'float16' | 'bfloat16'): number {
  if (format === 'float16') return halfValues()[bits] ?? 0;
  word[0] = bits << 16;
  return wordAsFloat[0] ?? 0;
}

/** Copies `count` values of an array, `step` apart, as float32. */
export function readValues(
  { data, format }: Pick<MatrixSource, 'data' | 'format'>,
  from: number,
  step: number,
  out: Float32Array,
  count: number,
  at = 0,
): void {
  if (format === 'float32') for (let i = 0; i < count; i += 1) out[at + i] = data[from + i * step] ?? 0;
  else if (format === 'float16') {
    const table = halfValues();
    for (let i = 0; i < count; i += 1) out[at + i] = table[data[from + i * step] ?? 0] ?? 0;
  } else {
    const bits = new Uint32Array(out.buffer, out.byteOffset, out.length);
    for (let i = 0; i < count; i += 1) bits[at + i] = (data[from + i * step] ?? 0) << 16;
  }
}

/** A source in float32, [in, out]. Its own array where that is what it is. */
export function floatsOf(source: MatrixSource): Float32Array {
  const { data, rows, columns, transposed } = source;
  if (!transposed && data instanceof Float32Array) return data;
  const out = new Float32Array(rows * columns);
  if (!transposed) {
    readValues(source, 0, 1, out, out.length);
    return out;
  }
  const block = 32; // rows at a time, so that the cache lines read stay at hand
  for (let first = 0; first < rows; first += block)
    for (let column = 0; column < columns; column += 1) {
      const end = Math.min(rows, first + block);
      for (let row = first; row < end; row += 1) out[row * columns + column] = data[column * rows + row] ?? 0;
    }
  if (source.format === 'float32') return out;
  return decodedInPlace(out, source.format);
}

/** Bits that stand as numbers in a float32 array, as the numbers that they mean. */
function decodedInPlace(out: Float32Array, format: 'float16' | 'bfloat16'): Float32Array {
  for (let i = 0; i < out.length; i += 1) out[i] = numberOf(out[i] ?? 0, format);
  return out;
}

/** The scale of each column: its largest |value| over 127, in float32. A column of zeros has 0. */
export function columnScales(source: MatrixSource): Float32Array {
  const { rows, columns, transposed } = source;
  const most = new Float32Array(columns);
  const line = new Float32Array(transposed ? rows : columns);
  for (let start = 0; start < rows * columns; start += line.length) {
    readValues(source, start, 1, line, line.length);
    if (transposed) most[start / rows] = line.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
    else for (let column = 0; column < columns; column += 1) most[column] = Math.max(most[column] ?? 0, Math.abs(line[column] ?? 0));
  }
  return most.map((value) => value / STEPS);
}

/** The step nearest to a value. */
export function stepOf(value: number, scale: number): number {
  return scale === 0 ? 0 : Math.max(-STEPS, Math.min(STEPS, Math.round(value / scale)));
}

/** Values as float16 codes. They are rounded in place to what the codes mean. */
export function toHalfCodes(values: Float32Array, out: Uint16Array, at: number): void {
  roundToHalf(values);
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < values.length; i += 1) {
    const word = bits[i] ?? 0;
    const size = word & 0x7fffffff;
    out[at + i] = ((word >>> 16) & 0x8000) | (size === 0 ? 0 : (size >>> 13) - EXPONENT_SHIFT);
  }
}

/** The number that a float16 code stands for. */
export function fromHalfCode(code: number): number {
  word[0] = ((code & 0x8000) << 16) | ((code & 0x7fff) << 13);
  return (wordAsFloat[0] ?? 0) * HALF_FACTOR;
}

/** The upper halves of float32 values that came from bfloat16, which are those bits again. */
export function toUpperHalves(values: Float32Array, out: Uint16Array, at: number): void {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < values.length; i += 1) out[at + i] = (bits[i] ?? 0) >>> 16;
}

/** The number whose upper half these bits are. */
export function fromUpperHalf(bits: number): number {
  return numberOf(bits, 'bfloat16');
}
