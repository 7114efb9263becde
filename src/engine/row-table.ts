import type { WeightStorage } from '../anatomy/weights';
import { columnScales, readValues, stepOf, toHalfCodes, toUpperHalves } from './codes';
import type { MatrixSource } from './matrix';
import { decode } from './plain-matrix';

/** A table on the host of which a pass reads a few rows, such as an embedding of its own. */
export interface RowTable {
  readonly storage: WeightStorage;
  readonly bytes: number;
  /** The rows in float32, [row, width]. */
  rows(ids: readonly number[]): Float32Array;
}

/** Keeps the rows of `source` [width, rows], which must be transposed: row after row. int8 has a scale for each row. */
export function rowTable(source: MatrixSource, storage: WeightStorage): RowTable {
  const { rows: width, columns: count } = source;
  if (storage === 'float32') {
    const data = source.data instanceof Float32Array ? source.data : new Float32Array(source.data.length);
    if (data !== source.data) readValues(source, 0, 1, data, data.length);
    return {
      storage,
      bytes: data.byteLength,
      rows: (ids) => joined(ids, width, (id, out) => out.set(data.subarray(id * width, (id + 1) * width))),
    };
  }
  const scales = storage === 'int8' ? columnScales(source) : null;
  const codes = storage === 'int8' ? new Int8Array(width * count) : new Uint16Array(width * count);
  const line = new Float32Array(width);
  for (let row = 0; row < count; row += 1) {
    const start = row * width;
    readValues(source, start, 1, line, width);
    if (codes instanceof Int8Array) for (let i = 0; i < width; i += 1) codes[start + i] = stepOf(line[i] ?? 0, scales?.[row] ?? 0);
    else if (storage === 'float16') toHalfCodes(line, codes, start);
    else toUpperHalves(line, codes, start);
  }
  return {
    storage,
    bytes: codes.byteLength + (scales?.byteLength ?? 0),
    rows: (ids) =>
      joined(ids, width, (id, out) => {
        const scale = scales?.[id] ?? 1;
        for (let i = 0; i < width; i += 1) out[i] = decode(storage, codes[id * width + i] ?? 0) * scale;
      }),
  };
}

function joined(ids: readonly number[], width: number, put: (id: number, out: Float32Array) => void): Float32Array {
  const all = new Float32Array(ids.length * width);
  ids.forEach((id, row) => put(id, all.subarray(row * width, (row + 1) * width)));
  return all;
}
