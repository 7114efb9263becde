import {
  add,
  concat,
  less,
  matMul,
  maximum,
  mul,
  reshape,
  slice,
  softmax,
  sum,
  transpose,
  where,
} from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { blockHook } from '../anatomy/hook-names';
import type { BlockPoint } from '../anatomy/hook-names';
import { at } from '../lib/assert';
import { softCapped } from './activation';
import { constant } from './constants';
import type { LayerWeights } from './device-weights';
import type { FusedKernels } from './fused';
import type { KvCache } from './kv-cache';
import type { Pass } from './pass';
import { qkNormed } from './norm';
import { inRowTiles, rowsOf, rowsPerTile } from './row-tiles';
import { MASKED, MASKED_BELOW } from './tables';
import type { PassTables, RotaryTensors } from './tables';

/** What attention needs besides its input. */
export interface AttentionInput {
  readonly weights: LayerWeights;
  readonly tables: PassTables;
  readonly cache: KvCache;
  readonly kernels: FusedKernels | null;
}

/** What the fused kernel skips. */
const INNER: readonly BlockPoint[] = [
  'attn.hook_q',
  'attn.hook_k',
  'attn.hook_v',
  'attn.hook_rot_q',
  'attn.hook_rot_k',
  'attn.hook_attn_scores',
  'attn.hook_pattern',
];
/** Who looks at these needs every query row at once. */
const WHOLE_ROWS: readonly BlockPoint[] = ['attn.hook_attn_scores', 'attn.hook_pattern'];
const PER_HEAD: readonly BlockPoint[] = ['attn.hook_z', 'attn.hook_result'];

/** Attention of one block: reads ln1's output [pos, d_model], gives what is added to the stream [pos, d_model]. */
export function attention(
  pass: Pass,
  layer: number,
  x: Tensor,
  { weights, tables, cache, kernels }: AttentionInput,
): Tensor {
  const { nHeads, dHead, dModel } = pass.config;
  const isAnyTapped = (points: readonly BlockPoint[]) => points.some((point) => pass.isTapped(blockHook(layer, point)));

  const qkv = weights.W_QKV.multiply(x, weights.b_QKV); // [pos, (head + 2 kv) * d_head]
  const isFused = kernels !== null && !isAnyTapped(INNER);
  const { qNorm, kNorm } = weights;
  if (isFused && qNorm !== null && kNorm !== null) kernels.normQueriesKeys(qkv, qNorm, kNorm); // nobody else has this product
  let z =
    isFused
      ? kernels.attend(qkv, tables, cache.slots(layer, tables.nKeys, kernels), pass.offset)
      : mixValues(pass, layer, qkv, { weights, tables, cache }); // [pos, head * d_head]
  if (isAnyTapped(PER_HEAD)) {
    const perHead = pass.tap(blockHook(layer, 'attn.hook_z'), reshape(z, [pass.length, nHeads, dHead])); // [pos, head, d_head]
    const name = blockHook(layer, 'attn.hook_result');
    if (pass.isTapped(name)) {
      const products = matMul(transpose(perHead, [1, 0, 2]), reshape(weights.W_O.dense(), [nHeads, dHead, dModel])); // [head, pos, d_model]
      const total = sum(pass.tap(name, transpose(products, [1, 0, 2])), 1); // [pos, d_model]
      // Only a hook can make the sum differ from the one product below; a capture alone changes no number.
      if (pass.isHooked(name)) return weights.b_O === null ? total : add(total, weights.b_O); // [pos, d_model]
    }
    z = reshape(perHead, [pass.length, nHeads * dHead]); // [pos, head * d_head]
  }
  return weights.W_O.multiply(z, weights.b_O); // [pos, d_model]
}

