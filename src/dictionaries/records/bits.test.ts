import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bitsAt, createRowReader, valueOf } from './bits';
import { parseFormat } from './format';

const SAMPLE = new URL('../golden/records-sample/', import.meta.url);
const bytesOf = (path: string) => new Uint8Array(readFileSync(new URL(path, SAMPLE)));
const jsonOf = (path: string): unknown => JSON.parse(readFileSync(new URL(path, SAMPLE), 'utf8'));

interface Expected {
  readonly record_indices: readonly number[];
  readonly records: readonly Readonly<Record<string, readonly number[]>>[];
}

describe('rows of records', () => {
  const hook = 'blocks.0.hook_resid_post';
  const format = parseFormat(jsonOf(`${hook}/records.json`), 'records.json');
  const rows = createRowReader(format, bytesOf(`${hook}/records.bin`));
  const expected = jsonOf('expected.json') as Expected;

  it.each(expected.record_indices.map((index, at) => ({ index, fields: expected.records[at] ?? {} })))('feature $index holds what Python wrote', ({ index, fields }) => {
    expect(Object.keys(fields).sort()).toEqual([...format.fields.keys()].sort());
    for (const [name, values] of Object.entries(fields)) {
      const read = rows.list(index, name);
      expect(read.length, name).toBe(values.length);
      for (const [at, value] of values.entries()) expect(Math.abs((read[at] ?? NaN) - value), `${name} ${at}`).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(value)));
    }
  });

  it('give any number of bits that was packed, wherever it begins', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ bits: fc.integer({ min: 1, max: 24 }), seed: fc.nat() }), { minLength: 1, maxLength: 20 }), (parts) => {
        const numbers = parts.map(({ bits, seed }) => ({ bits, value: seed % 2 ** bits }));
        const stream = numbers.flatMap(({ bits, value }) => Array.from({ length: bits }, (_, k) => Math.floor(value / 2 ** k) % 2));
        const bytes = Uint8Array.from({ length: Math.ceil(stream.length / 8) }, (_, byte) =>
          stream.slice(8 * byte, 8 * byte + 8).reduce((sum, bit, k) => sum + bit * 2 ** k, 0),
        );
        let offset = 0;
        for (const { bits, value } of numbers) {
          expect(bitsAt(bytes, 0, offset, bits)).toBe(value);
          offset += bits;
        }
      }),
    );
  });

  it('stand for values as the page says', () => {
    const field = { name: 'x', count: 1, bits: 3, offset: 0, low: 0.01, high: 1 };
    expect([0, 1, 4, 7].map((q) => valueOf({ ...field, kind: 'log' }, q))).toEqual([0, expect.closeTo(0.01, 12), expect.closeTo(0.1, 12), 1]);
    expect([0, 7].map((q) => valueOf({ ...field, kind: 'linear', low: -1 }, q))).toEqual([-1, 1]);
    expect(valueOf({ ...field, kind: 'float16', bits: 16 }, 0x3e00)).toBe(1.5);
    expect(valueOf({ ...field, kind: 'uint' }, 5)).toBe(5);
  });
});

describe('records.json', () => {
  const good = { format: 'lacuna-feature-records', version: 1, hook: 'h', model: 'm', tokens: 10, features: 2, stride: 1, slots: [], classes: [], fields: [{ name: 'live', count: 1, bits: 1, kind: 'uint' }] };
  it('is read', () => expect(parseFormat(good, 'here').fields.get('live')).toMatchObject({ offset: 0, bits: 1 }));
  it.each([
    [{ ...good, format: 'other' }, 'it is no "lacuna-feature-records" file'],
    [{ ...good, version: 2 }, 'its version is 2'],
    [{ ...good, stride: 0 }, 'its fields take 1 bits, but a row has 0'],
    [{ ...good, stride: 1.5 }, '"stride" has to be a whole number'],
    [{ ...good, fields: [{ name: 'a', count: 1, bits: 30, kind: 'uint' }] }, 'the field "a" has 30 bits'],
    [{ ...good, fields: [{ name: 'a', count: 1, bits: 3, kind: 'log', low: 0 }] }, 'has no logarithm'],
    [{ ...good, fields: [{ name: 'a', count: 1, bits: 3, kind: 'zip' }] }, 'of the kind zip'],
    [{ ...good, fields: [...good.fields, ...good.fields] }, 'stands there twice'],
    [{ ...good, classes: [{ name: 'c', pattern: '(' }] }, 'is no regular expression'],
    [null, 'it is no'],
  ])('is refused with the reason: %#', (json, message) => {
    expect(() => parseFormat(json, 'here')).toThrow(`here can't be used: `);
    expect(() => parseFormat(json, 'here')).toThrow(message);
  });
});
