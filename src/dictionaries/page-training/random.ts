import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Fills `out` with standard normal draws, by the Box–Muller transform. */
export function fillGaussians(out: Float32Array, seed: number): void {
  const rng = xoroshiro128plus(seed);
  for (let i = 0; i < out.length; i += 1) {
    const radius = Math.sqrt(-2 * Math.log(1 - uniformFloat64(rng)));
    out[i] = radius * Math.cos(2 * Math.PI * uniformFloat64(rng));
  }
}

/** Fills `out` with draws from −bound to bound. */
export function fillUniform(out: Float32Array, bound: number, seed: number): void {
  const rng = xoroshiro128plus(seed);
  for (let i = 0; i < out.length; i += 1) out[i] = bound * (2 * uniformFloat64(rng) - 1);
}

/**
 * A seed for one step of a training: a whole number of 32 bits that depends on both and on nothing else, so that a training that
 * stopped draws on as if it had not. Neighbouring steps get seeds far apart (the last mixing of MurmurHash3): this generator's
 * first draws from neighbouring seeds resemble one another.
 */
export function seedOf(seed: number, step: number): number {
  let mixed = (Math.imul(seed, 0x9e3779b1) + Math.imul(step + 1, 0x85ebca6b)) | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
