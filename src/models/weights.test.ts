import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ModelConfig } from '../anatomy/model-config';
import { weightSpecs } from '../anatomy/weights';
import { expectAllClose } from '../testing/close';
import { goldenFolder, loadFolder, sharedFolder } from '../testing/golden';
import { readConfig } from './config';
import { families } from './families';
import { toFloat32 } from './floats';
import { readSafetensors } from './safetensors';
import { buildStored, buildWeight, planWeights, storedDtype, tensorInMemory, type StoredTensor } from './weights';

/** A model small enough to write its weights by hand: 1 layer, 2 heads of 2, 1 key/value head, 3 tokens. */
const tiny: ModelConfig = readConfig({
  model_type: 'llama', hidden_size: 4, intermediate_size: 3, num_hidden_layers: 1, num_attention_heads: 2, num_key_value_heads: 1,
  head_dim: 2, vocab_size: 3, max_position_embeddings: 8, rms_norm_eps: 1e-6, tie_word_embeddings: false,
}).config;
const llama = families.find(({ modelType }) => modelType === 'llama')!;

/** A tensor whose element [i, j] is `start + 10 i + j`, so that its place can be told from its value. */
function counted(name: string, shape: [number, number] | [number], start: number): StoredTensor {
  const [rows, columns] = shape.length === 2 ? shape : [1, shape[0]];
  const values = Float32Array.from({ length: rows * columns }, (_, i) => start + 10 * Math.floor(i / columns) + (i % columns));
  return tensorInMemory({ name, dtype: 'F32', shape, begin: 0, end: values.byteLength, bytes: new Uint8Array(values.buffer), file: 'model.safetensors' });
}

const tinyTensors = new Map(
  [
    counted('model.embed_tokens.weight', [3, 4], 0),
    counted('model.layers.0.input_layernorm.weight', [4], 0),
    counted('model.layers.0.self_attn.q_proj.weight', [4, 4], 100),
    counted('model.layers.0.self_attn.k_proj.weight', [2, 4], 200),
    counted('model.layers.0.self_attn.v_proj.weight', [2, 4], 300),
    counted('model.layers.0.self_attn.o_proj.weight', [4, 4], 0),
    counted('model.layers.0.post_attention_layernorm.weight', [4], 0),
    counted('model.layers.0.mlp.gate_proj.weight', [3, 4], 400),
    counted('model.layers.0.mlp.up_proj.weight', [3, 4], 500),
    counted('model.layers.0.mlp.down_proj.weight', [4, 3], 0),
    counted('model.norm.weight', [4], 0),
    counted('lm_head.weight', [3, 4], 600),
  ].map((entry) => [entry.name, entry]),
);
const built = (name: string) => buildWeight(planWeights(tiny, llama, tinyTensors).find(({ spec }) => spec.name === name)!);

/** The same tensors in two bytes a value. All their numbers are whole and below 2048 (bfloat16: cut to 8 bits). */
function halved(dtype: 'F16' | 'BF16', but: string[] = []): ReadonlyMap<string, StoredTensor> {
  return new Map(
    [...tinyTensors].map(([name, tensor]) => {
      if (but.includes(name)) return [name, tensor];
      const read = async (from: number, to: number) => {
        const values = toFloat32(await tensor.read(2 * from, 2 * to), 'F32');
        const words = new Uint32Array(values.buffer);
        const halves = Uint16Array.from(words, (word, i) => {
          if (dtype === 'BF16') return word >>> 16;
          return values[i] === 0 ? 0 : ((((word >>> 23) & 0xff) - 112) << 10) | ((word >>> 13) & 0x3ff);
        });
        return new Uint8Array(halves.buffer);
      };
      return [name, { ...tensor, dtype, end: tensor.begin + (tensor.end - tensor.begin) / 2, read }];
    }),
  );
}

