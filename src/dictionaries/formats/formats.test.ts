import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, describe } from 'vitest';
import type { Dictionary, DictionaryOverrides } from '../../anatomy/dictionary';
import { tinyConfig } from '../../testing/apply-hook';
import { filesOf } from '../../testing/golden';
import { decode, encode, openDictionary } from '..';
import { formats } from '.';

/** Files that PyTorch wrote, with what it computed from them: `training/dictionaries/export_formats.py`. */
const FOLDER = join(import.meta.dirname, '../golden/formats');

interface Expected {
  readonly format: string;
  readonly refuse?: boolean;
  readonly reason?: string;
  readonly k?: number;
  /** Under what name it has to be dropped, where that says its place in the model. */
  readonly drop?: string;
  readonly found: Readonly<Record<string, unknown>>;
  readonly x: readonly (readonly number[])[];
  readonly f: readonly (readonly number[])[];
  readonly x_hat: readonly (readonly number[])[];
}

const names = readdirSync(FOLDER, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => entry.name);
const expectedOf = (name: string) => JSON.parse(readFileSync(join(FOLDER, name, 'expected.json'), 'utf8')) as Expected;

const PORTS = { signal: new AbortController().signal, onProgress: () => undefined, baseUrl: 'http://localhost/', config: null } as const;

/** What the made-up folders don't say about the model. */
function overridesFor(name: string, { k }: Expected): DictionaryOverrides {
  const hook = /^(gemma-scope-1|openai|sparsify|dictionary_learning-no-config)/.test(name) ? { hookName: 'blocks.1.hook_resid_post' } : {};
  const out = name.includes('transcoder') && name.startsWith('sparsify') ? { hookNameOut: 'blocks.1.hook_mlp_out' } : {};
  return { ...hook, ...out, ...(k === undefined ? {} : { k }) };
}

function open(name: string, as: DictionaryOverrides = overridesFor(name, expectedOf(name))): Promise<Dictionary> {
  const files = filesOf(join(FOLDER, name)).filter((file) => file.name !== 'expected.json');
  return openDictionary({ kind: 'files', name: expectedOf(name).drop ?? name, files, as }, PORTS);
}

/** The sentence by which a reader says what it found. */
function sayings({ found }: Expected): string[] {
  const said: string[] = [];
  if (found['apply_b_dec_to_input'] !== undefined) said.push(`b_dec is ${found['apply_b_dec_to_input'] === true ? '' : 'not '}subtracted from the input.`);
  if (found['decoder_norm_folded'] !== undefined) said.push(`Decoder norms are folded: ${found['decoder_norm_folded'] === true ? 'yes' : 'no'}`);
  if (found['transposed'] === true) said.push('W_enc was stored transposed.', 'W_dec was stored transposed.');
  if (found['scaling_factor'] === 'dropped') said.push('scaling_factor of all ones was dropped.');
  if (found['scaling_factor'] === 'applied') said.push('scaling_factor multiplies the activations.');
  if (found['normalize_activations'] === 'expected_average_only_in') said.push('normalize_activations: true was read as expected_average_only_in.');
  return said;
}

const largestDifference = (a: Float32Array, b: readonly (readonly number[])[]) => Math.max(...b.flat().map((value, i) => Math.abs(value - (a[i] ?? NaN))));

describe.each(names.filter((name) => expectedOf(name).refuse !== true))('%s', (name) => {
  it('gives the activations and reconstructions of PyTorch, and says what it found', async () => {
    const expected = expectedOf(name);
    const dictionary = await open(name);
    const { info } = dictionary;
    const { found } = expected;
    expect({ x: expected.x[0]?.length, f: expected.f[0]?.length, out: expected.x_hat[0]?.length }).toEqual({ x: info.dIn, f: info.dSae, out: info.dOut });
    const x = Float32Array.from(expected.x.flat());
    const f = encode(dictionary, x, expected.x.length);
    expect(f).toHaveLength(expected.f.flat().length);
    expect(largestDifference(f, expected.f)).toBeLessThan(1e-5);
    expect(largestDifference(decode(dictionary, f, expected.x.length, x), expected.x_hat)).toBeLessThan(1e-5);
    expect(info.spec.applyBDecToInput).toBe(found['apply_b_dec_to_input'] ?? false);
    if (found['hook_name'] !== undefined) expect(info.spec.hookName).toBe(found['hook_name']);
    if (found['hook_name_out'] !== undefined) expect(info.spec.hookNameOut).toBe(found['hook_name_out']);
    if (typeof found['normalize_activations'] === 'string') expect(info.spec.normalizeActivations).toBe(found['normalize_activations']);
    for (const saying of sayings(expected)) expect(info.notes.join('\n')).toContain(saying);
    expect(formats.some(({ name: known }) => info.format.startsWith(known))).toBe(true);
  });
});

