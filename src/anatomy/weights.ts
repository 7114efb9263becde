import type { ModelConfig } from './model-config';

/**
 * One weight as the engine takes it: float32, row-major, in the row-vector convention `x @ W`. Names are ours, after
 * TransformerLens; `models/families` maps a file's names to them.
 */
export interface WeightTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** How a device keeps the big matrices of a model. Everything else, and all arithmetic, is float32. */
export type WeightStorage = 'float32' | 'float16' | 'bfloat16' | 'int8';

/** Bytes of one value. */
export const VALUE_BYTES: Readonly<Record<WeightStorage, number>> = { float32: 4, float16: 2, bfloat16: 2, int8: 1 };

/**
 * What a person can ask for. `float16` means two bytes: a float16 or bfloat16 file is kept bit for bit, a float32 one is rounded to
 * float16. `int8` rounds to 255 steps, with a scale for each output.
 */
export type StorageChoice = Exclude<WeightStorage, 'bfloat16'>;

/** A weight in two bytes a value, as its file has it: the bits of IEEE binary16, or the upper half of a float32. */
export interface HalfTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly format: 'float16' | 'bfloat16';
  readonly data: Uint16Array;
}

/** True for the big matrices, the only weights that are kept in less than float32. */
export function isBigMatrix(name: string): boolean {
  return /(^|\.)W_(E|U|QKV|O|in|gate_in|out)$/.test(name);
}

export interface WeightSpec {
  readonly name: string;
  readonly shape: readonly number[];
}

/**
 * Every weight that a model of this shape needs.
 *
 * `W_QKV [d_model, (n_heads + 2 n_kv_heads) d_head]` holds W_Q, W_K and W_V side by side, so that one product gives q, k and v;
 * `W_gate_in [d_model, 2 d_mlp]` holds W_gate and W_in side by side in a gated MLP; a mixture has these per expert, under
 * `mlp.experts.{e}`, and `W_router [d_model, expert]`. `W_U` is absent when it is tied to W_E.
 */
export function weightSpecs(config: ModelConfig): WeightSpec[] {
  const { dModel, dMlp, dVocab, nHeads, nKvHeads, dHead, nCtx } = config;
  const specs: WeightSpec[] = [{ name: 'W_E', shape: [dVocab, dModel] }];
  const add = (name: string, shape: number[], present = true) => {
    if (present) specs.push({ name, shape });
  };
  const norm = (name: string) => {
    add(`${name}.w`, [dModel]);
    add(`${name}.b`, [dModel], config.norm.kind === 'layer');
  };
  if (config.embeddingNorm) norm('ln_embed');
  add('W_pos', [nCtx, dModel], config.positions.kind === 'learned');
  const qkv = (nHeads + 2 * nKvHeads) * dHead;
  const mlp = (at: string) => {
    const first = config.mlp.gated ? 'gate_in' : 'in';
    const width = config.mlp.gated ? 2 * dMlp : dMlp;
    add(`${at}.W_${first}`, [dModel, width]);
    add(`${at}.b_${first}`, [width], config.bias.mlp);
    add(`${at}.W_out`, [dMlp, dModel]);
    add(`${at}.b_out`, [dModel], config.bias.mlp);
  };
  for (let layer = 0; layer < config.nLayers; layer += 1) {
    const block = `blocks.${layer}`;
    if (config.normed !== 'post') norm(`${block}.ln1`);
    add(`${block}.attn.W_QKV`, [dModel, qkv]);
    add(`${block}.attn.b_QKV`, [qkv], config.bias.qkv);
    const heads = (count: number) => (config.qkNorm === 'width' ? count * dHead : dHead);
    add(`${block}.attn.q_norm.w`, [heads(nHeads)], config.qkNorm !== 'none');
    add(`${block}.attn.k_norm.w`, [heads(nKvHeads)], config.qkNorm !== 'none');
    add(`${block}.attn.W_O`, [nHeads * dHead, dModel]);
    add(`${block}.attn.b_O`, [dModel], config.bias.attnOut);
    if (config.normed !== 'pre') norm(`${block}.ln1_post`);
    if (config.normed !== 'post') norm(`${block}.ln2`);
    if (config.experts === null) mlp(`${block}.mlp`);
    else {
      add(`${block}.mlp.W_router`, [dModel, config.experts.count]);
      for (let expert = 0; expert < config.experts.count; expert += 1) mlp(`${block}.mlp.experts.${expert}`);
    }
    if (config.normed !== 'pre') norm(`${block}.ln2_post`);
  }
  norm('ln_final');
  add('W_U', [dModel, dVocab], !config.tiedUnembedding);
  add('b_U', [dVocab], config.unembedBias);
  return specs;
}

/** Bytes that the weights of a model take when its big matrices are kept so: with the scales of int8, without what a backend adds. */
export function weightBytes(config: ModelConfig, storage: WeightStorage): number {
  return weightSpecs(config).reduce((sum, { name, shape }) => {
    const values = shape.reduce((product, n) => product * n, 1);
    if (!isBigMatrix(name)) return sum + 4 * values;
    const outputs = (name === 'W_E' ? shape[0] : shape[1]) ?? 0;
    return sum + VALUE_BYTES[storage] * values + (storage === 'int8' ? 4 * outputs : 0);
  }, 0);
}
