import { createWasmProduct, PRODUCT_MULTIPLES } from './wasm-product';

/**
 * A product of matrices with the memory that it works on: `y = x · wᵀ`. The encoder's is x · W_encᵀ over a batch.
 *
 * @property x [rowsX, d], such as [batch, d]: put a batch here.
 * @property w [rowsW, d], such as the encoder itself, one row per feature; the training changes it in place.
 * @property y [rowsX, rowsW], such as [batch, d_sae]: what `run` fills.
 */
export interface EncoderProduct {
  readonly x: Float32Array;
  readonly w: Float32Array;
  readonly y: Float32Array;
  readonly kind: 'simd' | 'plain';
  run(): void;
}

const PAGE = 65_536;

/** @param kind `plain`: without WebAssembly. Left out: SIMD where there is some and the sizes fit it. */
export function createProduct(rowsX: number, d: number, rowsW: number, kind: 'simd' | 'plain' | null = null): EncoderProduct {
  const fits = rowsX % PRODUCT_MULTIPLES.rowsX === 0 && rowsW % PRODUCT_MULTIPLES.rowsW === 0 && d % PRODUCT_MULTIPLES.d === 0;
  return (kind !== 'plain' && fits ? simdProduct(rowsX, d, rowsW) : null) ?? plainProduct(rowsX, d, rowsW);
}

function simdProduct(rowsX: number, d: number, rowsW: number): EncoderProduct | null {
  const sizes = [rowsX * d, rowsW * d, rowsX * rowsW];
  const memory = new WebAssembly.Memory({ initial: Math.ceil((4 * sizes.reduce((sum, size) => sum + size)) / PAGE) });
  const product = createWasmProduct(memory);
  if (product === null) return null;
  const x = new Float32Array(memory.buffer, 0, rowsX * d);
  const w = new Float32Array(memory.buffer, x.byteLength, rowsW * d);
  const y = new Float32Array(memory.buffer, x.byteLength + w.byteLength, rowsX * rowsW);
  return { x, w, y, kind: 'simd', run: () => product(x.byteOffset, w.byteOffset, y.byteOffset, rowsX, rowsW, d) };
}

function plainProduct(rowsX: number, d: number, rowsW: number): EncoderProduct {
  const x = new Float32Array(rowsX * d);
  const w = new Float32Array(rowsW * d);
  const y = new Float32Array(rowsX * rowsW);
  return {
    x,
    w,
    y,
    kind: 'plain',
    run() {
      for (let row = 0; row < rowsX; row += 1)
        for (let column = 0; column < rowsW; column += 1) {
          let sum = 0;
          for (let i = 0, a = row * d, b = column * d; i < d; i += 1) sum += (x[a + i] ?? 0) * (w[b + i] ?? 0);
          y[row * rowsW + column] = sum;
        }
    },
  };
}
