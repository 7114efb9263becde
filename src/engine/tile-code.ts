import { VALUE_BYTES } from '../anatomy/weights';
import type { WeightStorage } from '../anatomy/weights';
import {
  add,
  addVectors,
  advance,
  and,
  andVectors,
  constant,
  extendHigh16,
  extendLow16,
  get,
  interleaveHigh16,
  interleaveLow16,
  intsToFloats,
  loadBytes,
  loadSplat,
  loadVector,
  loop,
  moduleOf,
  multiply,
  multiplyVectors,
  set,
  shiftLeft16,
  shiftRight,
  shiftRight16,
  splat16,
  splatInt,
  storeVector,
  subtract,
  when,
} from './wasm-code';
import type { WasmFunction } from './wasm-code';

/**
 * Products of a few rows with panels of a matrix, as WebAssembly SIMD over the memory of tfjs's wasm backend.
 *
 * A matrix [in, out] lies in panels of eight columns, each [in, 8]: what a product reads lies in a row, whichever columns it is
 * about. Sums begin with what is in y and go on in the order of the rows of W, whatever stands beside them.
 */
export const PANEL = 8;
const LANES = 4;
const FLOAT_BYTES = 4;
const VECTOR_BYTES = 16;
/** Steps of the inner loop that are written out. */
const UNROLLED = 4;
/** The upper half of a float32 that has a float16 code's sign, exponent and upper fraction. */
const UPPER_MASK = 0x8fff;
/** 2^102 as a float32. */
const HALF_FACTOR_BITS = (102 + 127) << 23;

export const STORAGES = Object.keys(VALUE_BYTES) as WeightStorage[];

/**
 * Tile by tile: `y[row, panel] += x[row] @ W[panel]`, for the rows and panels in its name. Addresses and steps in bytes; from one
 * tile to the next x, W and y advance by their steps. float16 codes count 2^-102 times their number, int8 steps as they are.
 */
export type Tile = (
  x: number,
  xStride: number,
  w: number,
  y: number,
  yStride: number,
  depth: number,
  tiles: number,
  xStep: number,
  wStep: number,
  yStep: number,
) => void;

/**
 * Rows and panels of the tiles that there are. Eight sums at a time keep the adder busy without leaving the registers; more than
 * two rows would pay too often for unpacking the same weights, so that theirs are float32.
 */
const FEW_ROWS = [[1, 4], [1, 1], [2, 2], [2, 1]] as const;
const MORE_ROWS = [[3, 1], [4, 1]] as const;
export const tilesOf = (storage: WeightStorage): readonly (readonly [number, number])[] => (storage === 'float32' ? [...FEW_ROWS, ...MORE_ROWS] : FEW_ROWS);

export const tileName = (storage: WeightStorage, rows: number, panels: number): string => `${storage} ${rows} ${panels}`;
export const unpackName = (storage: WeightStorage): string => `unpack ${storage}`;

/** The module, to be given the memory. */
export function tileModule(): Uint8Array<ArrayBuffer> {
  return moduleOf(STORAGES.flatMap((storage) => [...tilesOf(storage).map(([rows, panels]) => tile(storage, rows, panels)), unpack(storage)]));
}

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

interface Vectors {
  readonly low: number;
  readonly high: number;
  readonly spare: number;
  /** `maskOf` the storage, in every 16-bit lane. */
  readonly mask: number;
}

const maskOf = (storage: WeightStorage): number => (storage === 'float16' ? UPPER_MASK : 0);
/** Sets the mask. */
const prepare = (storage: WeightStorage, { mask }: Vectors): number[] => [...constant(maskOf(storage)), ...splat16, ...set(mask)];

/** Eight weights, at the address in a local plus an offset, as two vectors of floats. */
function loadEight(storage: WeightStorage, address: number, offset: number, { low, high, spare, mask }: Vectors): number[] {
  switch (storage) {
    case 'float32':
      return [low, high].flatMap((to, half) => [...get(address), ...loadVector(offset + half * VECTOR_BYTES), ...set(to)]);
    case 'float16':
      return [
        ...[...get(address), ...loadVector(offset), ...set(high)],
        ...[...get(high), ...constant(3), ...shiftRight16, ...get(mask), ...andVectors, ...set(spare)], // upper halves
        ...[...get(high), ...constant(13), ...shiftLeft16, ...set(high)], // lower halves
        ...[...get(high), ...get(spare), ...interleaveLow16, ...set(low)],
        ...[...get(high), ...get(spare), ...interleaveHigh16, ...set(high)],
      ];
    case 'bfloat16':
      return [
        ...[...get(address), ...loadVector(offset), ...set(high)],
        ...[...get(mask), ...get(high), ...interleaveLow16, ...set(low)], // zeros below
        ...[...get(mask), ...get(high), ...interleaveHigh16, ...set(high)],
      ];
    case 'int8':
      return [
        ...[...get(address), ...loadBytes(offset), ...set(high)],
        ...[...get(high), ...extendLow16, ...intsToFloats, ...set(low)],
        ...[...get(high), ...extendHigh16, ...intsToFloats, ...set(high)],
      ];
  }
}

