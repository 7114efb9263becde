import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { adamStep, normalizeRows, removeParallel } from './adam';
import { createProduct } from './product';
import { LargestOf } from './rows';
import { computeGradients, SAELENS } from './step';
import { must } from '../../lib/assert';
import { toFloat32 } from '../../models/floats';
import { readSafetensors } from '../../models/safetensors';
import type { TrainingArrays } from './types';

type Arrays = Record<keyof TrainingArrays, number[]>;
interface Golden {
  readonly d: number;
  readonly dSae: number;
  readonly batch: number;
  readonly k: number;
  readonly kAux: number;
  readonly lr: number;
  readonly start: Arrays;
  readonly steps: readonly { x: number[]; variance: number; dead: number[]; loss: number; fvu: number; l0: number; gradients: Arrays; after: Arrays }[];
}
/** Written by training/page_training_golden.py: PyTorch's autograd and torch.optim.Adam. */
const golden = JSON.parse(readFileSync(new URL('./golden/steps.json', import.meta.url), 'utf8')) as Golden;
const NAMES = ['W_enc', 'b_enc', 'W_dec', 'b_dec'] as const;

const arraysOf = (of: Arrays): TrainingArrays => ({
  W_enc: Float32Array.from(of.W_enc),
  b_enc: Float32Array.from(of.b_enc),
  W_dec: Float32Array.from(of.W_dec),
  b_dec: Float32Array.from(of.b_dec),
});
const zeros = (of: TrainingArrays): TrainingArrays => ({
  W_enc: new Float32Array(of.W_enc.length),
  b_enc: new Float32Array(of.b_enc.length),
  W_dec: new Float32Array(of.W_dec.length),
  b_dec: new Float32Array(of.b_dec.length),
});
function expectClose(got: Float32Array, expected: readonly number[], what: string): void {
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
  expected.forEach((value, i) => expect(Math.abs(got[i]! - value), `${what}[${i}]: ${got[i]} for ${value}`).toBeLessThan(1e-5 * largest));
}

describe.each(['simd', 'plain'] as const)('a training step, %s', (kind) => {
  const { d, dSae, batch, k, kAux, lr } = golden;
  const product = createProduct(batch, d, dSae, kind);
  const given = arraysOf(golden.start);
  product.w.set(given.W_enc);
  const parameters = { ...given, W_enc: product.w };
  const gradients = zeros(parameters);
  const [first, second] = [zeros(parameters), zeros(parameters)];

  it('is PyTorch’s: loss, gradients and parameters over four steps, two of them with dead features', () => {
    expect(product.kind).toBe(kind);
    for (const [index, step] of golden.steps.entries()) {
      const input = { x: Float32Array.from(step.x), batch, d, dSae, k, variance: step.variance, dead: step.dead, kAux };
      const fired = new Uint8Array(dSae);
      const { loss, fvu, l0 } = computeGradients(input, parameters, product, gradients, fired);
      expect(loss).toBeCloseTo(step.loss, 5);
      expect(fvu).toBeCloseTo(step.fvu, 5);
      expect(l0).toBe(step.l0);
      if (step.dead.length > 0) expect(loss).toBeGreaterThan(fvu);
      for (const name of NAMES) expectClose(gradients[name], step.gradients[name], `step ${index}, gradient of ${name}`);
      removeParallel(gradients.W_dec, parameters.W_dec, d);
      adamStep(parameters, gradients, first, second, lr, index + 1);
      normalizeRows(parameters.W_dec, d);
      for (const name of NAMES) expectClose(parameters[name], step.after[name], `step ${index}, ${name}`);
    }
  });
});

/** PyTorch's gradients of SAELens's loss; W_enc lies there as [d, d_sae]. */
describe.each(['train-topk', 'train-topk-two-dead', 'train-topk-none-dead'])('%s', (name) => {
  const folder = join(import.meta.dirname, '../golden');
  const tensors = new Map(readSafetensors(new Uint8Array(readFileSync(join(folder, 'architectures.safetensors'))), 'golden').map((entry) => [entry.name, entry]));
  const get = (key: string) => toFloat32(must(tensors.get(`${name}/${key}`), key).bytes, 'F32');
  const about = JSON.parse(readFileSync(join(folder, 'architectures.json'), 'utf8')) as { d: number; n: number; tokens: number; cases: { name: string; config: { k: number; dead: number[] } }[] };
  const { k, dead } = must(about.cases.find((one) => one.name === name), name).config;
  const { d, n, tokens } = about;
  const transposed = (values: Float32Array) => Float32Array.from(values, (_, i) => values[(i % d) * n + Math.floor(i / d)]!);

  it('has the gradients that PyTorch has', () => {
    const product = createProduct(tokens, d, n);
    product.w.set(transposed(get('W_enc')));
    const parameters = { W_enc: product.w, b_enc: get('b_enc'), W_dec: get('W_dec'), b_dec: get('b_dec') };
    const gradients = zeros(parameters);
    const input = { x: get('x'), batch: tokens, d, dSae: n, k, variance: 1, dead, kAux: d >> 1, auxiliary: SAELENS };
    const { loss, fvu } = computeGradients(input, parameters, product, gradients, new Uint8Array(n));
    expect(loss).toBeCloseTo(get('loss')[0]!, 4);
    expect(fvu).toBeCloseTo(get('mse')[0]!, 4);
    expectClose(gradients.W_enc, [...transposed(get('grad.W_enc'))], 'W_enc');
    for (const key of ['b_enc', 'W_dec', 'b_dec'] as const) expectClose(gradients[key], [...get(`grad.${key}`)], key);
  });
});

describe('LargestOf', () => {
  it('keeps the k largest, ties by the lower index, in the order of their indices', () => {
    const row = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5];
    const top = new LargestOf(4);
    row.forEach((value, index) => top.offer(index, value, 4));
    top.sort();
    expect([...top.indices]).toEqual([4, 5, 7, 8]);
    expect([...top.values]).toEqual([5, 9, 6, 5]);
  });

  it('agrees with sorting, whatever the row', () => {
    for (let seed = 1; seed < 40; seed += 1) {
      const row = Array.from({ length: 30 }, (_, i) => Math.round(8 * Math.sin(seed * 13.7 + i * i)));
      const top = new LargestOf(7);
      row.forEach((value, index) => top.offer(index, value, 7));
      top.sort();
      const expected = row.map((value, index) => ({ value, index })).sort((a, b) => b.value - a.value || a.index - b.index).slice(0, 7).map(({ index }) => index).sort((a, b) => a - b);
      expect([...top.indices], `seed ${seed}`).toEqual(expected);
    }
  });
});
