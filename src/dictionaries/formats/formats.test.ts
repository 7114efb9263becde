import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, describe } from 'vitest';
import type { Dictionary, DictionaryOverrides } from '../../anatomy/dictionary';
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
  readonly found: Readonly<Record<string, unknown>>;
  readonly x: readonly (readonly number[])[];
  readonly f: readonly (readonly number[])[];
  readonly x_hat: readonly (readonly number[])[];
}

const names = readdirSync(FOLDER, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => entry.name);
const expectedOf = (name: string) => JSON.parse(readFileSync(join(FOLDER, name, 'expected.json'), 'utf8')) as Expected;

/** What the made-up folders don't say about the model. */
function overridesFor(name: string, { k }: Expected): DictionaryOverrides {
  const hook = /^(gemma-scope-1|openai|sparsify)/.test(name) ? { hookName: 'blocks.1.hook_resid_post' } : {};
  const out = name.includes('transcoder') && name.startsWith('sparsify') ? { hookNameOut: 'blocks.1.hook_mlp_out' } : {};
  return { ...hook, ...out, ...(k === undefined ? {} : { k }) };
}

function open(name: string, as: DictionaryOverrides = overridesFor(name, expectedOf(name))): Promise<Dictionary> {
  const files = filesOf(join(FOLDER, name)).filter((file) => file.name !== 'expected.json');
  return openDictionary({ kind: 'files', name, files, as }, { signal: new AbortController().signal, onProgress: () => undefined, baseUrl: 'http://localhost/', config: null });
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
    'pt-legacy': /bare pickle.*save_file/,
    'pt-malicious': /names posix\.system/,
    'pt-malicious-global': /names __builtin__\.eval/,
    'pt-outside-storage': /reaches outside its storage/,
    'saelens-old-scaling-undeclared': /scaling_factor.*finetuning_scaling_factor/,
    'saelens6-matching-pursuit': /"matching_pursuit"/,
    'saelens6-temporal': /"temporal"/,
    'square-pt': /doesn't guess/,
    'wrong-shape': /W_dec.*features/,
  };
  expect((error as Error).message).toMatch(reasons[name] ?? /no reason is expected for this one/);
});

it('has files of every kind to read', () => {
  expect(names.length).toBeGreaterThan(40);
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
