import type { ModelConfig } from '../anatomy/model-config';
import { at } from '../lib/assert';

// What the tests of the forward pass compare with: plain loops over numbers, in doubles.

export const range = (count: number) => Array.from({ length: count }, (_, i) => i);
export const sumOf = (xs: ArrayLike<number>) => Array.from(xs).reduce((total, x) => total + x, 0);

/** x [rows, inner] times W [inner, columns] plus b, in doubles. */
export function product(x: ArrayLike<number>, W: Float32Array, columns: number, b?: Float32Array): number[] {
  const inner = W.length / columns;
  return range((x.length / inner) * columns).map((index) => {
    const row = Math.floor(index / columns);
    const column = index % columns;
    return sumOf(range(inner).map((i) => at(x, row * inner + i) * at(W, i * columns + column))) + (b?.[column] ?? 0);
  });
}

/** x [pos, head * d_head] turned by rotary positions: halves of a head pairwise, from position 0 on. */
export function rotated(x: Float32Array, heads: number, config: ModelConfig): number[] {
  const { dHead } = config;
  const half = dHead / 2;
  const base = config.positions.kind === 'rotary' ? config.positions.base : 1;
  return range(x.length).map((index) => {
    const i = index % dHead;
    const pos = Math.floor(index / (dHead * heads));
    const angle = pos / base ** ((2 * (i % half)) / dHead);
    const other = i < half ? -at(x, index + half) : at(x, index - half);
    return at(x, index) * Math.cos(angle) + other * Math.sin(angle);
  });
}

/** The integral of the standard normal density from 0 to x, by Simpson's rule. */
function normalIntegral(x: number): number {
  const steps = 400;
  const weight = (i: number) => (i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2);
  const density = (t: number) => Math.exp(-(t * t) / 2) / Math.sqrt(2 * Math.PI);
  return (x / steps / 3) * sumOf(range(steps + 1).map((i) => weight(i) * density((x * i) / steps)));
}

/** The nonlinearities of the MLP, by their definitions. */
export const activations: Record<ModelConfig['mlp']['activation'], (x: number) => number> = {
  silu: (x) => x / (1 + Math.exp(-x)),
  gelu_tanh: (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  gelu_erf: (x) => x * (0.5 + normalIntegral(x)),
  relu: (x) => Math.max(0, x),
};