describe('a weight in two bytes a value', () => {
  it.each(['F16', 'BF16'] as const)('%s: matrices keep their bits, in the same places; vectors become float32', async (dtype) => {
    for (const plan of planWeights(tiny, llama, halved(dtype))) {
      const [stored, whole] = [await buildStored(plan), await buildWeight(plan)];
      expect(stored.shape).toEqual(whole.shape);
      if (plan.spec.shape.length === 1) expect(stored).toEqual(whole);
      else expect(stored).toMatchObject({ format: dtype === 'F16' ? 'float16' : 'bfloat16' });
      if (stored.data instanceof Uint16Array) expect(toFloat32(new Uint8Array(stored.data.buffer), dtype)).toEqual(whole.data);
    }
  });

  it('is float32 where its parts are stored in different ways', async () => {
    const mixed = halved('F16', ['model.layers.0.self_attn.k_proj.weight']);
    const plan = planWeights(tiny, llama, mixed).find(({ spec }) => spec.name === 'blocks.0.attn.W_QKV')!;
    expect(await buildStored(plan)).toEqual(await built('blocks.0.attn.W_QKV'));
  });
});

describe('a weight', () => {
  it('stays as it is where the file keeps it our way', async () => {
    expect(await built('W_E')).toEqual({ name: 'W_E', shape: [3, 4], data: Float32Array.of(0, 1, 2, 3, 10, 11, 12, 13, 20, 21, 22, 23) });
  });
  it('is transposed where the file keeps [out, in]', async () => {
    expect(await built('W_U')).toEqual({
      name: 'W_U', shape: [4, 3], data: Float32Array.of(600, 610, 620, 601, 611, 621, 602, 612, 622, 603, 613, 623),
    });
  });
  it('holds q, k and v side by side, with fewer keys than queries', async () => {
    const { shape, data } = await built('blocks.0.attn.W_QKV');
    expect(shape).toEqual([4, 8]);
    // Row 2 is the third input: q's four outputs, then k's two, then v's two.
    expect([...data.subarray(16, 24)]).toEqual([102, 112, 122, 132, 202, 212, 302, 312]);
  });
  it('holds gate and up side by side', async () => {
    const { shape, data } = await built('blocks.0.mlp.W_gate_in');
    expect(shape).toEqual([4, 6]);
    expect([...data.subarray(6, 12)]).toEqual([401, 411, 421, 501, 511, 521]);
  });
  it('comes in the order and shapes that the engine asks for', async () => {
    const weights = await Promise.all(planWeights(tiny, llama, tinyTensors).map(buildWeight));
    expect(weights.map(({ name, shape }) => ({ name, shape }))).toEqual(weightSpecs(tiny));
  });
});

