import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/**
 * Which activations each step sees: every one once, in an order of its own for each pass over them, again and again. The order
 * depends on the seed and on nothing else, so a training that stopped finds its place by its step.
 */
export class Batches {
  readonly #count: number;
  readonly #seed: number;
  #pass = -1;
  #order: Uint32Array = new Uint32Array(0);

  constructor(count: number, seed: number) {
    this.#count = count;
    this.#seed = seed;
  }

  /** Indices of the activations of a step, counted from 0. */
  at(step: number, size: number): Uint32Array {
    const batch = new Uint32Array(size);
    for (let i = 0; i < size; i += 1) {
      const place = step * size + i;
      batch[i] = this.#orderOf(Math.floor(place / this.#count))[place % this.#count] ?? 0;
    }
    return batch;
  }

  #orderOf(pass: number): Uint32Array {
    if (pass === this.#pass) return this.#order;
    this.#pass = pass;
    this.#order = shuffled(this.#count, this.#seed + 7919 * pass);
    return this.#order;
  }
}

/** 0 … count − 1 in random order (Fisher–Yates). */
export function shuffled(count: number, seed: number): Uint32Array {
  const rng = xoroshiro128plus(seed);
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i -= 1) {
    const j = uniformInt(rng, 0, i);
    const held = order[i] ?? 0;
    order[i] = order[j] ?? 0;
    order[j] = held;
  }
  return order;
}
