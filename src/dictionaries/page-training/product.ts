import { createWasmProduct, PRODUCT_MULTIPLES } from './wasm-product';

/**
 * The encoder's product with the memory that it works on: `pre = x · W_encᵀ`.
 *
 * @property x [batch, d]: put a batch here.
 * @property W_enc [d_sae, d]: the encoder itself, one row per feature; the training changes it in place.
 * @property pre [batch, d_sae]: what `run` fills.
 */
export interface EncoderProduct {
  readonly x: Float32Array;
  readonly W_enc: Float32Array;
  readonly pre: Float32Array;
  readonly kind: 'simd' | 'plain';
  run(): void;
}

const PAGE = 65_536;

/** @param kind `plain`: without WebAssembly. Left out: SIMD where there is some and the sizes fit it. */
export function createProduct(batch: number, d: number, dSae: number, kind: 'simd' | 'plain' | null = null): EncoderProduct {
  const fits = batch % PRODUCT_MULTIPLES.rowsX === 0 && dSae % PRODUCT_MULTIPLES.rowsW === 0 && d % PRODUCT_MULTIPLES.d === 0;
  return (kind !== 'plain' && fits ? simdProduct(batch, d, dSae) : null) ?? plainProduct(batch, d, dSae);
}

function simdProduct(batch: number, d: number, dSae: number): EncoderProduct | null {
  const sizes = [batch * d, dSae * d, batch * dSae];
  const memory = new WebAssembly.Memory({ initial: Math.ceil((4 * sizes.reduce((sum, size) => sum + size)) / PAGE) });
  const product = createWasmProduct(memory);
  if (product === null) return null;
  const x = new Float32Array(memory.buffer, 0, batch * d);
  const W_enc = new Float32Array(memory.buffer, x.byteLength, dSae * d);
  const pre = new Float32Array(memory.buffer, x.byteLength + W_enc.byteLength, batch * dSae);
  return { x, W_enc, pre, kind: 'simd', run: () => product(x.byteOffset, W_enc.byteOffset, pre.byteOffset, batch, dSae, d) };
}

function plainProduct(batch: number, d: number, dSae: number): EncoderProduct {
  const x = new Float32Array(batch * d);
  const W_enc = new Float32Array(dSae * d);
  const pre = new Float32Array(batch * dSae);
  return {
    x,
    W_enc,
    pre,
    kind: 'plain',
    run() {
      for (let row = 0; row < batch; row += 1)
        for (let feature = 0; feature < dSae; feature += 1) {
          let sum = 0;
          for (let i = 0, a = row * d, b = feature * d; i < d; i += 1) sum += (x[a + i] ?? 0) * (W_enc[b + i] ?? 0);
          pre[row * dSae + feature] = sum;
        }
    },
  };
}
