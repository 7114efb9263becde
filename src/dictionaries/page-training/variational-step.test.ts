import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { adamStep, clipNorm } from './adam';
import { ARRAY_NAMES, copied, mapArrays, zerosLike } from './arrays';
import { createProduct } from './product';
import { computeGradients } from './step';
import type { TrainingArrays } from './types';
import { VariationalStep, type VariationalInput, type VariationalSizes } from './variational-step';

type Arrays = Record<(typeof ARRAY_NAMES)[number], number[]>;
const FIXED_NAMES = ['W_enc', 'b_enc', 'W_dec', 'b_dec'] as const;
interface Figures<A> {
  readonly loss: number;
  readonly squared: number;
  readonly kl: number;
  readonly gradients: A;
}
interface Golden extends VariationalSizes {
  readonly lr: number;
  readonly klWeight: number;
  readonly start: Arrays;
  readonly after: Arrays;
  readonly steps: readonly (Figures<Arrays> & { x: number[]; noise: number[]; dead: number[]; norm: number; unit?: Figures<Partial<Arrays>> })[];
}
/** Written by training/dictionaries/page_training_vsae.py: PyTorch's autograd, clipping and torch.optim.Adam. */
const golden = JSON.parse(readFileSync(new URL('./golden/variational.json', import.meta.url), 'utf8')) as Golden;
const start = Object.fromEntries(ARRAY_NAMES.map((name) => [name, Float32Array.from(golden.start[name])])) as unknown as Required<TrainingArrays>;
const withoutVariance = ({ W_enc, b_enc, W_dec, b_dec }: TrainingArrays): TrainingArrays => ({ W_enc, b_enc, W_dec, b_dec });

function expectClose(got: ArrayLike<number> | undefined, expected: ArrayLike<number> | undefined, what: string, tolerance = 1e-5): void {
  expect(got?.length, what).toBe(expected?.length);
  const largest = Array.from(expected!).reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
  Array.from(expected!).forEach((value, i) => expect(Math.abs(got![i]! - value), `${what}[${i}]: ${got![i]} for ${value}`).toBeLessThan(tolerance * largest));
}
const inputOf = ({ x, noise, dead }: Golden['steps'][number]): VariationalInput => ({ x: Float32Array.from(x), noise: Float32Array.from(noise), klWeight: golden.klWeight, dead });

describe.each(['simd', 'plain'] as const)('a variational step, %s', (kind) => {
  const fired = new Uint8Array(golden.dSae);

  it('with a learned variance is PyTorch’s: loss, divergence, gradients, clipping and Adam, the second step with dead features', () => {
    const step = new VariationalStep(golden, start, kind);
    expect(step.kind).toBe(kind);
    const [first, second] = [zerosLike(start), zerosLike(start)];
    golden.steps.forEach((expected, number) => {
      const { loss, fvu, kl } = step.compute(inputOf(expected), fired);
      expect(loss).toBeCloseTo(expected.loss, 3);
      expect(fvu * golden.d).toBeCloseTo(expected.squared, 3);
      expect(kl).toBeCloseTo(expected.kl, 3);
      for (const name of ARRAY_NAMES) expectClose(step.gradients[name], expected.gradients[name], `step ${number}, gradient of ${name}`);
      expect(clipNorm(step.gradients, 1)).toBeCloseTo(expected.norm, 3);
      adamStep(step.parameters, step.gradients, first, second, golden.lr, number + 1);
    });
    for (const name of ARRAY_NAMES) expectClose(step.parameters[name], golden.after[name], name);
  });

  it('with a variance of 1 is PyTorch’s, where the divergence is of z', () => {
    const [, last] = golden.steps;
    const expected = last!.unit!;
    const step = new VariationalStep(golden, withoutVariance(start), kind);
    const { loss, fvu, kl } = step.compute(inputOf(last!), fired);
    expect(loss).toBeCloseTo(expected.loss, 3);
    expect(fvu * golden.d).toBeCloseTo(expected.squared, 3);
    expect(kl).toBeCloseTo(expected.kl, 3);
    expect(Object.keys(step.gradients)).toEqual(Object.keys(expected.gradients));
    for (const name of FIXED_NAMES) expectClose(step.gradients[name], expected.gradients[name], name);
  });
});

