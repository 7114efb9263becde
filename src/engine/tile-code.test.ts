import { describe, expect, it } from 'vitest';
import { VALUE_BYTES } from '../anatomy/weights';
import { PANEL, STORAGES, tileModule, tileName, tilesOf, unpackName } from './tile-code';
import type { Tile } from './tile-code';

const memory = new WebAssembly.Memory({ initial: 4 });
const { exports } = new WebAssembly.Instance(new WebAssembly.Module(tileModule()), { env: { memory } });
const floats = new Float32Array(memory.buffer);
const words = new Uint16Array(memory.buffer);
const bytes = new Int8Array(memory.buffer);
const word = new Uint32Array(1);
const asFloat = (bits: number) => {
  word[0] = bits;
  return new Float32Array(word.buffer)[0]!;
};

/** Bits of a storage, and what they stand for in a tile, by plain arithmetic. */
const codes = {
  float32: { put: (i: number, at: number) => (floats[at / 4] = Math.fround(Math.sin(i * 1.3))), value: (i: number) => Math.fround(Math.sin(i * 1.3)) },
  float16: { put: (i: number, at: number) => (words[at / 2] = (i * 2477) & 0xffff), value: (i: number) => asFloat((((i * 2477) & 0x8000) << 16) | (((i * 2477) & 0x7fff) << 13)) },
  bfloat16: { put: (i: number, at: number) => (words[at / 2] = 0x3f00 + (i % 300)), value: (i: number) => asFloat((0x3f00 + (i % 300)) << 16) },
  int8: { put: (i: number, at: number) => (bytes[at] = (i * 37) % 127), value: (i: number) => (i * 37) % 127 },
};

describe.each(STORAGES)('tiles over %s', (storage) => {
  const { put, value } = codes[storage];
  const size = VALUE_BYTES[storage];

  it.each(tilesOf(storage))('%i rows by %i panels: y + x @ W, summed in order', (rows, panels) => {
    for (const [depth, tiles] of [[1, 1], [4, 2], [7, 3], [18, 1]] as const) {
      const [x, y, w] = [16, 16 + 4 * rows * depth, 20_000];
      const width = tiles * panels * PANEL; // of y, so that the next tile stands beside this one
      floats.fill(0);
      for (let i = 0; i < rows * depth; i += 1) floats[x / 4 + i] = Math.cos(i * 0.7);
      for (let i = 0; i < rows * width; i += 1) floats[y / 4 + i] = i / 8;
      for (let i = 0; i < width * depth; i += 1) put(i, w + i * size);
      const guard = y / 4 + rows * width;
      floats[guard] = 77;
      const expected = Array.from({ length: rows * width }, (_, i) => {
        const [row, column] = [Math.floor(i / width), i % width];
        let sum = floats[y / 4 + i]!;
        for (let k = 0; k < depth; k += 1) {
          const weight = value((Math.floor(column / PANEL) * depth + k) * PANEL + (column % PANEL));
          sum = Math.fround(sum + Math.fround(floats[x / 4 + row * depth + k]! * weight));
        }
        return sum;
      });
      const tile = exports[tileName(storage, rows, panels)] as Tile;
      tile(x, depth * 4, w, y, width * 4, depth, tiles, 0, panels * depth * PANEL * size, panels * PANEL * 4);
      expect([...floats.subarray(y / 4, guard)]).toEqual(expected);
      expect(floats[guard]).toBe(77);
    }
  });

  it('unpacks a panel', () => {
    const rows = 5;
    for (let i = 0; i < rows * PANEL; i += 1) put(i, 20_000 + i * size);
    floats[200 / 4 + rows * PANEL] = 77;
    (exports[unpackName(storage)] as (w: number, out: number, rows: number) => void)(20_000, 200, rows);
    for (let i = 0; i < rows * PANEL; i += 1) expect(floats[200 / 4 + i]).toBe(storage === 'float16' ? value(i) * 2 ** 102 : value(i));
    expect(floats[200 / 4 + rows * PANEL]).toBe(77);
  });
});
