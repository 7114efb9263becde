import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { DictionaryOverrides } from '../../anatomy/dictionary';
import { filesOf } from '../../testing/golden';
import { decode, encode, openDictionary } from '..';

/** A made-up set of the files that ship, with what PyTorch computed: `training/dictionaries/sample.py`. */
const SAMPLE = join(import.meta.dirname, '../golden/records-sample');
const expected = JSON.parse(readFileSync(join(SAMPLE, 'expected.json'), 'utf8')) as { x: number[][]; f: number[][]; x_hat: number[][]; W_dec_row_3: number[]; W_enc_column_3: number[] };
const files = filesOf(join(SAMPLE, 'blocks.0.hook_resid_post'));
const open = (given: File[], as: DictionaryOverrides = {}) =>
  openDictionary({ kind: 'files', name: 'sample', files: given, as }, { signal: new AbortController().signal, onProgress: () => undefined, baseUrl: 'http://localhost/', config: null });
const distance = (a: ArrayLike<number>, b: readonly number[]) => Math.max(...b.map((value, i) => Math.abs(value - (a[i] ?? NaN))));

it('unpacks the dictionaries that ship to what PyTorch unpacks', async () => {
  const dictionary = await open(files);
  const { info, weights } = dictionary;
  const [nPos, x] = [expected.x.length, Float32Array.from(expected.x.flat())];
  expect(distance(weights.W_dec.subarray(3 * info.dOut, 4 * info.dOut), expected.W_dec_row_3)).toBeLessThan(1e-6);
  expect(distance(Array.from({ length: info.dIn }, (_, a) => weights.W_enc[a * info.dSae + 3] ?? NaN), expected.W_enc_column_3)).toBeLessThan(1e-6);
  const f = encode(dictionary, x, nPos);
  expect(distance(f, expected.f.flat())).toBeLessThan(1e-5);
  expect(distance(decode(dictionary, f, nPos, x), expected.x_hat.flat())).toBeLessThan(1e-5);
  expect(info.notes[0]).toMatch(/stored with \d bits per number/);
});

it('is read otherwise when that is asked, and says so', async () => {
  const [{ info }, asked] = [await open(files), await open(files, { applyBDecToInput: false, centerInput: true, normalizeActivations: 'layer_norm' })];
  expect(info.spec).toMatchObject({ applyBDecToInput: true, centerInput: false, normalizeActivations: 'none' });
  expect(asked.info.spec).toEqual({ ...info.spec, applyBDecToInput: false, centerInput: true, normalizeActivations: 'layer_norm' });
  expect(asked.info.notes.at(-1)).toBe('Read as was asked: bdec=no, center=yes, normalize=layer_norm.');
  expect(asked.info.hash).not.toBe(info.hash);
});

it('refuses a packing that it does not know', async () => {
  const config = JSON.parse(await files.find((file) => file.name === 'cfg.json')!.text()) as { lacuna: Record<string, unknown> };
  const changed = new File([JSON.stringify({ ...config, lacuna: { ...config.lacuna, storage: 'something-else' } })], 'cfg.json');
  await expect(open([changed, ...files.filter((file) => file.name !== 'cfg.json')])).rejects.toMatchObject({ code: 'unsupported-storage' });
});
