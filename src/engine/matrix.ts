import type { Tensor } from '@tensorflow/tfjs-core';
import { gather, tensor, tensor1d, tidy, transpose } from '@tensorflow/tfjs-core';
import type { WeightStorage } from '../anatomy/weights';
import { floatsOf } from './codes';
import { linear } from './linear';

/** A matrix [in, out] on its way to a device. The array is read during the call that takes it, and not kept. */
export interface MatrixSource {
  readonly rows: number;
  readonly columns: number;
  /** Row-major, of `rows × columns` values; of `columns × rows` when transposed. Two-byte formats are bits. */
  readonly data: Float32Array | Uint16Array;
  readonly format: 'float32' | 'float16' | 'bfloat16';
  readonly transposed: boolean;
}

/** A weight matrix [in, out] as a device keeps it. Products are in float32. */
export interface Matrix {
  readonly shape: readonly [number, number];
  readonly storage: WeightStorage;
  /** Of the device's memory. */
  readonly bytes: number;
  /** `x @ W + b`: x [pos, in], b [out] or null, gives [pos, out]. */
  multiply(x: Tensor, b: Tensor | null): Tensor;
  /** The whole in float32, [in, out]: a tensor that whoever asked disposes. */
  dense(): Tensor;
  /** Columns in float32 as rows [id, in]: a tensor that whoever asked disposes. */
  gather(ids: readonly number[]): Tensor;
  dispose(): void;
}

/** How a device keeps matrices. */
export interface MatrixKeeper {
  /** The storages that this device computes from. `float32` always. */
  readonly storages: ReadonlySet<WeightStorage>;
  /** @throws RangeError when the device has no room. */
  keep(source: MatrixSource, storage: WeightStorage): Matrix;
}

type Product = (x: Tensor, W: Tensor, b: Tensor | null) => Tensor;

/** Matrices as float32 tensors, multiplied by tfjs. */
export function tensorKeeper(product: Product = linear): MatrixKeeper {
  return {
    storages: new Set(['float32']),
    keep(source) {
      const { rows, columns } = source;
      const W = tensor(floatsOf(source), [rows, columns], 'float32');
      return {
        shape: [rows, columns],
        storage: 'float32',
        bytes: 4 * rows * columns,
        multiply: (x, b) => product(x, W, b),
        dense: () => W.clone(),
        gather: (ids) => tidy(() => transpose(gather(W, tensor1d([...ids], 'int32'), 1))),
        dispose: () => W.dispose(),
      };
    },
  };
}
