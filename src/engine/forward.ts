import { add as composedAdd, mul, slice, tensor } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { blockHook } from '../anatomy/hook-names';
import type { BlockPoint } from '../anatomy/hook-names';
import { softCapped } from './activation';
import { attention } from './attention';
import { constant } from './constants';
import type { DeviceWeights } from './device-weights';
import type { KvCache } from './kv-cache';
import type { FusedKernels } from './fused';
import { mlp } from './mlp';
import { normalize } from './norm';
import type { BlockNorm, NormPrefix, NormWeights } from './norm';
import type { Pass } from './pass';
import type { KnownPrefix } from './prefix';
import { passTables } from './tables';

/** A model ready for passes. */
export interface ForwardModel {
  readonly weights: DeviceWeights;
  /** By layer: rotary frequencies [dims / 2], null without rotary positions. */
  readonly rotary: readonly (Float32Array | null)[];
  /** Steps in one go where the numbers lie in this process's memory. */
  readonly kernels: FusedKernels | null;
}

/**
 * The forward pass. Computes as far as the run's plan needs and gives the logits: [pos, d_vocab] when every position's are
 * wanted, [row, d_vocab] of the last `logitRows` positions when only tokens are to be chosen, null when nobody asks.
 */
export function forward(model: ForwardModel, pass: Pass, cache: KvCache): Tensor | null {
  const { config, plan, length } = pass;
  const { weights, kernels } = model;
  const add = kernels?.add ?? composedAdd;
  if (plan.lastLayer < 0 && !pass.isTapped('hook_embed') && !pass.isTapped('hook_pos_embed')) return null;
  cache.begin(pass.offset, length);
  const tables = passTables(model.rotary, pass, cache);

  let resid = begin(); // [pos, d_model]

  for (const [layer, block] of weights.layers.entries()) {
    if (layer > plan.lastLayer) return null;
    if (layer < (pass.known?.firstLayer ?? 0)) continue; // computed by an earlier run
    if (layer === plan.firstHooked && plan.isRowwise) pass.stream = kernels?.read(resid) ?? null;
    const tap = (point: BlockPoint, x: Tensor) => pass.tap(blockHook(layer, point), x);
    const norm = (name: BlockNorm, x: Tensor): Tensor => {
      const own = block.norms[name];
      return own === undefined ? x : normed(pass, kernels, `blocks.${layer}.${name}`, x, own);
    };
    /** What a sublayer reads. */
    const input = (name: 'ln1' | 'ln2', x: Tensor) =>
      block.norms[name] === undefined ? x : tap(`${name}.hook_out`, norm(name, x)); // [pos, d_model]
    /** What it adds to the stream. */
    const output = (name: 'ln1_post' | 'ln2_post', x: Tensor) => scaled(norm(name, x), config.scale.residual); // [pos, d_model]

    const pre = tap('hook_resid_pre', resid); // [pos, d_model]
    const attended = attention(pass, layer, input('ln1', pre), { weights: block, tables: tables(layer), cache, kernels });
    resid = add(pre, tap('hook_attn_out', output('ln1_post', attended))); // [pos, d_model]
    if (config.block === 'sequential') resid = tap('hook_resid_mid', resid); // [pos, d_model]
    const read = config.block === 'sequential' ? resid : pre; // [pos, d_model]
    const fed = mlp(pass, layer, input('ln2', read), block, kernels); // [pos, d_model]
    resid = add(resid, tap('hook_mlp_out', output('ln2_post', fed))); // [pos, d_model]
    resid = tap('hook_resid_post', resid); // [pos, d_model]
  }

  if (plan.lastLayer < config.nLayers) return null;
  const rows = plan.allLogits ? length : pass.logitRows;
  if (rows < length) resid = slice(resid, [length - rows, 0], [rows, config.dModel]); // [pos, d_model]
  const final = normed(pass, kernels, 'ln_final', resid, weights.lnFinal); // [pos, d_model]
  const logits = scaled(weights.W_U.multiply(final, weights.b_U), config.scale.logits); // [pos, d_vocab]
  return pass.tap('logits', softCapped(logits, config.softCap.logits)); // [pos, d_vocab]

  function begin(): Tensor {
    if (pass.known !== null && kernels !== null) return resume(pass, pass.known, cache, kernels);
    const rows = scaled(weights.embed(pass.ids.slice(pass.offset)), config.scale.embedding); // [pos, d_model]
    const { lnEmbed } = weights;
    const whole = lnEmbed === null ? rows : normalize(config, rows, lnEmbed, (_, x) => x); // [pos, d_model]
    const embedded = pass.tap('hook_embed', whole); // [pos, d_model]
    if (weights.W_pos === null) return embedded;
    return add(embedded, pass.tap('hook_pos_embed', positionEmbedding(pass, weights.W_pos))); // [pos, d_model]
  }
}

/** The stream that enters the first block to be computed [pos, d_model], with the caches of those below filled. */
function resume(pass: Pass, known: KnownPrefix, cache: KvCache, kernels: FusedKernels): Tensor {
  for (const [layer, saved] of known.layers.entries())
    kernels.restore(saved, cache.slots(layer, pass.length, kernels), pass.length);
  const { dModel } = pass.config;
  return tensor(known.stream.slice(0, pass.length * dModel), [pass.length, dModel], 'float32');
}

/** A norm, in one go when nobody looks at its divisor or at its output before gain and bias. */
function normed(pass: Pass, kernels: FusedKernels | null, prefix: NormPrefix, x: Tensor, weights: NormWeights): Tensor {
  const isTapped = pass.isTapped(`${prefix}.hook_scale`) || pass.isTapped(`${prefix}.hook_normalized`);
  if (kernels !== null && !isTapped) return kernels.norm(x, weights);
  return normalize(pass.config, x, weights, (point, value) => pass.tap(`${prefix}.${point}`, value));
}

/** Rows of W_pos for the positions of this pass, [pos, d_model]. */
function positionEmbedding(pass: Pass, W_pos: Float32Array): Tensor {
  const { dModel } = pass.config;
  const rows = W_pos.slice(pass.offset * dModel, (pass.offset + pass.length) * dModel);
  return tensor(rows, [pass.length, dModel], 'float32');
}

/** x times a number; `x` itself for 1. */
function scaled(x: Tensor, factor: number): Tensor {
  return factor === 1 ? x : mul(x, constant(factor));
}