/** From q, k and v side by side to the weighted values [pos, head * d_head], through every hook point in between. */
function mixValues(
  pass: Pass,
  layer: number,
  qkv: Tensor,
  { weights, tables, cache }: Omit<AttentionInput, 'kernels'>,
): Tensor {
  const { nHeads, nKvHeads, dHead, attentionScale, softCap } = pass.config;
  const n = pass.length;
  const tap = (point: BlockPoint, value: Tensor) => pass.tap(blockHook(layer, point), value);
  const heads = reshape(qkv, [n, nHeads + 2 * nKvHeads, dHead]); // [pos, head + 2 kv, d_head]
  const part = (first: number, count: number) => slice(heads, [0, first, 0], [n, count, dHead]);
  const q = qkNormed(pass.config, tap('attn.hook_q', part(0, nHeads)), weights.qNorm); // [pos, head, d_head]
  const k = qkNormed(pass.config, tap('attn.hook_k', part(nHeads, nKvHeads)), weights.kNorm); // [pos, kv, d_head]
  const v = tap('attn.hook_v', part(nHeads + nKvHeads, nKvHeads)); // [pos, kv, d_head]
  const rotQ = tables.rotary === null ? q : tap('attn.hook_rot_q', rotate(q, tables.rotaryTensors())); // [pos, head, d_head]
  const rotK = tables.rotary === null ? k : tap('attn.hook_rot_k', rotate(k, tables.rotaryTensors())); // [pos, kv, d_head]
  const all = cache.append(layer, transpose(rotK, [1, 0, 2]), transpose(v, [1, 0, 2])); // [kv, key_pos, d_head]

  // Query heads that share a key head are stacked along pos, so that keys are never copied.
  const nKeys = at(all.k.shape, 1);
  const queries = transpose(rotQ, [1, 0, 2]); // [head, query_pos, d_head]
  const mask = tables.mask();
  const distance = tables.distance();
  const mixRows = (first: number, count: number): Tensor => {
    const stackedShape = [nKvHeads, (nHeads / nKvHeads) * count];
    const stacked = reshape(rowsOf(queries, 1, first, count), [...stackedShape, dHead]); // [kv, group * pos, d_head]
    const products = mul(matMul(stacked, all.k, false, true), constant(attentionScale)); // [kv, group * pos, key_pos]
    const masked = mask === null ? null : rowsOf(mask, 0, first, count); // [query_pos, key_pos]
    const capped = reshape(softCapped(products, softCap.scores), [nHeads, count, nKeys]); // [head, query_pos, key_pos]
    const raw =
      distance === null ? capped : add(capped, mul(distance.slopes, rowsOf(distance.steps, 0, first, count))); // [head, query_pos, key_pos]
    const scores = tapScores(pass, layer, raw, masked, tables.nKeys); // [head, query_pos, key_pos]
    const pattern = tapKeys(pass, layer, 'attn.hook_pattern', softmax(scores), tables.nKeys); // [head, query_pos, key_pos]
    return reshape(matMul(reshape(pattern, [...stackedShape, nKeys]), all.v), [nHeads, count, dHead]); // [head, query_pos, d_head]
  };
  // Only who looks at scores or patterns needs all rows at once.
  const isWhole = WHOLE_ROWS.some((point) => pass.isTapped(blockHook(layer, point)));
  const mixed = inRowTiles(n, isWhole ? n : rowsPerTile(nHeads, n, nKeys), mixRows); // [head, query_pos, d_head]
  return reshape(transpose(mixed, [1, 0, 2]), [n, nHeads * dHead]); // [pos, head * d_head]
}

/** Rotary positions, half-split within the components that are turned: x·cos + (−x₂, x₁)·sin for x [pos, heads, d_head]. */
function rotate(x: Tensor, rotary: RotaryTensors): Tensor {
  const turned = reshape(matMul(reshape(x, [-1, at(x.shape, 2)]), rotary.turn), x.shape); // [pos, heads, d_head]
  return add(mul(x, rotary.cos), mul(turned, rotary.sin)); // [pos, heads, d_head]
}

function tapScores(pass: Pass, layer: number, raw: Tensor, mask: Tensor | null, nKeys: number): Tensor {
  const scores = mask === null ? raw : add(raw, mask); // [head, query_pos, key_pos]
  const point = 'attn.hook_attn_scores';
  if (!pass.isHooked(blockHook(layer, point))) return tapKeys(pass, layer, point, scores, nKeys);
  // Hooks see −∞ where masked, and may write it; what is computed with stays finite.
  const infinite = where(less(scores, constant(MASKED_BELOW)), constant(-Infinity), scores);
  return maximum(tapKeys(pass, layer, point, infinite, nKeys), constant(MASKED));
}

/** A tap on [head, query_pos, key_pos] that shows only the keys fed so far, also when the cache has room for more. */
function tapKeys(pass: Pass, layer: number, point: BlockPoint, x: Tensor, nKeys: number): Tensor {
  const name = blockHook(layer, point);
  const [heads = 0, queries = 0, keys = 0] = x.shape;
  if (keys === nKeys || !pass.isTapped(name)) return pass.tap(name, x);
  const seen = pass.tap(name, slice(x, [0, 0, 0], [heads, queries, nKeys])); // [head, query_pos, key_pos]
  return pass.isHooked(name) ? concat([seen, slice(x, [0, 0, nKeys], [heads, queries, keys - nKeys])], 2) : x;
}
