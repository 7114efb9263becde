import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Dictionary } from '../anatomy/dictionary';
import { must } from '../lib/assert';
import { toFloat32 } from '../models/floats';
import { readSafetensors } from '../models/safetensors';
import { dictionaryWith, goldenDictionaries } from '../testing/dictionaries';
import { absorbDecoderBias, batchTopK, decode, encode, foldDecoderNorm, nextThreshold, prefixOf } from '.';
import { foldInputScale } from './fold';

const FILE = join(import.meta.dirname, 'golden/architectures.safetensors');
const tensors = new Map(readSafetensors(new Uint8Array(readFileSync(FILE)), 'architectures.safetensors').map((entry) => [entry.name, entry]));
const get = (name: string) => toFloat32(must(tensors.get(name), name).bytes, 'F32');
const difference = (a: Float32Array, b: Float32Array) => (a.length === b.length ? Math.max(0, ...a.map((value, i) => Math.abs(value - (b[i] ?? NaN)))) : Infinity);
const goldens = goldenDictionaries();
const golden = (name: string): Dictionary => must(goldens.find((one) => one.name === name), name).dictionary;

describe.each(goldens)('$name, as PyTorch computes it', ({ dictionary, nPos, x, f, xHat }) => {
  it('encodes', () => expect(difference(encode(dictionary, x, nPos), f)).toBeLessThan(1e-5));
  it('decodes', () => expect(difference(decode(dictionary, f, nPos, x), xHat)).toBeLessThan(1e-5));
});

describe.each(['fold-norm-standard', 'fold-norm-jumprelu', 'fold-norm-gated'])('%s', (name) => {
  it('folds decoder norms as PyTorch does, and reconstructs the same', () => {
    const { nPos, x, xHat } = must(goldens.find((one) => one.name === name), name);
    const folded = foldDecoderNorm(golden(name));
    const f = encode(folded, x, nPos);
    expect(difference(f, get(`${name}/f_folded`))).toBeLessThan(1e-5);
    expect(difference(decode(folded, f, nPos, x), xHat)).toBeLessThan(1e-5);
    for (const key of ['W_enc', 'W_dec', 'b_dec'] as const) expect(difference(folded.weights[key], get(`${name}/folded.${key}`))).toBeLessThan(1e-5);
  });
});

it('refuses to fold the norms of a TopK dictionary, but not of one that ranks by them', () => {
  expect(() => foldDecoderNorm(golden('topk'))).toThrow(/other features/);
  const { dictionary, nPos, x, f, xHat } = must(goldens.find((one) => one.name === 'topk-rescaled'), 'topk-rescaled');
  const folded = foldDecoderNorm(dictionary);
  expect(difference(encode(folded, x, nPos), f)).toBeLessThan(1e-5);
  expect(difference(decode(folded, f, nPos, x), xHat)).toBeLessThan(1e-5);
});

it('absorbs b_dec into the encoder: same activations, nothing subtracted', () => {
  const [dSae, name] = [get('absorb-b_dec/b_enc').length, 'absorb-b_dec'];
  const from = { W_enc: [...get(`${name}/W_enc`)], W_dec: [...get(`${name}/W_dec`)], b_enc: [...get(`${name}/b_enc`)], b_dec: [...get(`${name}/b_dec`)], dSae };
  const absorbed = absorbDecoderBias(dictionaryWith(from));
  const x = get(`${name}/x`);
  expect(absorbed.info.spec.applyBDecToInput).toBe(false);
  expect(difference(absorbed.weights.b_enc, get(`${name}/b_enc_absorbed`))).toBeLessThan(1e-5);
  expect(difference(encode(absorbed, x, x.length / absorbed.info.dIn), get(`${name}/f`))).toBeLessThan(1e-5);
  const gated = golden('gated');
  expect(difference(encode(absorbDecoderBias(gated), get('gated/x'), 6), get('gated/f'))).toBeLessThan(1e-5);
});

