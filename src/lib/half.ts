/** The number that 16 bits of IEEE 754 binary16 stand for: 1 sign, 5 exponent (bias 15), 10 fraction. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24; // zero and subnormals
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

let halfTable: Float32Array | null = null;

/** Every half-precision value, by its bits. 256 KiB, made on first use: a look-up is many times faster than arithmetic. */
export function halfValues(): Float32Array {
  halfTable ??= Float32Array.from({ length: 65_536 }, (_, bits) => halfToNumber(bits));
  return halfTable;
}

/**
 * The float16 nearest to each number, ties to even, as float32 in place (IEEE 754 binary16, subnormals included). Numbers beyond
 * its range aren't made infinite: who calls looks for them.
 */
export function roundToHalf(values: Float32Array): void {
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i] ?? 0;
    if (Math.abs(value) < SMALLEST_NORMAL) {
      // At 0.75 the step of float32 is that of the subnormals, 2^-24: adding it rounds to them.
      const shift = value < 0 ? -0.75 : 0.75;
      values[i] = Math.fround(value + shift) - shift;
    } else {
      const word = bits[i] ?? 0;
      bits[i] = (word + 0xfff + ((word >>> 13) & 1)) & ~0x1fff;
    }
  }
}
const SMALLEST_NORMAL = 2 ** -14;
