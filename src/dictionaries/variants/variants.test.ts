import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { must } from '../../lib/assert';
import { toFloat32 } from '../../models/floats';
import { readSafetensors } from '../../models/safetensors';
import { topK } from '../encode';
import { alongDecoder, selectByGradient, variationalCode } from '.';

const FILE = join(import.meta.dirname, '../golden/architectures.safetensors');
const tensors = new Map(readSafetensors(new Uint8Array(readFileSync(FILE)), 'golden').map((entry) => [entry.name, entry]));
const reader = (name: string) => (key: string) => toFloat32(must(tensors.get(`${name}/${key}`), key).bytes, 'F32');
const row = (values: Float32Array, at: number, width: number) => values.subarray(at * width, (at + 1) * width);
const difference = (a: ArrayLike<number>, b: ArrayLike<number>) => Math.max(...Array.from(a, (value, i) => Math.abs(value - (b[i] ?? NaN))));
const affine = (x: ArrayLike<number>, shift: ArrayLike<number>, W: Float32Array, b: Float32Array) =>
  Float64Array.from(b, (bias, i) => Array.from(x).reduce((sum, value, at) => sum + (value - (shift[at] ?? 0)) * W[at * b.length + i]!, bias));

describe.each([0, 1.5])('g-SAE with beta %d', (beta) => {
  const get = reader(`g-sae-beta-${beta.toFixed(1)}`);
  const [x, g, f, b_dec] = [get('x'), get('gradient'), get('f'), get('b_dec')];
  const d = b_dec.length;
  const n = f.length / (x.length / d);
  it('keeps what PyTorch keeps', () => {
    for (let pos = 0; pos < x.length / d; pos += 1) {
      const z = affine(row(x, pos, d), b_dec, get('W_enc'), get('b_enc'));
      const kept = selectByGradient(z, alongDecoder(row(g, pos, d), get('W_dec')), 4, beta);
      expect(difference(kept, row(f, pos, n))).toBeLessThan(1e-5);
      if (beta === 0) expect(kept).toEqual(topK(z, 4));
    }
  });
});

describe.each(['vsae', 'vsae-training'])('%s', (name) => {
  const get = reader(name);
  const [x, f, kl, xHat, b_dec, b_enc] = [get('x'), get('f'), get('kl'), get('x_hat'), get('b_dec'), get('b_enc')];
  const [d, n] = [b_dec.length, b_enc.length];
  const weights = { W_enc: get('W_enc'), b_enc, W_dec: get('W_dec'), b_dec, variance: { W_var: get('W_var'), b_var: get('b_var') } };
  it('gives the code, the reconstruction and the divergence that PyTorch gives', () => {
    for (let pos = 0; pos < x.length / d; pos += 1) {
      const code = variationalCode(weights, row(x, pos, d), 4, name === 'vsae' ? null : row(get('noise'), pos, n));
      expect(difference(code.f, row(f, pos, n))).toBeLessThan(1e-5);
      expect(difference(code.xHat, row(xHat, pos, d))).toBeLessThan(1e-5);
      expect(Math.abs(code.kl - kl[pos]!)).toBeLessThan(1e-4);
    }
  });

  it('without noise is a TopK dictionary; the divergence of a fixed variance is half the squares', () => {
    const one = row(x, 0, d);
    const plain = variationalCode({ ...weights, variance: null }, one, 4);
    const pre = affine(one, new Float32Array(d), weights.W_enc, b_enc);
    expect(difference(plain.f, topK(pre, 4))).toBeLessThan(1e-9);
    expect(plain.kl).toBeCloseTo(0.5 * pre.reduce((sum, value) => sum + Math.max(0, value) ** 2, 0), 9);
  });
});
