import { describe, expect, it } from 'vitest';
import type { DictionaryOverrides } from '../../anatomy/dictionary';
import { writeSafetensors } from '../../testing/safetensors';
import { openDictionary } from '..';

/** Formats that say little of themselves: their layer, or all of it, is told by names and shapes. */
const [D, N] = [3, 5];
/** Numbers from which a place can be told. */
const numbers = (count: number, from: number) => Float32Array.from({ length: count }, (_, i) => from + i / 8);
const tensor = (name: string, shape: readonly number[], values: Float32Array) => ({ name, dtype: 'F32', shape, bytes: new Uint8Array(values.buffer) });
/** [rows, columns] → [columns, rows], one number at a time. */
const turned = (values: Float32Array, rows: number, columns: number) => Float32Array.from({ length: values.length }, (_, i) => values[(i % rows) * columns + Math.floor(i / rows)] ?? NaN);

const W_enc = numbers(D * N, 1); // [d, n]
const W_dec = numbers(N * D, 10); // [n, d]
const [b_enc, b_dec] = [numbers(N, 20), numbers(D, 30)];
const linears = [
  tensor('encoder.weight', [N, D], turned(W_enc, D, N)),
  tensor('encoder.bias', [N], b_enc),
  tensor('decoder.weight', [D, N], turned(W_dec, N, D)),
  tensor('decoder.bias', [D], b_dec),
];

function open(name: string, file: string, tensors: Parameters<typeof writeSafetensors>[0], config: readonly [string, unknown] | null = null, as: DictionaryOverrides = {}) {
  const files = [new File([writeSafetensors(tensors) as Uint8Array<ArrayBuffer>], file)];
  if (config !== null) files.push(new File([JSON.stringify(config[1])], config[0]));
  return openDictionary({ kind: 'files', name, files, as }, { signal: new AbortController().signal, onProgress: () => undefined, baseUrl: 'http://localhost/', config: null });
}

describe('circuit-tracer', () => {
  const layer = [tensor('W_enc', [N, D], turned(W_enc, D, N)), tensor('W_dec', [N, D], W_dec), tensor('b_enc', [N], b_enc), tensor('b_dec', [D], b_dec)];

  it('is a transcoder of the MLP of the layer in its name', async () => {
    const { info, weights } = await open('transcoders', 'layer_7.safetensors', layer);
    expect(info).toMatchObject({ format: 'circuit-tracer', dIn: D, dSae: N, spec: { encoder: 'standard', applyBDecToInput: false, hookName: 'blocks.7.ln2.hook_out', hookNameOut: 'blocks.7.hook_mlp_out' } });
    expect(weights).toMatchObject({ W_enc, W_dec, b_enc, b_dec, threshold: null, W_skip: null });
    expect(info.notes).toContain('W_enc was stored transposed.');
  });

  it('may have thresholds and a skip connection', async () => {
    const skip = numbers(D * D, 40);
    const { info, weights } = await open('transcoders', 'layer_7.safetensors', [...layer, tensor('activation_function.threshold', [N], numbers(N, 0)), tensor('W_skip', [D, D], skip)]);
    expect(info).toMatchObject({ architecture: 'skip_transcoder', spec: { encoder: 'jumprelu' } });
    expect(weights).toMatchObject({ threshold: numbers(N, 0), W_skip: skip });
  });
});

it('Llama-Scope: scale and threshold of its training data are folded', async () => {
  const config = { d_model: D, d_sae: N, hook_point_in: 'blocks.2.hook_resid_post', hook_point_out: 'blocks.2.hook_resid_post', jump_relu_threshold: 0.5, act_fn: 'jumprelu', dataset_average_activation_norm: { in: 2 } };
  const { info, weights } = await open('Llama3_1-8B-Base-L2R-8x', 'final.safetensors', linears, ['hyperparams.json', config]);
  const s = Math.sqrt(D) / 2;
  expect(info).toMatchObject({ format: 'Llama-Scope', spec: { encoder: 'jumprelu', applyBDecToInput: false, hookName: 'blocks.2.hook_resid_post' } });
  expect([...weights.W_enc]).toEqual([...W_enc].map((value) => Math.fround(value * s)));
  expect([...weights.W_dec]).toEqual([...W_dec].map((value) => Math.fround(value / s)));
  expect([...weights.b_dec]).toEqual([...b_dec].map((value) => Math.fround(value / s)));
  expect(weights.b_enc).toEqual(b_enc);
  expect([...(weights.threshold ?? [])]).toEqual(new Array(N).fill(Math.fround(0.5 * s)));
});

describe('TinyModel', () => {
  it.each([
    ['M2_S-4_R1_P0', 'blocks.2.hook_mlp_out', 'blocks.2.hook_mlp_out'],
    ['A0_S-1_R1_P0', 'blocks.0.hook_attn_out', 'blocks.0.hook_attn_out'],
    ['Ra1_S-3_R1_P0', 'blocks.1.hook_resid_pre', 'blocks.1.hook_resid_pre'],
    ['Rm3_S-3_R1_P0', 'blocks.3.hook_resid_mid', 'blocks.3.hook_resid_mid'],
    ['mlp_map_test/M0_S-3_R1_P0', 'blocks.0.ln2.hook_out', 'blocks.0.hook_mlp_out'],
  ])('%s reads %s', async (name, hookName, hookNameOut) => {
    const { info, weights } = await open(name, 'model.safetensors', linears);
    expect(info).toMatchObject({ format: 'TinyModel SparseMLP', spec: { encoder: 'standard', applyBDecToInput: false, hookName, hookNameOut } });
    expect(weights).toMatchObject({ W_enc, W_dec, b_enc, b_dec });
  });
});

it('Kissane et al.: attention values, flattened, b_dec subtracted', async () => {
  const config = { act_name: 'blocks.4.attn.hook_z', act_size: D, dict_size: N };
  const { info } = await open('attn', 'sae.safetensors', [tensor('W_enc', [D, N], W_enc), tensor('W_dec', [N, D], W_dec), tensor('b_enc', [N], b_enc), tensor('b_dec', [D], b_dec)], ['cfg.json', config]);
  expect(info).toMatchObject({ format: 'Kissane et al.', spec: { applyBDecToInput: true, hookName: 'blocks.4.attn.hook_z' } });
});

it('a crosscoder is refused by name', async () => {
  await expect(open('crosscoder', 'sae_weights.safetensors', [tensor('W_enc', [2, D, N], numbers(2 * D * N, 0)), tensor('b_enc', [N], b_enc)], ['cfg.json', { d_sae: N }])).rejects.toThrow(/crosscoder/);
});

it('a hook that no model of ours has is named', async () => {
  await expect(open('odd', 'layer_1.safetensors', linears, null, { hookName: 'blocks.1.hook_everything' })).rejects.toMatchObject({ code: 'unknown-hook' });
});
