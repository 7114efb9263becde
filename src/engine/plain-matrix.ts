import { tensor } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { WeightStorage } from '../anatomy/weights';
import { at, must } from '../lib/assert';
import { columnScales, fromHalfCode, fromUpperHalf, readValues, stepOf, toHalfCodes, toUpperHalves } from './codes';
import type { HostMemory } from './host-memory';
import type { Matrix, MatrixKeeper, MatrixSource } from './matrix';

/**
 * Matrices of two bytes or one a value as typed arrays, multiplied by plain loops: for the cpu backend, whose tensors have at
 * least four bytes a value. float32 goes to `wide`.
 */
export function plainKeeper(memory: Pick<HostMemory, 'allocate' | 'values'>, wide: MatrixKeeper): MatrixKeeper {
  return {
    storages: new Set(['float32', 'float16', 'bfloat16', 'int8']),
    keep: (source, storage) => (storage === 'float32' ? wide.keep(source, storage) : keepPlain(memory, source, storage)),
  };
}

type Codes = Uint16Array | Int8Array;

function keepPlain(memory: Pick<HostMemory, 'allocate' | 'values'>, source: MatrixSource, storage: WeightStorage): Matrix {
  const { rows, columns } = source;
  const scales = storage === 'int8' ? columnScales(source) : null;
  const codes = encode(source, storage, scales);
  /** Row k of W, without the scales of int8. */
  const readRow = (k: number, out: Float32Array) => {
    for (let column = 0; column < columns; column += 1) out[column] = decode(storage, codes[k * columns + column] ?? 0);
  };
  return {
    shape: [rows, columns],
    storage,
    bytes: codes.byteLength + (scales?.byteLength ?? 0),
    multiply(x, b) {
      const n = at(x.shape, 0);
      const out = memory.allocate([n, columns]);
      const [from, y] = [memory.values(x), memory.values(out)];
      const bias = b === null ? null : memory.values(b);
      y.fill(0);
      if (bias !== null && scales === null) for (let row = 0; row < n; row += 1) y.set(bias, row * columns);
      const weights = new Float32Array(columns);
      for (let k = 0; k < rows; k += 1) {
        readRow(k, weights);
        for (let row = 0; row < n; row += 1) {
          const factor = from[row * rows + k] ?? 0;
          const start = row * columns;
          for (let column = 0; column < columns; column += 1)
            y[start + column] = (y[start + column] ?? 0) + factor * (weights[column] ?? 0);
        }
      }
      if (scales !== null)
        for (let i = 0; i < y.length; i += 1) y[i] = (y[i] ?? 0) * (scales[i % columns] ?? 0) + (bias?.[i % columns] ?? 0);
      return out;
    },
    dense: () => tensor(values(), [rows, columns], 'float32'),
    gather(ids): Tensor {
      const out = new Float32Array(ids.length * rows);
      ids.forEach((id, index) => {
        for (let k = 0; k < rows; k += 1) out[index * rows + k] = decode(storage, codes[k * columns + id] ?? 0) * (scales?.[id] ?? 1);
      });
      return tensor(out, [ids.length, rows], 'float32');
    },
    dispose: () => undefined,
  };

  function values(): Float32Array {
    const out = new Float32Array(rows * columns);
    for (let i = 0; i < out.length; i += 1) out[i] = decode(storage, codes[i] ?? 0) * (scales?.[i % columns] ?? 1);
    return out;
  }
}

/** The number that a code stands for; of int8, how many steps of its scale. */
export function decode(storage: WeightStorage, code: number): number {
  return storage === 'float16' ? fromHalfCode(code) : storage === 'bfloat16' ? fromUpperHalf(code) : code;
}

/** A source in codes, [in, out] row-major, rows `stride` apart. `scales` are those of the columns, for int8. */
export function encode(source: MatrixSource, storage: WeightStorage, scales: Float32Array | null, stride = source.columns): Codes {
  const { rows, columns, transposed } = source;
  const codes = storage === 'int8' ? new Int8Array(rows * stride) : new Uint16Array(rows * stride);
  const line = new Float32Array(columns);
  for (let row = 0; row < rows; row += 1) {
    const start = row * stride;
    readValues(source, transposed ? row : row * columns, transposed ? rows : 1, line, columns);
    if (codes instanceof Int8Array) {
      const own = must(scales, 'the scales of int8');
      for (let column = 0; column < columns; column += 1) codes[start + column] = stepOf(line[column] ?? 0, own[column] ?? 0);
    } else if (storage === 'float16') toHalfCodes(line, codes, start);
    else toUpperHalves(line, codes, start);
  }
  return codes;
}
