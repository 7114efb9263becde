import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DictionaryOverrides } from '../../anatomy/dictionary';
import { must } from '../../lib/assert';
import { filesOf } from '../../testing/golden';
import { openDictionary } from '..';
import { readTensorFile } from '../containers';

/**
 * Formats that say little of themselves: their layer, or all of it, is told by names and shapes. The files are PyTorch's
 * (`training/dictionaries/export_formats.py`); that they give PyTorch's numbers is in formats.test.ts.
 */
const FOLDER = join(import.meta.dirname, '../golden/formats');
/** [rows, columns] → [columns, rows], one number at a time. */
const turned = (values: Float32Array, rows: number, columns: number) => Float32Array.from({ length: values.length }, (_, i) => values[(i % rows) * columns + Math.floor(i / rows)] ?? NaN);

function open(folder: string, drop: string, as: DictionaryOverrides = {}, keep: (name: string) => boolean = () => true) {
  const files = filesOf(join(FOLDER, folder)).filter(({ name }) => name !== 'expected.json' && keep(name));
  return openDictionary({ kind: 'files', name: drop, files, as }, { signal: new AbortController().signal, onProgress: () => undefined, baseUrl: 'http://localhost/', config: null });
}

/** The arrays of a file as they are stored. */
async function stored(folder: string, file: string): Promise<(name: string) => { values: Float32Array; shape: readonly number[] }> {
  const { tensors } = await readTensorFile(file, new Blob([readFileSync(join(FOLDER, folder, file))]), 1_000_000);
  const read = new Map(await Promise.all([...tensors].map(async ([name, tensor]) => [name, { values: await tensor.values(), shape: tensor.shape }] as const)));
  return (name) => must(read.get(name), name);
}

describe('circuit-tracer', () => {
  it('is a transcoder of the MLP of the layer in its name', async () => {
    const raw = await stored('circuit-tracer', 'layer_7.safetensors');
    const { info, weights } = await open('circuit-tracer', 'transcoders');
    const [dSae = 0, dIn = 0] = raw('W_enc').shape;
    expect(info).toMatchObject({ format: 'circuit-tracer', dIn, dSae, spec: { encoder: 'standard', applyBDecToInput: false, hookName: 'blocks.7.ln2.hook_out', hookNameOut: 'blocks.7.hook_mlp_out' } });
    expect(weights).toMatchObject({ W_enc: turned(raw('W_enc').values, dSae, dIn), W_dec: raw('W_dec').values, b_enc: raw('b_enc').values, b_dec: raw('b_dec').values, threshold: null, W_skip: null });
    expect(info.notes).toContain('W_enc was stored transposed.');
  });

  it('may have thresholds and a skip connection', async () => {
    const raw = await stored('circuit-tracer-threshold-skip', 'layer_7.safetensors');
    const { info, weights } = await open('circuit-tracer-threshold-skip', 'transcoders');
    expect(info).toMatchObject({ architecture: 'skip_transcoder', spec: { encoder: 'jumprelu' } });
    expect(weights).toMatchObject({ threshold: raw('activation_function.threshold').values, W_skip: raw('W_skip').values });
  });
});

it('Llama-Scope: scale and threshold of its training data are folded', async () => {
  const raw = await stored('llama-scope', 'final.safetensors');
  const { info, weights } = await open('llama-scope', 'Llama3_1-8B-Base-L2R-8x');
  const [dSae = 0, dIn = 0] = raw('encoder.weight').shape;
  const s = Math.sqrt(dIn) / 2;
  expect(info).toMatchObject({ format: 'Llama-Scope', storedDtype: 'bfloat16', spec: { encoder: 'jumprelu', applyBDecToInput: false, hookName: 'blocks.2.hook_resid_post' } });
  expect([...weights.W_enc]).toEqual([...turned(raw('encoder.weight').values, dSae, dIn)].map((value) => Math.fround(value * s)));
  expect([...weights.W_dec]).toEqual([...turned(raw('decoder.weight').values, dIn, dSae)].map((value) => Math.fround(value / s)));
  expect([...weights.b_dec]).toEqual([...raw('decoder.bias').values].map((value) => Math.fround(value / s)));
  expect(weights.b_enc).toEqual(raw('encoder.bias').values);
  expect([...(weights.threshold ?? [])]).toEqual(new Array(dSae).fill(Math.fround(0.5 * s)));
});

describe('TinyModel', () => {
  it.each([
    ['M2_S-4_R1_P0', 'blocks.2.hook_mlp_out', 'blocks.2.hook_mlp_out'],
    ['A0_S-1_R1_P0', 'blocks.0.hook_attn_out', 'blocks.0.hook_attn_out'],
    ['Ra1_S-3_R1_P0', 'blocks.1.hook_resid_pre', 'blocks.1.hook_resid_pre'],
    ['Rm3_S-3_R1_P0', 'blocks.3.hook_resid_mid', 'blocks.3.hook_resid_mid'],
    ['mlp_map_test/M0_S-3_R1_P0', 'blocks.0.ln2.hook_out', 'blocks.0.hook_mlp_out'],
  ])('%s reads %s', async (name, hookName, hookNameOut) => {
    const raw = await stored('tinymodel', 'model.pt');
    const { info, weights } = await open('tinymodel', name);
    const [dSae = 0, dIn = 0] = raw('encoder.weight').shape;
    expect(info).toMatchObject({ format: 'TinyModel SparseMLP', spec: { encoder: 'standard', applyBDecToInput: false, hookName, hookNameOut } });
    expect(weights).toMatchObject({
      W_enc: turned(raw('encoder.weight').values, dSae, dIn), W_dec: turned(raw('decoder.weight').values, dIn, dSae), b_enc: raw('encoder.bias').values, b_dec: raw('decoder.bias').values,
    });
  });
});

it('Kissane et al.: attention values, flattened, b_dec subtracted; not without its settings, which say so', async () => {
  const { info } = await open('kissane', 'attn');
  expect(info).toMatchObject({ format: 'Kissane et al.', modelName: 'gpt2-small', spec: { applyBDecToInput: true, hookName: 'blocks.4.attn.hook_z' } });
  await expect(open('kissane', 'attn', {}, (name) => !name.endsWith('.json'))).rejects.toMatchObject({ name: 'UserError' });
});

it('a crosscoder is refused by name', async () => {
  await expect(open('crosscoder', 'crosscoder')).rejects.toThrow(/crosscoder/);
});

it('a hook that no model of ours has is named', async () => {
  await expect(open('tinymodel', 'odd', { hookName: 'blocks.1.hook_everything' })).rejects.toMatchObject({ code: 'unknown-hook' });
});