describe('tensors that do not fit', () => {
  const plan = (change: (tensors: Map<string, StoredTensor>) => void) => {
    const tensors = new Map(tinyTensors);
    change(tensors);
    return () => planWeights(tiny, llama, tensors);
  };
  const NAME = 'model.layers.0.self_attn.k_proj.weight';
  const failing = (code: string, message: RegExp) => expect.objectContaining({ code, message: expect.stringMatching(message) as string }) as Error;

  it('are missing: named with the shape expected', () => {
    expect(plan((tensors) => tensors.delete(NAME))).toThrow(failing('missing-tensor', /k_proj\.weight".*\[2, 4\]/));
    expect(plan((tensors) => tensors.clear())).toThrow(failing('missing-tensor', /embed_tokens/));
  });
  it('are misshapen: named with what was found and expected', () => {
    expect(plan((tensors) => tensors.set(NAME, counted(NAME, [4, 2], 0)))).toThrow(failing('misshapen-tensor', /k_proj\.weight".*\[4, 2\].*\[2, 4\]/));
    expect(plan((tensors) => tensors.set(NAME, counted(NAME, [8], 0)))).toThrow(failing('misshapen-tensor', /\[8\].*\[2, 4\]/));
  });
  it('are stored in a type that is not read here', () => {
    expect(plan((tensors) => tensors.set(NAME, { ...tinyTensors.get(NAME)!, dtype: 'I8' }))).toThrow(failing('unsupported-dtype', /k_proj.*I8.*F32, F16, BF16/));
  });
  it('are ignored when no weight needs them, whatever their type', () => {
    const buffer = tensorInMemory({ name: 'model.layers.0.self_attn.rotary_emb.inv_freq', dtype: 'I64', shape: [9], begin: 0, end: 72, bytes: new Uint8Array(72), file: 'x' });
    expect(plan((tensors) => tensors.set(buffer.name, buffer))).not.toThrow();
  });
});

describe('names', () => {
  const entries = readSafetensors(new Uint8Array(readFileSync(`${goldenFolder('gpt2')}/model.safetensors`)), 'x');
  const { config, family } = readConfig(JSON.parse(readFileSync(`${goldenFolder('gpt2')}/config.json`, 'utf8')) as Record<string, unknown>);

  it('of GPT-2 may stand with or without "transformer."', async () => {
    const plain = new Map(entries.map((entry) => [entry.name.replace('transformer.', ''), tensorInMemory(entry)]));
    const prefixed = new Map(entries.map((entry) => [entry.name, tensorInMemory(entry)]));
    const all = (tensors: ReadonlyMap<string, StoredTensor>) => Promise.all(planWeights(config, family, tensors).map(buildWeight));
    expect(await all(plain)).toEqual(await all(prefixed));
  });
  it('of GPT-2 are not transposed: its Conv1D keeps [in, out]', async () => {
    const entry = entries.find(({ name }) => name === 'transformer.h.0.attn.c_attn.weight')!;
    const tensors = new Map(entries.map((one) => [one.name, tensorInMemory(one)]));
    const weight = await buildWeight(planWeights(config, family, tensors).find(({ spec }) => spec.name === 'blocks.0.attn.W_QKV')!);
    expect(weight.data).toEqual(toFloat32(entry.bytes, 'F32'));
  });
});

const sharded = sharedFolder('goldens/models/llama_bf16_sharded');
describe.skipIf(sharded === null)('shards in half precision', () => {
  it.each([
    ['llama_bf16_sharded', 'bfloat16', 2 ** -7],
    ['llama_f16_sharded', 'float16', 2 ** -10],
    ['gpt2_bf16_sharded', 'bfloat16', 2 ** -7],
    ['gpt2_f16_sharded', 'float16', 2 ** -10],
  ])('%s', async (name, dtype, precision) => {
    const files = await loadFolder(sharedFolder(`goldens/models/${name}`)!);
    expect(files.storedDtype).toBe(dtype);
    const seen: string[] = [];
    for await (const { name: weight, data } of files.weights()) {
      seen.push(weight);
      const rounded = Float32Array.from(data, (value) => (value === 0 ? 0 : Math.round(value / step(value, precision)) * step(value, precision)));
      expectAllClose(data, rounded, { absolute: 0 }, weight);
    }
    expect(seen).toEqual(weightSpecs(files.config).map((spec) => spec.name));
  });
  /** The distance between neighbouring values of that precision. */
  const step = (value: number, precision: number) => 2 ** Math.max(Math.floor(Math.log2(Math.abs(value))), precision === 2 ** -10 ? -14 : -126) * precision;
});

it('is the same however many blocks it is read in', async () => {
    const rows = 300_000; // 4.8 MB of float32: two blocks
    const config: ModelConfig = { ...tiny, dVocab: rows };
    const tensors = new Map(tinyTensors).set('model.embed_tokens.weight', counted('model.embed_tokens.weight', [rows, 4], 0)).set('lm_head.weight', counted('lm_head.weight', [rows, 4], 0));
    const plans = planWeights(config, llama, tensors);
    const [W_E, W_U] = await Promise.all([plans[0]!, plans.at(-1)!].map(buildWeight));
    const wrong = (at: (i: number) => [number, number]) => Array.from({ length: rows * 4 }, (_, i) => i).filter((i) => at(i)[0] !== at(i)[1]);
    const value = (row: number, column: number) => Math.fround(10 * row + column);
    expect(wrong((i) => [W_E!.data[i]!, value(Math.floor(i / 4), i % 4)])).toEqual([]);
    expect(wrong((i) => [W_U!.data[i]!, value(i % rows, Math.floor(i / rows))])).toEqual([]);
  }, 60_000);

it('names the type in which most bytes are stored', () => {
  const tensors = new Map(tinyTensors);
  tensors.set('model.norm.weight', { ...tensors.get('model.norm.weight')!, dtype: 'F16' });
  expect(storedDtype(planWeights(tiny, llama, tensors))).toBe('float32');
});