function tile(storage: WeightStorage, rows: number, panels: number): WasmFunction {
  const [x, xStride, w, y, yStride, depth, tiles, xStep, wStep, yStep] = range(10) as [number, number, number, number, number, number, number, number, number, number];
  const parameters = 10;
  const left = parameters;
  const panelBytes = left + 1;
  const xAt = (row: number) => panelBytes + 1 + row;
  const wAt = (panel: number) => xAt(rows) + panel;
  const yAt = (row: number) => wAt(panels) + row;
  const ints = 2 + 2 * rows + panels;
  const vectors = parameters + ints;
  const sum = (row: number, panel: number, half: number) => vectors + (row * panels + panel) * 2 + half;
  const factor = (row: number) => vectors + 2 * rows * panels + row;
  const weights: Vectors = { low: factor(rows), high: factor(rows) + 1, spare: factor(rows) + 2, mask: factor(rows) + 3 };
  const rowBytes = PANEL * VALUE_BYTES[storage];
  const sums = range(rows).flatMap((row) => range(panels).flatMap((panel) => [0, 1].map((half) => ({ row, panel, half }))));

  const step = (i: number) => [
    ...range(rows).flatMap((row) => [...get(xAt(row)), ...loadSplat(i * FLOAT_BYTES), ...set(factor(row))]),
    ...range(panels).flatMap((panel) => [
      ...loadEight(storage, wAt(panel), i * rowBytes, weights),
      ...range(rows).flatMap((row) =>
        [weights.low, weights.high].flatMap((weight, half) => [
          ...[...get(sum(row, panel, half)), ...get(factor(row)), ...get(weight)],
          ...[...multiplyVectors, ...addVectors, ...set(sum(row, panel, half))],
        ]),
      ),
    ]),
  ];
  const steps = (count: number) =>
    loop(
      [
        ...range(count).flatMap(step),
        ...range(rows).flatMap((row) => advance(xAt(row), count * FLOAT_BYTES)),
        ...range(panels).flatMap((panel) => advance(wAt(panel), count * rowBytes)),
        ...advance(left, -1),
      ],
      get(left),
    );
  const spaced = (first: readonly number[], stride: number, local: (index: number) => number, count: number) => [
    ...[...first, ...set(local(0))],
    ...range(count - 1).flatMap((index) => [...get(local(index)), ...get(stride), ...add, ...set(local(index + 1))]),
  ];
  const place = ({ panel, half }: { panel: number; half: number }) => (panel * 2 + half) * VECTOR_BYTES;
  const one = [
    ...spaced(get(x), xStride, xAt, rows),
    ...spaced(get(w), panelBytes, wAt, panels),
    ...spaced(get(y), yStride, yAt, rows),
    ...sums.flatMap((at) => [...get(yAt(at.row)), ...loadVector(place(at)), ...set(sum(at.row, at.panel, at.half))]),
    ...[...get(depth), ...constant(Math.log2(UNROLLED)), ...shiftRight, ...set(left)],
    ...when(get(left), steps(UNROLLED)),
    ...[...get(depth), ...constant(UNROLLED - 1), ...and, ...set(left)],
    ...when(get(left), steps(1)),
    ...sums.flatMap((at) => [...get(yAt(at.row)), ...get(sum(at.row, at.panel, at.half)), ...storeVector(place(at))]),
    ...[[x, xStep] as const, [w, wStep] as const, [y, yStep] as const].flatMap(([local, by]) => [...get(local), ...get(by), ...add, ...set(local)]),
    ...[...get(tiles), ...constant(1), ...subtract, ...set(tiles)],
  ];
  const body = [
    ...[...get(depth), ...constant(rowBytes), ...multiply, ...set(panelBytes)],
    ...prepare(storage, weights),
    ...when(get(tiles), loop(one, get(tiles))),
  ];
  return { name: tileName(storage, rows, panels), parameters, ints, vectors: 2 * rows * panels + rows + 4, body };
}

/** (w, out, rows): rows of a panel as float32. float16 codes as the numbers that they stand for, int8 steps as they are. */
function unpack(storage: WeightStorage): WasmFunction {
  const [w, out, rows] = [0, 1, 2];
  const weights: Vectors = { low: 3, high: 4, spare: 5, mask: 6 };
  const factor = storage === 'float16' ? [...constant(HALF_FACTOR_BITS), ...splatInt, ...multiplyVectors] : [];
  const one = [
    ...loadEight(storage, w, 0, weights),
    ...[...get(out), ...get(weights.low), ...factor, ...storeVector(0)],
    ...[...get(out), ...get(weights.high), ...factor, ...storeVector(VECTOR_BYTES)],
    ...advance(w, PANEL * VALUE_BYTES[storage]),
    ...advance(out, (PANEL / LANES) * VECTOR_BYTES),
    ...advance(rows, -1),
  ];
  const body = [...prepare(storage, weights), ...when(get(rows), loop(one, get(rows)))];
  return { name: unpackName(storage), parameters: 3, ints: 0, vectors: 4, body };
}