it('folds a constant input scale as SAELens does', () => {
  const name = 'average-norm-folded';
  const { config } = must((JSON.parse(readFileSync(join(import.meta.dirname, 'golden/architectures.json'), 'utf8')) as { cases: { name: string; config: { scale?: number } }[] }).cases.find((one) => one.name === name), name);
  const before = { ...golden(name).weights, W_enc: get(`${name}/before.W_enc`), W_dec: get(`${name}/before.W_dec`), b_enc: get(`${name}/before.b_enc`), b_dec: get(`${name}/before.b_dec`) };
  const folded = foldInputScale(before, must(config.scale, 'scale'));
  for (const key of ['W_enc', 'W_dec', 'b_enc', 'b_dec'] as const) expect(difference(folded[key], get(`${name}/${key}`))).toBeLessThan(1e-5);
});

it('selects over the whole batch as BatchTopK does while it trains', () => {
  const name = 'batchtopk';
  const pre = preOf(name);
  expect(difference(batchTopK(pre, 6, 3), get(`${name}/f`))).toBeLessThan(1e-5);
});

/** (x − b_dec) · W_enc + b_enc, by the encoder without its ReLU: of a dictionary whose negatives are encoded too. */
function preOf(name: string): Float32Array {
  const dSae = get(`${name}/b_enc`).length;
  const [W_enc, b_enc] = [get(`${name}/W_enc`), get(`${name}/b_enc`)];
  const weights = { W_dec: [...get(`${name}/W_dec`)], b_dec: [...get(`${name}/b_dec`)], dSae };
  const positive = encode(dictionaryWith({ ...weights, W_enc: [...W_enc], b_enc: [...b_enc] }), get(`${name}/x`), 6);
  const negative = encode(dictionaryWith({ ...weights, W_enc: [...W_enc].map((value) => -value), b_enc: [...b_enc].map((value) => -value) }), get(`${name}/x`), 6);
  return positive.map((value, i) => value - (negative[i] ?? 0));
}