/** The loss once more, token by token in double precision. What the auxiliary loss holds fixed comes from `held`, or from these parameters. */
function lossOf({ batch, d, dSae, k, kAux }: VariationalSizes, p: Record<string, ArrayLike<number>>, { x, noise, klWeight, dead }: VariationalInput, held?: number[][]) {
  const keep = (z: number[], among: readonly number[], most: number) => [...among].sort((a, b) => Math.abs(z[b]!) - Math.abs(z[a]!) || a - b).slice(0, most);
  const decode = (z: number[], kept: number[]) => Array.from({ length: d }, (_, i) => kept.reduce((sum, feature) => sum + z[feature]! * p['W_dec']![feature * d + i]!, 0));
  const all = Array.from({ length: dSae }, (_, feature) => feature);
  const rests: number[][] = [];
  const explained: number[][] = [];
  let [squared, kl] = [0, 0];
  for (let token = 0; token < batch; token += 1) {
    const centred = Array.from({ length: d }, (_, i) => x[token * d + i]! - p['b_dec']![i]!);
    const pre = (W: ArrayLike<number>, b: ArrayLike<number>) => all.map((feature) => centred.reduce((sum, value, i) => sum + value * W[feature * d + i]!, b[feature]!));
    const mu = pre(p['W_enc']!, p['b_enc']!).map((value) => Math.max(0, value));
    const logs = p['W_var'] === undefined ? null : pre(p['W_var'], p['b_var']!).map((value) => Math.min(2, Math.max(-6, value)));
    const z = mu.map((value, feature) => value + noise[token * dSae + feature]! * (logs === null ? 1 : Math.exp(logs[feature]! / 2)));
    const decoded = decode(z, keep(z, all, k));
    const rest = centred.map((value, i) => value - decoded[i]!);
    rests.push(rest);
    explained.push(decode(z, keep(z, dead, Math.min(kAux, dead.length))));
    squared += rest.reduce((sum, value) => sum + value ** 2, 0) / batch;
    kl += all.reduce((sum, i) => sum + 0.5 * (logs === null ? z[i]! ** 2 : Math.min(10, mu[i]!) ** 2 + Math.exp(logs[i]!) - 1 - logs[i]!), 0) / batch;
  }
  const r = held ?? rests;
  const mean = Array.from({ length: d }, (_, i) => r.reduce((sum, row) => sum + row[i]! / batch, 0));
  const spread = r.flat().reduce((sum, value, at) => sum + (value - mean[at % d]!) ** 2 / batch, 0);
  const unexplained = r.flat().reduce((sum, value, at) => sum + (value - explained.flat()[at]!) ** 2 / batch, 0);
  return { loss: squared + klWeight * kl + (dead.length === 0 ? 0 : unexplained / (spread + 1e-8) / 32), rests };
}

const sizes: VariationalSizes = { batch: 4, d: 5, dSae: 9, k: 3, kAux: 2 };
const wave = (length: number, speed: number, height: number) => Float32Array.from({ length }, (_, i) => height * Math.sin(speed * (i + 1) + i * i * 0.13));
const wide = (): Required<TrainingArrays> => ({ W_enc: wave(45, 1.3, 0.7), b_enc: wave(9, 2.1, 0.3), W_dec: wave(45, 0.7, 0.6), b_dec: wave(5, 3.1, 0.2), W_var: wave(45, 1.9, 0.6), b_var: wave(9, 0.9, 1) });

describe('the gradients by hand', () => {
  it.each([
    ['a learned variance', true, []],
    ['a learned variance and dead features', true, [0, 3, 7]],
    ['a variance of 1', false, []],
    ['a variance of 1 and dead features', false, [0, 3, 7]],
  ] as const)('are the slopes of the loss: %s', (_, learns, dead) => {
    const all = wide();
    all.b_enc[5] = 12; // a mean beyond 10
    const parameters: TrainingArrays = learns ? all : withoutVariance(all);
    const input: VariationalInput = { x: wave(20, 0.37, 1.6), noise: wave(36, 5.3, 1.1), klWeight: 0.4, dead };
    const step = new VariationalStep(sizes, parameters);
    const { loss } = step.compute(input, new Uint8Array(sizes.dSae));
    const doubles: Record<string, Float64Array> = Object.fromEntries(ARRAY_NAMES.flatMap((name) => (parameters[name] === undefined ? [] : [[name, Float64Array.from(parameters[name])]])));
    const at = lossOf(sizes, doubles, input);
    expect(loss).toBeCloseTo(at.loss, 4);
    const STEP = 1e-6;
    for (const [name, values] of Object.entries(doubles)) {
      const slopes = Array.from(values, (value, i) => {
        const beside = [STEP, -STEP].map((shift) => {
          values[i] = value + shift;
          return lossOf(sizes, doubles, input, at.rests).loss;
        });
        values[i] = value;
        return (beside[0]! - beside[1]!) / (2 * STEP);
      });
      expect(slopes.some((slope) => Math.abs(slope) > 1e-3), name).toBe(true);
      expectClose(step.gradients[name as keyof TrainingArrays], slopes, name);
    }
  });

  it('without noise and with a divergence that costs nothing are those of a TopK dictionary', () => {
    const parameters = withoutVariance(wide());
    const { batch, d, dSae, k } = sizes;
    const x = wave(20, 0.37, 1.6);
    const fired = [new Uint8Array(dSae), new Uint8Array(dSae)] as const;
    const step = new VariationalStep(sizes, parameters);
    const variational = step.compute({ x, noise: new Float32Array(batch * dSae), klWeight: 0, dead: [] }, fired[0]);
    const product = createProduct(batch, d, dSae);
    product.w.set(parameters.W_enc);
    const gradients = zerosLike(parameters);
    const topK = computeGradients({ x, batch, d, dSae, k, variance: 1, dead: [], kAux: 2 }, { ...copied(parameters), W_enc: product.w }, product, gradients, fired[1]);
    expect(variational.loss).toBeCloseTo(topK.loss, 5);
    expect(variational.l0).toBe(topK.l0);
    expect(fired[0]).toEqual(fired[1]);
    for (const name of FIXED_NAMES) expectClose(step.gradients[name], gradients[name], name);
  });
});

describe('clipping', () => {
  const gradients = () => mapArrays(wide(), (values) => values.slice());
  const length = (of: TrainingArrays) => Math.hypot(...ARRAY_NAMES.flatMap((name) => [...(of[name] ?? [])]));
  it('shortens all gradients together, and leaves short ones', () => {
    const long = gradients();
    const before = length(long);
    expect(clipNorm(long, 1)).toBeCloseTo(before, 4);
    expect(length(long)).toBeCloseTo(1, 4);
    expect(long.W_enc[3]! / long.b_var![2]!).toBeCloseTo(wide().W_enc[3]! / wide().b_var[2]!, 4);
    const short = gradients();
    clipNorm(short, 2 * before);
    expect(short).toEqual(gradients());
  });
});
