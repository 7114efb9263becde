/**
 * `y = x · wᵀ` as a WebAssembly SIMD function: every activation vector times every encoder row. It is most of the work of a
 * training step, since only k rows are touched on the way back. Four rows of x meet two rows of w at a time, four numbers of each
 * per instruction; each sum runs in a fixed order, so that the same numbers give the same sums wherever they stand.
 * The function is small enough to be written as instructions here, which spares the build a compiler.
 */
export type WasmProduct = (x: number, w: number, y: number, rowsX: number, rowsW: number, d: number) => void;

const ROWS_X = 4;
const ROWS_W = 2;
/** Numbers per turn of the inner loop: two vectors. */
const CHUNK = 8;
const VECTOR_BYTES = 16;
const LANES = 4;

/** What the counts must be multiples of. */
export const PRODUCT_MULTIPLES = { rowsX: ROWS_X, rowsW: ROWS_W, d: CHUNK };

/** The function over `memory`; null where there is no SIMD. Addresses are in bytes. */
export function createWasmProduct(memory: WebAssembly.Memory): WasmProduct | null {
  const bytes = moduleBytes();
  if (!WebAssembly.validate(bytes)) return null;
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  return exports.product as WasmProduct;
}

// The binary format: https://webassembly.github.io/spec/core/binary/
const I32 = 0x7f;
const V128 = 0x7b;
const VOID = 0x40;
const LOOP = 0x03;
const END = 0x0b;

/** Unsigned LEB128. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}
const vector = (items: readonly (readonly number[])[]): number[] => [...unsigned(items.length), ...items.flat()];
const text = (value: string): number[] => vector([...new TextEncoder().encode(value)].map((byte) => [byte]));
const section = (id: number, content: readonly number[]): number[] => [id, ...unsigned(content.length), ...content];

const get = (local: number): number[] => [0x20, ...unsigned(local)];
const set = (local: number): number[] => [0x21, ...unsigned(local)];
/** For values below 64, where signed and unsigned LEB128 agree. */
const constant = (value: number): number[] => [0x41, value];
const ADD = [0x6a];
const SUBTRACT = [0x6b];
const SHIFT_LEFT = [0x74];
const ADD_FLOATS = [0x92];
const branchIf = (depth: number): number[] => [0x0d, depth];
const storeFloat = (offset: number): number[] => [0x38, 2, ...unsigned(offset)];
const loadVector = (offset: number): number[] => [0xfd, 0x00, 2, ...unsigned(offset)];
const ZERO = [0xfd, 0x0c, ...Array.from({ length: VECTOR_BYTES }, () => 0)];
const lane = (index: number): number[] => [0xfd, 0x1f, index];
const ADD_VECTORS = [0xfd, 0xe4, 0x01];
const MULTIPLY_VECTORS = [0xfd, 0xe6, 0x01];
const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

function moduleBytes(): Uint8Array<ArrayBuffer> {
  // Parameters, then locals.
  const [x, w, y, rowsX, rowsW, d] = [0, 1, 2, 3, 4, 5];
  const [vectorBytes, rowBytes, xAt, yAt, leftX, left] = [6, 7, 8, 9, 10, 11];
  const xRow = (r: number) => 12 + r; // addresses
  const wRow = (r: number) => 12 + ROWS_X + r;
  const firstVector = 12 + ROWS_X + ROWS_W;
  const sum = (r: number, c: number) => firstVector + r * ROWS_W + c;
  const wHeld = (c: number) => firstVector + ROWS_X * ROWS_W + c;
  const advance = (local: number, bytes: number) => [...get(local), ...constant(bytes), ...ADD, ...set(local)];
  const countDown = (local: number, step: number) => [...get(local), ...constant(step), ...SUBTRACT, ...set(local), ...get(local), ...branchIf(0)];
  /** Addresses of the rows that follow one another from `start`. */
  const rowsFrom = (start: number, row: (r: number) => number, count: number) => [
    ...[...get(start), ...set(row(0))],
    ...range(count - 1).flatMap((r) => [...get(row(r)), ...get(vectorBytes), ...ADD, ...set(row(r + 1))]),
  ];

  const multiply = (offset: number) => [
    ...range(ROWS_W).flatMap((c) => [...get(wRow(c)), ...loadVector(offset), ...set(wHeld(c))]),
    ...range(ROWS_X).flatMap((r) =>
      range(ROWS_W).flatMap((c) => [
        ...[...get(sum(r, c)), ...get(xRow(r)), ...loadVector(offset), ...get(wHeld(c))],
        ...[...MULTIPLY_VECTORS, ...ADD_VECTORS, ...set(sum(r, c))],
      ]),
    ),
  ];
  const inner = [
    ...[LOOP, VOID],
    ...multiply(0),
    ...multiply(VECTOR_BYTES),
    ...range(ROWS_X).flatMap((r) => advance(xRow(r), 2 * VECTOR_BYTES)),
    ...range(ROWS_W).flatMap((c) => advance(wRow(c), 2 * VECTOR_BYTES)),
    ...countDown(left, CHUNK),
    END,
  ];
  const store = (r: number, c: number) => [
    ...get(yAt),
    ...[...get(sum(r, c)), ...lane(0)],
    ...range(LANES - 1).flatMap((i) => [...get(sum(r, c)), ...lane(i + 1), ...ADD_FLOATS]),
    ...storeFloat(c * 4),
  ];
  const fourRows = [
    ...[LOOP, VOID],
    ...rowsFrom(xAt, xRow, ROWS_X),
    ...rowsFrom(w, wRow, ROWS_W),
    ...range(ROWS_X).flatMap((r) => range(ROWS_W).flatMap((c) => [...ZERO, ...set(sum(r, c))])),
    ...[...get(d), ...set(left)],
    ...inner,
    ...range(ROWS_X).flatMap((r) => [...range(ROWS_W).flatMap((c) => store(r, c)), ...get(yAt), ...get(rowBytes), ...ADD, ...set(yAt)]),
    ...[...get(xRow(ROWS_X - 1)), ...set(xAt)], // the last row ended where the next four begin
    ...countDown(leftX, ROWS_X),
    END,
  ];
  const body = [
    ...[...get(d), ...constant(2), ...SHIFT_LEFT, ...set(vectorBytes)],
    ...[...get(rowsW), ...constant(2), ...SHIFT_LEFT, ...set(rowBytes)],
    ...[LOOP, VOID],
    ...[...get(x), ...set(xAt), ...get(y), ...set(yAt), ...get(rowsX), ...set(leftX)],
    ...fourRows,
    ...[...get(wRow(ROWS_W - 1)), ...set(w)],
    ...advance(y, 4 * ROWS_W),
    ...countDown(rowsW, ROWS_W),
    END,
    END,
  ];
  const locals = vector([
    [...unsigned(6 + ROWS_X + ROWS_W), I32],
    [...unsigned(ROWS_X * ROWS_W + ROWS_W), V128],
  ]);
  const code = [...locals, ...body];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, vector([[0x60, ...vector(range(6).map(() => [I32])), ...vector([])]])),
    ...section(2, vector([[...text('env'), ...text('memory'), 0x02, 0x00, 0]])),
    ...section(3, vector([[0]])),
    ...section(7, vector([[...text('product'), 0x00, 0]])),
    ...section(10, vector([[...unsigned(code.length), ...code]])),
  ]);
}
