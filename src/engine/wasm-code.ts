/**
 * Instructions and modules of WebAssembly as bytes: https://webassembly.github.io/spec/core/binary/
 * The few functions that need SIMD are written with these, which spares the build a compiler.
 */
export const I32 = 0x7f;
export const V128 = 0x7b;
const VOID = 0x40;
const LOOP = 0x03;
const IF = 0x04;
const END = 0x0b;
const FUNCTION = 0x60;

/** Unsigned LEB128. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

/** Signed LEB128 of a 32-bit number. */
function signed(value: number): number[] {
  const low = value & 0x7f;
  const rest = value >> 7;
  const isLast = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
  return isLast ? [low] : [low | 0x80, ...signed(rest)];
}

const vector = (items: readonly (readonly number[])[]): number[] => [...unsigned(items.length), ...items.flat()];
const text = (value: string): number[] => vector([...new TextEncoder().encode(value)].map((byte) => [byte]));
const section = (id: number, content: readonly number[]): number[] => [id, ...unsigned(content.length), ...content];
const simd = (code: number): number[] => [0xfd, ...unsigned(code)];

export const get = (local: number): number[] => [0x20, ...unsigned(local)];
export const set = (local: number): number[] => [0x21, ...unsigned(local)];
export const constant = (value: number): number[] => [0x41, ...signed(value)];
export const add: readonly number[] = [0x6a];
export const subtract: readonly number[] = [0x6b];
export const multiply: readonly number[] = [0x6c];
export const and: readonly number[] = [0x71];
export const shiftRight: readonly number[] = [0x76];
/** Does the body while the condition, computed at its end, is not 0. */
export const loop = (body: readonly number[], condition: readonly number[]): number[] => [LOOP, VOID, ...body, ...condition, 0x0d, 0, END];
export const when = (condition: readonly number[], body: readonly number[]): number[] => [...condition, IF, VOID, ...body, END];
/** local += bytes */
export const advance = (local: number, bytes: number): number[] => [...get(local), ...constant(bytes), ...add, ...set(local)];

/** Loads from an address on the stack, plus an offset in bytes. No alignment is promised. */
const load = (code: number) => (offset: number): number[] => [...simd(code), 0, ...unsigned(offset)];
export const loadVector = load(0x00);
/** Eight signed bytes as 16-bit lanes. */
export const loadBytes = load(0x01);
/** One float32 in all four lanes. */
export const loadSplat = load(0x09);
export const storeVector = load(0x0b);
export const splat16 = simd(0x10);
export const splatInt = simd(0x11);
export const andVectors = simd(0x4e);
/** Of 16-bit lanes; the right one is by the sign. */
export const shiftLeft16 = simd(0x8b);
export const shiftRight16 = simd(0x8c);
/** 16-bit lanes of two vectors in turn, the first one's below: of their lower halves, or of their upper. */
const interleave = (first: number): number[] => [0, 2, 4, 6].flatMap((byte) => [first + byte, first + byte + 1, first + byte + 16, first + byte + 17]);
export const interleaveLow16 = [...simd(0x0d), ...interleave(0)];
export const interleaveHigh16 = [...simd(0x0d), ...interleave(8)];
export const extendLow16 = simd(0xa7);
export const extendHigh16 = simd(0xa8);
export const intsToFloats = simd(0xfa);
export const addVectors = simd(0xe4);
export const multiplyVectors = simd(0xe6);

export interface WasmFunction {
  readonly name: string;
  /** All i32; they are the first locals. */
  readonly parameters: number;
  readonly ints: number;
  readonly vectors: number;
  readonly body: readonly number[];
}

/** A module of functions without results over an imported memory `env.memory`. */
export function moduleOf(functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ parameters }) => [FUNCTION, ...vector(Array.from({ length: parameters }, () => [I32])), ...vector([])]);
  const codes = functions.map(({ ints, vectors, body }) => {
    const code = [...vector([[...unsigned(ints), I32], [...unsigned(vectors), V128]]), ...body, END];
    return [...unsigned(code.length), ...code];
  });
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, vector(types)),
    ...section(2, vector([[...text('env'), ...text('memory'), 0x02, 0x00, 0]])),
    ...section(3, vector(functions.map((_, index) => unsigned(index)))),
    ...section(7, vector(functions.map(({ name }, index) => [...text(name), 0x00, ...unsigned(index)]))),
    ...section(10, vector(codes)),
  ]);
}
