import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeSafetensors, type RawTensor } from './safetensors';

/** A model's files by their names. */
export type Files = Record<string, Uint8Array>;

const config = {
  model_type: 'llama', architectures: ['LlamaForCausalLM'], hidden_size: 4, intermediate_size: 3, num_hidden_layers: 1, num_attention_heads: 2,
  num_key_value_heads: 1, head_dim: 2, vocab_size: 3, max_position_embeddings: 8, rms_norm_eps: 1e-6, hidden_act: 'silu', tie_word_embeddings: false,
  bos_token_id: 1, eos_token_id: 2, rope_parameters: { rope_type: 'default', rope_theta: 10000 },
};
const shapes: readonly (readonly [string, readonly number[]])[] = [
  ['model.embed_tokens.weight', [3, 4]],
  ['model.layers.0.input_layernorm.weight', [4]],
  ['model.layers.0.self_attn.q_proj.weight', [4, 4]],
  ['model.layers.0.self_attn.k_proj.weight', [2, 4]],
  ['model.layers.0.self_attn.v_proj.weight', [2, 4]],
  ['model.layers.0.self_attn.o_proj.weight', [4, 4]],
  ['model.layers.0.post_attention_layernorm.weight', [4]],
  ['model.layers.0.mlp.gate_proj.weight', [3, 4]],
  ['model.layers.0.mlp.up_proj.weight', [3, 4]],
  ['model.layers.0.mlp.down_proj.weight', [4, 3]],
  ['model.norm.weight', [4]],
  ['lm_head.weight', [3, 4]],
];

export const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const tokenizer = (name: string) => readFileSync(join(import.meta.dirname, '../models/golden/tokenizers', name, 'tokenizer.json'));

/** The smallest model that has every kind of weight of a Llama: 1 layer of width 4, with values from which a place can be told. */
export function tinyFiles(kind: 'whole' | 'shards', dtype: 'F32' | 'F16', tokens: 'spm' | 'byte_level' | 'none'): Files {
  let next = 0;
  const tensors = shapes.map(([name, shape]): RawTensor => {
    const count = shape.reduce((product, n) => product * n, 1);
    const bytes = new Uint8Array(count * (dtype === 'F32' ? 4 : 2));
    const view = new DataView(bytes.buffer);
    for (let i = 0; i < count; i += 1, next += 1)
      if (dtype === 'F32') view.setFloat32(4 * i, next / 8, true);
      else view.setUint16(2 * i, 0x3000 + next, true);
    return { name, dtype, shape, bytes };
  });
  const rest: Files = { 'config.json': encode(JSON.stringify(config)), ...(tokens === 'none' ? {} : { 'tokenizer.json': tokenizer(tokens) }) };
  if (kind === 'whole') return { ...rest, 'model.safetensors': writeSafetensors(tensors) };
  const names = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'] as const;
  const weight_map = Object.fromEntries(tensors.map(({ name }, i) => [name, names[i < 6 ? 0 : 1]]));
  return {
    ...rest,
    [names[0]]: writeSafetensors(tensors.slice(0, 6)),
    [names[1]]: writeSafetensors(tensors.slice(6)),
    'model.safetensors.index.json': encode(JSON.stringify({ metadata: { total_size: tensors.reduce((sum, { bytes }) => sum + bytes.length, 0) }, weight_map })),
  };
}

/** Reads a number of a tensor in the plainest way, by the headers of the files; NaN where there is none. */
export function numberReader(files: Files): (tensor: string, index: number) => number {
  const tensors = new Map<string, { dtype: string; bytes: DataView }>();
  for (const [name, file] of Object.entries(files)) {
    if (!name.endsWith('.safetensors')) continue;
    const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
    const end = 8 + Number(view.getBigUint64(0, true));
    const header = JSON.parse(new TextDecoder().decode(file.subarray(8, end))) as Record<string, { dtype: string; data_offsets: [number, number] }>;
    for (const [tensor, entry] of Object.entries(header)) {
      if (tensor === '__metadata__') continue;
      const [from, to] = entry.data_offsets;
      tensors.set(tensor, { dtype: entry.dtype, bytes: new DataView(file.buffer, file.byteOffset + end + from, to - from) });
    }
  }
  return (name, index) => {
    const tensor = tensors.get(name);
    if (tensor === undefined) return NaN;
    if (tensor.dtype === 'F32') return tensor.bytes.getFloat32(4 * index, true);
    const bits = tensor.bytes.getUint16(2 * index, true);
    if (tensor.dtype === 'BF16') {
      const word = new DataView(new ArrayBuffer(4));
      word.setUint16(0, bits);
      return word.getFloat32(0);
    }
    const fraction = bits & 1023;
    const exponent = (bits >> 10) & 31;
    const size = exponent === 31 ? (fraction === 0 ? Infinity : NaN) : exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15);
    return bits >> 15 === 1 ? -size : size;
  };
}

/** The tiny model's weights, one number at a time: what a load of it that succeeds must give. */
export function plainWeights(files: Files): Map<string, number[]> {
  const at = numberReader(files);
  const plain = (name: string, count: number) => Array.from({ length: count }, (_, i) => at(name, i));
  /** Files keep [out, in]: ours is [in, out], several outputs side by side. */
  const turned = (inputs: number, parts: readonly (readonly [string, number])[]) =>
    Array.from({ length: inputs }, (_, i) => parts.flatMap(([name, outputs]) => Array.from({ length: outputs }, (__, o) => at(name, o * inputs + i)))).flat();
  const layer = 'model.layers.0.';
  return new Map([
    ['W_E', plain('model.embed_tokens.weight', 12)],
    ['blocks.0.ln1.w', plain(`${layer}input_layernorm.weight`, 4)],
    ['blocks.0.attn.W_QKV', turned(4, [[`${layer}self_attn.q_proj.weight`, 4], [`${layer}self_attn.k_proj.weight`, 2], [`${layer}self_attn.v_proj.weight`, 2]])],
    ['blocks.0.attn.W_O', turned(4, [[`${layer}self_attn.o_proj.weight`, 4]])],
    ['blocks.0.ln2.w', plain(`${layer}post_attention_layernorm.weight`, 4)],
    ['blocks.0.mlp.W_gate_in', turned(4, [[`${layer}mlp.gate_proj.weight`, 3], [`${layer}mlp.up_proj.weight`, 3]])],
    ['blocks.0.mlp.W_out', turned(3, [[`${layer}mlp.down_proj.weight`, 4]])],
    ['ln_final.w', plain('model.norm.weight', 4)],
    ['W_U', turned(4, [['lm_head.weight', 3]])],
  ]);
}