it.each(names.filter((name) => expectedOf(name).refuse === true))('refuses %s with the reason', async (name) => {
  const error: unknown = await open(name).catch((caught: unknown) => caught);
  expect(error).toMatchObject({ name: 'UserError' });
  const reasons: Record<string, RegExp> = {
    crosscoder: /several layers or models/,
    'log-threshold': /log_jumprelu_threshold/,
    'pt-legacy': /bare pickle.*save_file/,
    'pt-malicious': /names posix\.system/,
    'pt-malicious-global': /names __builtin__\.eval/,
    'pt-outside-storage': /reaches outside its storage/,
    'saelens-old-scaling-undeclared': /scaling_factor.*finetuning_scaling_factor/,
    'saelens-without-cfg': /without cfg\.json/,
    'saelens6-matching-pursuit': /"matching_pursuit"/,
    'saelens6-topk-too-large': /k = 17 features, but has only 16/,
    'saelens6-transcoder-b_dec': /b_dec belongs to the output of a transcoder/,
    'saelens6-temporal': /"temporal"/,
    'square-pt': /doesn't guess/,
    'wrong-shape': /W_dec.*features/,
  };
  expect((error as Error).message).toMatch(reasons[name] ?? /no reason is expected for this one/);
});

it('has files of every kind to read', () => {
  expect(names.length).toBeGreaterThan(65);
  expect(existsSync(join(FOLDER, 'pt-strided'))).toBe(true);
});

it('asks for the place in the model where the files name none', async () => {
  await expect(open('gemma-scope-1', {})).rejects.toMatchObject({ code: 'no-hook' });
});

it('reads b_dec the other way when it is asked to', async () => {
  const plain = await open('qwen-scope');
  const subtracted = await open('qwen-scope', { k: 4, applyBDecToInput: true });
  expect(subtracted.info.spec.applyBDecToInput).toBe(true);
  expect(subtracted.info.hash).not.toBe(plain.info.hash);
});

describe('where a file says little, its folder says where it belongs', () => {
  it.each([
    ['gemma-scope-1', 'google/gemma-scope-2b-pt-res/layer_5/width_16k/average_l0_41', 'blocks.5.hook_resid_post', null, 'gemma-2-2b'],
    ['gemma-scope-1', 'google/gemma-scope-9b-it-res/layer_20/width_16k/average_l0_91', 'blocks.20.hook_resid_post', null, 'gemma-2-9b-it'],
    ['gemma-scope-1', 'gemma-scope-2b-pt-mlp/layer_11/width_16k/average_l0_9', 'blocks.11.hook_mlp_out', null, 'gemma-2-2b'],
    // Before W_O: the heads' values side by side.
    ['gemma-scope-1', 'google/gemma-scope-9b-pt-att/layer_0/width_16k/average_l0_9', 'blocks.0.attn.hook_z', null, 'gemma-2-9b'],
    ['gemma-scope-1', 'google/gemma-scope-2b-pt-transcoders/layer_3/width_16k/average_l0_41', 'blocks.3.ln2.hook_normalized', 'blocks.3.hook_mlp_out', 'gemma-2-2b'],
    ['openai-v5', 'gpt2-small/resid_delta_attn_v5_32k/autoencoders/7.pt', 'blocks.7.hook_attn_out', null, null],
    ['openai-v5', 'gpt2-small/resid_delta_mlp_v5_32k/autoencoders/0.pt', 'blocks.0.hook_mlp_out', null, null],
    ['openai-v5', 'gpt2-small/resid_post_attn_v5_128k/autoencoders/11.pt', 'blocks.11.hook_resid_mid', null, null],
    ['openai-v5', 'gpt2-small/resid_post_mlp_v5_32k/autoencoders/3.pt', 'blocks.3.hook_resid_post', null, null],
    ['openai-v1', 'gpt2-small/mlp_post_act/autoencoders/6.pt', 'blocks.6.mlp.hook_post', null, null],
    ['sparsify', 'sae-pythia-70m-32k/layers.3', 'blocks.3.hook_resid_post', null, null],
    ['sparsify', 'sae-SmolLM2-135M-64x/layers.12.mlp', 'blocks.12.hook_mlp_out', null, null],
    ['sparsify-transcoder', 'skip-transcoders/layers.4.mlp', 'blocks.4.ln2.hook_out', 'blocks.4.hook_mlp_out', null],
  ])('%s in %s', async (name, drop, hookName, hookNameOut, modelName) => {
    const files = filesOf(join(FOLDER, name)).filter((file) => file.name !== 'expected.json');
    const { info } = await openDictionary({ kind: 'files', name: drop, files }, PORTS);
    expect(info).toMatchObject({ modelName, spec: { hookName, hookNameOut: hookNameOut ?? hookName } });
  });

  it('an embedding of Gemma Scope 1 reads what the model has multiplied by √d', async () => {
    const files = filesOf(join(FOLDER, 'gemma-scope-1')).filter((file) => file.name !== 'expected.json');
    const plain = await open('gemma-scope-1');
    const { info, weights } = await openDictionary({ kind: 'files', name: 'google/gemma-scope-2b-pt-res/embedding/width_4k/average_l0_6', files }, PORTS);
    expect(info.spec.hookName).toBe('hook_embed');
    const root = Math.sqrt(info.dIn);
    expect(largestDifference(weights.W_enc, [[...plain.weights.W_enc].map((value) => value / root)])).toBeLessThan(1e-6);
    expect(largestDifference(weights.W_dec, [[...plain.weights.W_dec].map((value) => value * root)])).toBeLessThan(1e-6);
    expect(weights.b_enc).toEqual(plain.weights.b_enc);
    expect(weights.threshold).toEqual(plain.weights.threshold);
  });
});

