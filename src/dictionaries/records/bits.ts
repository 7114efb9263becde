import { halfToNumber } from '../../lib/half';
import type { Field, RecordFormat } from './format';

/** The whole number of `width` bits (24 at most) at bit `offset`, least significant bit first, in the bytes from `start` on. */
export function bitsAt(bytes: Uint8Array, start: number, offset: number, width: number): number {
  let byte = start + (offset >> 3);
  let shift = offset & 7;
  let value = 0;
  for (let got = 0; got < width; ) {
    const take = Math.min(8 - shift, width - got);
    const part = ((bytes[byte] ?? 0) >> shift) & ((1 << take) - 1);
    value |= part << got;
    got += take;
    byte += 1;
    shift = 0;
  }
  return value;
}

/** The value that a whole number of a field stands for. */
export function valueOf(field: Field, q: number): number {
  const top = 2 ** field.bits - 1;
  switch (field.kind) {
    case 'uint':
      return q;
    case 'linear':
      return field.low + (q / top) * (field.high - field.low);
    case 'log':
      return q === 0 ? 0 : Math.exp(Math.log(field.low) + ((q - 1) / (top - 1)) * (Math.log(field.high) - Math.log(field.low)));
    case 'float16':
      return halfToNumber(q);
  }
}

/** Reads fields of rows that lie one after another in `bytes`, the first at byte 0. A field that isn't there has no values. */
export interface RowReader {
  /** All values of a field in a row. */
  list(row: number, name: string): number[];
  /** Its `at`-th value; NaN where there is none. */
  value(row: number, name: string, at?: number): number;
  has(name: string): boolean;
}

export function createRowReader(format: RecordFormat, bytes: Uint8Array): RowReader {
  const read = (field: Field, row: number, at: number) =>
    valueOf(field, bitsAt(bytes, row * format.stride, field.offset + at * field.bits, field.bits));
  return {
    list(row, name) {
      const field = format.fields.get(name);
      return field === undefined ? [] : Array.from({ length: field.count }, (_, at) => read(field, row, at));
    },
    value(row, name, at = 0) {
      const field = format.fields.get(name);
      return field === undefined || at >= field.count ? NaN : read(field, row, at);
    },
    has: (name) => format.fields.has(name),
  };
}
