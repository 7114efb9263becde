import { mul, slice } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { BlockPoint } from '../anatomy/hook-names';
import type { ModelConfig } from '../anatomy/model-config';
import { at } from '../lib/assert';
import { activate } from './activation';
import type { MlpWeights } from './device-weights';
import type { FusedKernels } from './fused';

/** One MLP. `isSeen`: somebody looks at what the fused kernel skips. */
export function neurons(
  { dMlp, mlp: kind }: ModelConfig,
  x: Tensor,
  weights: MlpWeights,
  kernels: FusedKernels | null,
  isSeen: boolean,
  tap: (point: BlockPoint, value: Tensor) => Tensor,
): Tensor {
  const up = weights.W_in.multiply(x, weights.b_in); // [pos, d_mlp], or [pos, 2 d_mlp] with the gate first
  if (kernels !== null && !isSeen)
    return weights.W_out.multiply(tap('mlp.hook_post', kernels.gate(up)), weights.b_out); // [pos, d_model]
  const part = (first: number) => slice(up, [0, first], [at(x.shape, 0), dMlp]);
  const pre = tap('mlp.hook_pre', kind.gated ? part(0) : up); // [pos, d_mlp]
  const active = activate(kind.activation, pre); // [pos, d_mlp]
  const post = tap('mlp.hook_post', kind.gated ? mul(active, tap('mlp.hook_pre_linear', part(dMlp))) : active); // [pos, d_mlp]
  return weights.W_out.multiply(post, weights.b_out); // [pos, d_model]
}
