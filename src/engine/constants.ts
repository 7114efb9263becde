import { keep, scalar, tensor, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

/**
 * Tensors that are uploaded once and used many times. On WebGPU a number written into an expression costs an upload every
 * time, so every constant of a model or a run lives in a pool.
 */
export class ConstantPool {
  readonly #kept = new Map<string, Tensor>();
  readonly #owned = new Set<Tensor>();

  /** The constant of this key, made at its first use. */
  get(key: string, make: () => Tensor): Tensor {
    const found = this.#kept.get(key);
    if (found !== undefined) return found;
    const made = keep(tidy(make));
    this.#kept.set(key, made);
    this.#owned.add(made);
    return made;
  }

  /** A number as a tensor without axes. */
  scalar(value: number): Tensor {
    return this.get(`scalar:${value}`, () => scalar(value, 'float32'));
  }

  /** True for a tensor that must not be disposed by anyone else. */
  owns(x: Tensor): boolean {
    return this.#owned.has(x);
  }

  dispose(): void {
    for (const x of this.#owned) x.dispose();
    this.#kept.clear();
    this.#owned.clear();
  }
}

let current: ConstantPool | null = null;

/** Runs `work` with the constants that it asks for taken from `pool`. Passes are synchronous, so one variable is enough. */
export function withPool<T>(pool: ConstantPool, work: () => T): T {
  const before = current;
  current = pool;
  try {
    return work();
  } finally {
    current = before;
  }
}

/** A number as a tensor: from the pool of the run at hand, or made for this one use outside of a run. */
export function constant(value: number): Tensor {
  return current === null ? scalar(value, 'float32') : current.scalar(value);
}

/** An array as a tensor that is uploaded once per run. `key` must name the contents: equal keys give the first contents. */
export function constantArray(key: string, data: Float32Array | Int32Array, shape: readonly number[]): Tensor {
  const make = () => tensor(data, [...shape], data instanceof Int32Array ? 'int32' : 'float32');
  return current === null ? make() : current.get(`array:${key}`, make);
}

/**
 * A tensor that is made from what the first pass of a run holds and kept for the passes that follow, to its end. Outside of a run it
 * is made each time. `key` must be one run's own.
 */
export function keptForRun(key: string, make: () => Tensor): Tensor {
  return current === null ? make() : current.get(`kept:${key}`, make);
}
