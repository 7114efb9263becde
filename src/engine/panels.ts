import { tensor } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { VALUE_BYTES } from '../anatomy/weights';
import type { WeightStorage } from '../anatomy/weights';
import { at, must } from '../lib/assert';
import { columnScales, fromHalfCode, fromUpperHalf, HALF_FACTOR, readValues, stepOf, toHalfCodes, toUpperHalves } from './codes';
import type { Matrix, MatrixKeeper, MatrixSource } from './matrix';
import { PANEL, STORAGES, tileModule, tileName, unpackName } from './tile-code';
import type { Tile } from './tile-code';

/** The heap of tfjs's wasm backend. */
export interface WasmHeap {
  readonly memory: WebAssembly.Memory;
  /** A new tensor with whatever was in its memory. */
  allocate(shape: readonly number[], dtype?: 'float32' | 'int32'): Tensor;
  /** In bytes. Any allocation may make the heap's buffer a new one, but nothing in it moves. */
  address(x: Tensor): number;
}

const FLOAT_BYTES = 4;
const PANEL_BYTES = PANEL * FLOAT_BYTES;
/** Rows from which it pays to unpack a panel once for all of them (measured: from three on). */
const UNPACKED_FROM = 3;
/** Larger factors than this could leave the range of float32 when a float16 code's is put on them. */
const LARGEST_FACTOR = 2 ** 24;

/** Matrices in panels on the heap, multiplied by our own functions; null where the engine has no SIMD. */
export function panelKeeper(heap: WasmHeap): MatrixKeeper | null {
  const bytes = tileModule();
  if (!WebAssembly.validate(bytes)) return null;
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory: heap.memory } });
  return { storages: new Set(STORAGES), keep: (source, storage) => keepPanels(heap, exports, source, storage) };
}

function keepPanels(heap: WasmHeap, exports: WebAssembly.Exports, source: MatrixSource, storage: WeightStorage): Matrix {
  const { rows: depth, columns } = source;
  const panels = Math.ceil(columns / PANEL);
  const size = VALUE_BYTES[storage];
  const panelBytes = depth * PANEL * size;
  const stored = heap.allocate([Math.ceil((panels * panelBytes) / FLOAT_BYTES)], 'int32');
  const scales = storage === 'int8' ? columnScales(source) : null;
  fillPanels(source, storage, scales, codesOf(heap, stored, storage));

  const whole = Math.floor(columns / PANEL);
  const tile = (kind: WeightStorage, rows: number, wide: number) => exports[tileName(kind, rows, wide)] as Tile;
  const unpack = exports[unpackName(storage)] as (w: number, out: number, rows: number) => void;
  const floatsAt = (x: Tensor) => new Float32Array(heap.memory.buffer, heap.address(x), x.size);

  /** One panel after the other in float32, times all rows. */
  function eachUnpacked(n: number, x: number, first: number, count: number, y: number, yStride: number, scratch: number): void {
    const xStride = depth * FLOAT_BYTES;
    for (let panel = 0; panel < count; panel += 1) {
      const w = heap.address(stored) + (first + panel) * panelBytes;
      if (storage !== 'float32') unpack(w, scratch, depth);
      const from = storage === 'float32' ? w : scratch;
      const to = y + panel * PANEL_BYTES;
      const fours = n >> 2;
      if (fours > 0) tile('float32', 4, 1)(x, xStride, from, to, yStride, depth, fours, 4 * xStride, 0, 4 * yStride);
      const done = 4 * fours;
      if (n > done) tile('float32', n - done, 1)(x + done * xStride, xStride, from, to + done * yStride, yStride, depth, 1, 0, 0, 0);
    }
  }

  /** One row or two times all panels, unpacked on the way. */
  function fewRows(n: number, x: number, first: number, count: number, y: number, yStride: number): void {
    const xStride = depth * FLOAT_BYTES;
    const wide = n === 1 ? 4 : 2;
    const w = heap.address(stored) + first * panelBytes;
    const tiles = Math.floor(count / wide);
    tile(storage, n, wide)(x, xStride, w, y, yStride, depth, tiles, 0, wide * panelBytes, wide * PANEL_BYTES);
    const done = tiles * wide;
    if (count > done)
      tile(storage, n, 1)(x, xStride, w + done * panelBytes, y + done * PANEL_BYTES, yStride, depth, count - done, 0, panelBytes, PANEL_BYTES);
  }

  function multiply(x: Tensor, b: Tensor | null): Tensor {
    const n = at(x.shape, 0);
    const y = heap.allocate([n, columns]);
    // What doesn't fill a panel is computed on the side: a panel's rest would run into the next row of y.
    const tail = whole < panels ? heap.allocate([n, PANEL]) : null;
    const isScaled = storage === 'float16' && n < UNPACKED_FROM;
    const scaled = isScaled ? heap.allocate([n, depth]) : null;
    const isFew = n < UNPACKED_FROM && (scaled === null || putFactor(floatsAt(x), floatsAt(scaled)));
    const scratch = storage === 'float32' || isFew ? null : heap.allocate([depth, PANEL]);
    // Everything is allocated: addresses stay.
    const bias = b === null || scales !== null ? null : floatsAt(b);
    begin(floatsAt(y), columns, bias, 0);
    if (tail !== null) begin(floatsAt(tail), PANEL, bias, whole * PANEL);
    const run = (first: number, count: number, to: Tensor, width: number) => {
      const [target, stride] = [heap.address(to), width * FLOAT_BYTES];
      if (isFew) fewRows(n, heap.address(scaled ?? x), first, count, target, stride);
      else eachUnpacked(n, heap.address(x), first, count, target, stride, scratch === null ? 0 : heap.address(scratch));
    };
    run(0, whole, y, columns);
    if (tail !== null) {
      run(whole, 1, tail, PANEL);
      putTail(floatsAt(tail), floatsAt(y), columns, whole * PANEL);
    }
    if (scales !== null) putScales(floatsAt(y), scales, b === null ? null : floatsAt(b));
    for (const one of [tail, scaled, scratch]) one?.dispose();
    return y;
  }

  return {
    shape: [depth, columns],
    storage,
    bytes: stored.size * FLOAT_BYTES + (scales?.byteLength ?? 0),
    multiply,
    dense() {
      const out = heap.allocate([depth, columns]);
      const codes = codesOf(heap, stored, storage);
      const values = floatsAt(out);
      for (let column = 0; column < columns; column += 1) readColumn(codes, storage, depth, column, scales, values, column, columns);
      return out;
    },
    gather(ids) {
      const codes = codesOf(heap, stored, storage);
      const values = new Float32Array(ids.length * depth);
      ids.forEach((id, row) => readColumn(codes, storage, depth, id, scales, values, row * depth, 1));
      return tensor(values, [ids.length, depth], 'float32');
    },
    dispose: () => stored.dispose(),
  };
}