describe('worked examples of the methods file', () => {
  const W_enc = [1, 0, -1, 0.5, 0, 1, 1, -0.5, 1, 1, 0, 0];
  const W_dec = [1, 0, 0, 0, 2, 0, -0.6, 0.8, 0, 0, 0, 0.5];
  const toy = { W_enc, W_dec, b_enc: [-0.5, -0.5, 0, 0.25], b_dec: [0.1, -0.2, 0.3], dSae: 4 };
  const x = Float32Array.from([1, 2, -1]);
  const rounded = (values: Float32Array) => Array.from(values, (value) => Math.round(value * 1e5) / 1e5);

  it.each([
    [false, [0, 0.5, 1, 0], [-0.5, 1.6, 0.3]],
    [true, [0, 0.4, 1.3, 0], [-0.68, 1.64, 0.3]],
  ])('standard, b_dec subtracted: %s', (applyBDecToInput, f, xHat) => {
    const dictionary = dictionaryWith({ ...toy, spec: { applyBDecToInput } });
    const found = encode(dictionary, x, 1);
    expect(rounded(found)).toEqual(f);
    expect(rounded(decode(dictionary, found, 1, x))).toEqual(xHat);
  });

  it.each([
    [1, [0, 0, 1.3, 0]],
    [2, [0, 0.4, 1.3, 0]],
    // Fewer than k are positive.
    [4, [0, 0.4, 1.3, 0]],
  ])('TopK with k = %i', (k, f) => {
    expect(rounded(encode(dictionaryWith({ ...toy, spec: { encoder: 'topk', k } }), x, 1))).toEqual(f);
  });

  it('TopK that ranks by decoder norm gives scaled activations and decodes them unscaled', () => {
    const dictionary = dictionaryWith({ ...toy, W_dec: [1, 0, 0, 0, 4, 0, -0.6, 0.8, 0, 0, 0, 0.5], spec: { encoder: 'topk', k: 1, rescaleActsByDecoderNorm: true } });
    const f = encode(dictionary, x, 1);
    expect(rounded(f)).toEqual([0, 1.6, 0, 0]);
    expect(rounded(decode(dictionary, f, 1, x))).toEqual([0.1, 1.4, 0.3]);
  });

  it('of equal values the first is kept', () => {
    const even = dictionaryWith({ W_enc: [1, 1, 1], W_dec: [1, 1, 1], dSae: 3, spec: { encoder: 'topk', k: 2 } });
    expect([...encode(even, Float32Array.from([2]), 1)]).toEqual([2, 2, 0]);
  });

  it('JumpReLU and gated', () => {
    expect(rounded(encode(dictionaryWith({ ...toy, threshold: [0.5, 0.3, 1.5, 0.1], spec: { encoder: 'jumprelu' } }), x, 1))).toEqual([0, 0.4, 0, 0]);
    const gated = dictionaryWith({ ...toy, gated: { r_mag: [0, Math.LN2, 0, 0], b_mag: [0, 0, 0.5, 0] }, spec: { encoder: 'gated' } });
    expect(rounded(encode(gated, x, 1))).toEqual([0, 1.8, 1.8, 0]);
  });

  it('folded decoder norms', () => {
    const dictionary = dictionaryWith(toy);
    const folded = foldDecoderNorm(dictionary);
    const f = encode(folded, x, 1);
    expect(rounded(f)).toEqual([0, 0.8, 1.3, 0]);
    expect(rounded(decode(folded, f, 1, x))).toEqual(rounded(decode(dictionary, encode(dictionary, x, 1), 1, x)));
  });

  it('BatchTopK of two tokens, its threshold, and a prefix', () => {
    const kept = batchTopK(Float32Array.from([-0.9, 0.4, 1.3, -0.4, 0.1, 3.4, 3.3, -1.4]), 2, 1);
    expect(rounded(kept)).toEqual([0, 0, 0, 0, 0, 3.4, 3.3, 0]);
    // ⌊1.5 · 1⌋ of one token.
    expect(rounded(batchTopK(Float32Array.from([2, 3, 1]), 1, 1.5))).toEqual([0, 3, 0]);
    expect(nextThreshold(0, kept)).toBeCloseTo(0.033, 6);
    expect(nextThreshold(0.5, new Float32Array(8))).toBe(0.5);
    expect(rounded(prefixOf(kept, 4, 2))).toEqual([0, 0, 0, 0, 0, 3.4, 0, 0]);
  });

  it('input normalisations: their scale, the unbiased deviation, and centring', () => {
    // An encoder that copies its input shows what the input became; one that negates it, the rest.
    const copy = { W_enc: [1, 0, 0, -1, 0, 0, 0, 1, 0, 0, -1, 0, 0, 0, 1, 0, 0, -1], W_dec: [1, 0, 0, 0, 1, 0, 0, 0, 1, -1, 0, 0, 0, -1, 0, 0, 0, -1], dSae: 6 };
    const seen = (spec: Parameters<typeof dictionaryWith>[0]['spec']) => {
      const dictionary = dictionaryWith({ ...copy, spec: spec ?? {} });
      const f = encode(dictionary, x, 1);
      expect(rounded(decode(dictionary, f, 1, x))[1]).toBeCloseTo(2, 4); // undone
      return rounded(Float32Array.from([0, 1, 2].map((i) => (f[i] ?? 0) - (f[i + 3] ?? 0))));
    };
    expect(seen({ normalizeActivations: 'constant_norm_rescale' })).toEqual([0.70711, 1.41421, -0.70711]);
    expect(seen({ normalizeActivations: 'layer_norm' })).toEqual([0.21822, 0.87287, -1.09108]);
    expect(seen({ normalizeActivations: 'expected_average_only_in' })).toEqual([1, 2, -1]);
    expect(seen({ centerInput: true })).toEqual([0.33333, 1.33333, -1.66667]);
  });
});
