import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { halfToNumber } from '../lib/half';
import { toFloat32 } from './floats';

const bytesOf = (...halves: number[]) => new Uint8Array(Uint16Array.from(halves).buffer);

describe('float16', () => {
  it.each([
    [0x0000, 0],
    [0x3c00, 1],
    [0xc000, -2],
    [0x3555, 0.333251953125],
    [0x7bff, 65_504], // the largest
    [0x0400, 2 ** -14], // the smallest normal
    [0x0001, 2 ** -24], // the smallest subnormal
    [0x03ff, 1023 * 2 ** -24], // the largest subnormal
    [0x8001, -(2 ** -24)],
    [0x7c00, Infinity],
    [0xfc00, -Infinity],
    [0x7e00, NaN],
  ])('reads %s', (bits, value) => {
    expect(halfToNumber(bits)).toBe(value);
    expect(toFloat32(bytesOf(bits), 'F16')).toEqual(Float32Array.of(value));
  });
  it('keeps the sign of zero', () => {
    expect(Object.is(toFloat32(bytesOf(0x8000), 'F16')[0], -0)).toBe(true);
  });
  it('agrees with the platform, where it knows float16', () => {
    const view = new DataView(new ArrayBuffer(2));
    if (!('getFloat16' in view)) return expect(halfToNumber(0x3800)).toBe(0.5);
    const getFloat16 = (view as DataView & { getFloat16(offset: number, little: boolean): number }).getFloat16.bind(view);
    for (let bits = 0; bits < 65_536; bits += 1) {
      view.setUint16(0, bits, true);
      expect(halfToNumber(bits)).toBe(getFloat16(0, true));
    }
  });
});

describe('bfloat16', () => {
  it.each([
    [0x3f80, 1],
    [0xc040, -3],
    [0x0001, 2 ** -133], // a subnormal of float32
    [0x7f80, Infinity],
    [0xff80, -Infinity],
    [0x7fc0, NaN],
  ])('reads %s', (bits, value) => {
    expect(toFloat32(bytesOf(bits), 'BF16')).toEqual(Float32Array.of(value));
  });
  it('is the upper half of a float32', () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true }), (value) => {
        const words = new Uint32Array(Float32Array.of(value).buffer);
        const upper = (words[0]! >>> 16) & 0xffff;
        words[0] = upper << 16;
        expect(toFloat32(bytesOf(upper), 'BF16')).toEqual(new Float32Array(words.buffer));
      }),
    );
  });
});

describe('any of them', () => {
  it('may start anywhere in a file', () => {
    const shifted = new Uint8Array(9);
    shifted.set(new Uint8Array(Float32Array.of(1.5, -2).buffer), 1);
    expect(toFloat32(shifted.subarray(1), 'F32')).toEqual(Float32Array.of(1.5, -2));
    const halves = new Uint8Array(5);
    halves.set(bytesOf(0x3c00, 0xc000), 1);
    expect(toFloat32(halves.subarray(1), 'F16')).toEqual(Float32Array.of(1, -2));
    expect(toFloat32(halves.subarray(1), 'BF16')).toEqual(Float32Array.of(0.0078125, -2));
  });
  it('is never a view into the file', () => {
    const file = new Uint8Array(Float32Array.of(1).buffer);
    const read = toFloat32(file, 'F32');
    file.fill(0);
    expect(read[0]).toBe(1);
  });
});