type Codes = Float32Array | Uint16Array | Int8Array;

function codesOf({ memory, address }: WasmHeap, stored: Tensor, storage: WeightStorage): Codes {
  const count = (stored.size * FLOAT_BYTES) / VALUE_BYTES[storage];
  if (storage === 'float32') return new Float32Array(memory.buffer, address(stored), count);
  if (storage === 'int8') return new Int8Array(memory.buffer, address(stored), count);
  return new Uint16Array(memory.buffer, address(stored), count);
}

/** Panels, the last filled up with zeros. */
function fillPanels(source: MatrixSource, storage: WeightStorage, scales: Float32Array | null, out: Codes): void {
  const { rows, columns, transposed } = source;
  const panel = new Float32Array(rows * PANEL);
  const line = new Float32Array(rows);
  for (let first = 0, to = 0; first < columns; first += PANEL, to += panel.length) {
    const width = Math.min(PANEL, columns - first);
    if (width < PANEL) panel.fill(0);
    if (transposed)
      for (let column = 0; column < width; column += 1) {
        readValues(source, (first + column) * rows, 1, line, rows);
        for (let row = 0; row < rows; row += 1) panel[row * PANEL + column] = line[row] ?? 0;
      }
    else for (let row = 0; row < rows; row += 1) readValues(source, row * columns + first, 1, panel, width, row * PANEL);
    if (out instanceof Float32Array) out.set(panel, to);
    else if (out instanceof Int8Array) {
      const own = must(scales, 'the scales of int8');
      for (let i = 0; i < panel.length; i += 1) out[to + i] = stepOf(panel[i] ?? 0, own[first + (i % PANEL)] ?? 0);
    } else if (storage === 'float16') toHalfCodes(panel, out, to);
    else toUpperHalves(panel, out, to);
  }
}

/** One column in float32, to every `step`th place of `out`. */
function readColumn(
  codes: Codes,
  storage: WeightStorage,
  depth: number,
  column: number,
  scales: Float32Array | null,
  out: Float32Array,
  first: number,
  step: number,
): void {
  const start = Math.floor(column / PANEL) * depth * PANEL + (column % PANEL);
  const scale = scales?.[column] ?? 1;
  for (let row = 0; row < depth; row += 1) {
    const code = codes[start + row * PANEL] ?? 0;
    out[first + row * step] = storage === 'float16' ? fromHalfCode(code) : storage === 'bfloat16' ? fromUpperHalf(code) : code * scale;
  }
}

/** Every row of y as the bias, from its component `first` on; zeros without one. */
function begin(y: Float32Array, width: number, bias: Float32Array | null, first: number): void {
  y.fill(0);
  if (bias === null) return;
  const part = bias.subarray(first, first + width);
  for (let start = 0; start < y.length; start += width) y.set(part, start);
}

/** x with the factor that float16 codes lack. False when a number is too large for that. */
function putFactor(x: Float32Array, out: Float32Array): boolean {
  for (let i = 0; i < x.length; i += 1) {
    const value = x[i] ?? 0;
    if (!(Math.abs(value) < LARGEST_FACTOR)) return false;
    out[i] = value * HALF_FACTOR;
  }
  return true;
}

function putTail(tail: Float32Array, y: Float32Array, columns: number, first: number): void {
  for (let row = 0; row * columns < y.length; row += 1)
    y.set(tail.subarray(row * PANEL, row * PANEL + columns - first), row * columns + first);
}

/** Sums of int8 steps as numbers: times the column's scale, plus the bias. */
function putScales(y: Float32Array, scales: Float32Array, bias: Float32Array | null): void {
  const columns = scales.length;
  for (let start = 0; start < y.length; start += columns)
    for (let column = 0; column < columns; column += 1)
      y[start + column] = (y[start + column] ?? 0) * (scales[column] ?? 0) + (bias?.[column] ?? 0);
}
