import { describe, expect, it } from 'vitest';
import { createProduct, type EncoderProduct } from './product';

const fill = (product: EncoderProduct) => {
  product.x.forEach((_, i) => (product.x[i] = Math.sin(i * 1.7)));
  product.w.forEach((_, i) => (product.w[i] = Math.cos(i * 0.9)));
  product.run();
  return product.y;
};

describe('the encoder product', () => {
  it.each([[4, 8, 2], [8, 24, 6], [12, 320, 40]])('by SIMD is what plain loops give: batch %i, d %i, d_sae %i', (batch, d, dSae) => {
    const simd = createProduct(batch, d, dSae, 'simd');
    expect(simd.kind).toBe('simd');
    const plain = fill(createProduct(batch, d, dSae, 'plain'));
    fill(simd).forEach((value, i) => expect(Math.abs(value - plain[i]!)).toBeLessThan(1e-5 * Math.sqrt(d)));
  });

  it('falls back to plain loops for sizes that don’t come in fours', () => {
    expect(createProduct(3, 8, 2).kind).toBe('plain');
    expect(createProduct(4, 6, 2).kind).toBe('plain');
    expect(createProduct(4, 8, 3).kind).toBe('plain');
  });

  it('gives a row the same sums, bit by bit, wherever it stands', () => {
    const product = createProduct(8, 16, 4);
    const row = Float32Array.from({ length: 16 }, (_, i) => Math.tan(i));
    product.w.forEach((_, i) => (product.w[i] = Math.cos(i)));
    for (let at = 0; at < 8; at += 1) product.x.set(row, at * 16);
    product.run();
    for (let at = 1; at < 8; at += 1) expect(product.y.slice(at * 4, at * 4 + 4)).toEqual(product.y.slice(0, 4));
  });
});