it('a TopK and a BatchTopK of dictionary_learning have the same tensors: without settings it says as which one they were read', async () => {
  const [file] = filesOf(join(FOLDER, 'dictionary_learning-BatchTopKSAE')).filter(({ name }) => name === 'ae.pt');
  const { info } = await openDictionary({ kind: 'files', name: 'ae', files: [file!], as: { hookName: 'blocks.1.hook_resid_post' } }, PORTS);
  expect(info.spec).toMatchObject({ encoder: 'topk', k: 4 });
  expect(info.notes.join(' ')).toMatch(/config\.json.*BatchTopK/);
});

it('a place after a module is none where the loaded model norms what the module gives', async () => {
  const files = filesOf(join(FOLDER, 'sparsify')).filter((file) => file.name !== 'expected.json');
  const opening = (normed: 'pre' | 'both', drop: string) => openDictionary({ kind: 'files', name: drop, files }, { ...PORTS, config: { ...tinyConfig, dModel: 6, normed } });
  expect((await opening('pre', 'sae/layers.0.mlp')).info.spec.hookName).toBe('blocks.0.hook_mlp_out');
  expect((await opening('both', 'sae/layers.0')).info.spec.hookName).toBe('blocks.0.hook_resid_post');
  await expect(opening('both', 'sae/layers.0.mlp')).rejects.toMatchObject({ code: 'unfit-dictionary', message: expect.stringContaining('before the norm after it') as string });
});

it('a transcoder of which only the place that it reads is known is refused, not taken for an autoencoder', async () => {
  await expect(open('sparsify-transcoder', { hookName: 'blocks.1.ln2.hook_out' })).rejects.toMatchObject({ code: 'no-hook', message: expect.stringContaining('where its output belongs') as string });
});

it('b_dec is subtracted from no transcoder, whoever asks for it', async () => {
  const as = { ...overridesFor('sparsify-transcoder', expectedOf('sparsify-transcoder')), applyBDecToInput: true };
  await expect(open('sparsify-transcoder', as)).rejects.toMatchObject({ code: 'bad-config', message: expect.stringContaining('b_dec') as string });
});

it('settings of a transcoder that say nothing of b_dec mean that it is not subtracted', async () => {
  const files = filesOf(join(FOLDER, 'saelens6-transcoder')).filter((file) => file.name !== 'expected.json');
  const said = await open('saelens6-transcoder');
  const cfg = JSON.parse(await files.find(({ name }) => name === 'cfg.json')!.text()) as Record<string, unknown>;
  delete cfg['apply_b_dec_to_input'];
  const silent = files.map((file) => (file.name === 'cfg.json' ? new File([JSON.stringify(cfg)], 'cfg.json') : file));
  expect((await openDictionary({ kind: 'files', name: 'silent', files: silent }, PORTS)).info.hash).toBe(said.info.hash);
});

it('says of a dictionary that was trained without start tokens that it was', async () => {
  const files = filesOf(join(FOLDER, 'saelens6-standard')).filter((file) => file.name !== 'expected.json');
  const cfg = await files.find(({ name }) => name === 'cfg.json')!.text();
  const notesWith = async (prepend: string) => {
    const changed = new File([cfg.replace('"prepend_bos": true', `"prepend_bos": ${prepend}`)], 'cfg.json');
    const { info } = await openDictionary({ kind: 'files', name: 'made', files: files.map((file) => (file.name === 'cfg.json' ? changed : file)) }, PORTS);
    return info.notes.join(' ');
  };
  expect(await notesWith('false')).toContain('no start token');
  expect(await notesWith('true')).not.toContain('start token');
  expect(await notesWith('"perhaps"')).not.toContain('start token');
  expect((await open('sparsify')).info.notes.join(' ')).toContain('no start token');
});
