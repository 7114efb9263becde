import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import type { Dictionary, DictionaryOverrides } from '../anatomy/dictionary';
import { dictionaryWith } from '../testing/dictionaries';
import { filesOf } from '../testing/golden';
import { alternatives, decode, encode, exportSaelens, exportSaelensZip, openDictionary, sanity } from '.';

const FORMATS = join(import.meta.dirname, 'golden/formats');
const signal = new AbortController().signal;
const open = (files: readonly File[], as: DictionaryOverrides = {}) =>
  openDictionary({ kind: 'files', name: 'made', files, as }, { signal, onProgress: () => undefined, baseUrl: 'http://localhost/', config: null });
const golden = (name: string, as: DictionaryOverrides = {}) => open(filesOf(join(FORMATS, name)).filter((file) => file.name !== 'expected.json'), as);
const filesOfExport = (dictionary: Dictionary) => Object.entries(exportSaelens(dictionary)).map(([name, bytes]) => new File([bytes as Uint8Array<ArrayBuffer>], name));

const names = readdirSync(FORMATS).filter((name) => /^(saelens6-(?!temporal|matching|transcoder-b_dec|topk-too-large)|saelens-old(-scaling|-hook_z|-topk)?$|dictionary_learning-Gated|gemma-scope-2-affine)/.test(name));

describe.each(names)('%s written as SAELens', (name) => {
  it('opens as the same dictionary', async () => {
    const dictionary = await golden(name);
    const again = await open(filesOfExport(dictionary));
    expect(again.info.format).toBe('SAELens');
    expect(again.info.spec).toEqual(dictionary.info.spec);
    expect(again.weights).toEqual(dictionary.weights);
    expect(again.info.hash).toBe(dictionary.info.hash);
  });
});

it('keeps centring, as the setting of the model that asks for it', async () => {
  const again = await open(filesOfExport(await golden('saelens6-standard', { centerInput: true })));
  expect(again.info.spec.centerInput).toBe(true);
});

it('is refused for a transcoder that SAELens could not tell from another', async () => {
  const transcoder = await golden('sparsify-transcoder', { hookName: 'blocks.1.ln2.hook_out', hookNameOut: 'blocks.1.hook_mlp_out' });
  expect(() => exportSaelens(transcoder)).toThrow(/topk transcoder/);
});

it('gives both files in one zip', async () => {
  const dictionary = await golden('saelens6-jumprelu');
  expect(unzipSync(exportSaelensZip(dictionary))).toEqual({ ...exportSaelens(dictionary) });
});

it('measures how a dictionary fares, by the pooled sums of the methods file', () => {
  // x = (0,0), (0,0), (3,0); the dictionary always gives its b_dec.
  const x = Float32Array.from([0, 0, 0, 0, 3, 0]);
  const found = sanity(dictionaryWith({ W_enc: [0, 0], W_dec: [1, 1], b_dec: [0.5, 0.5], dSae: 1, spec: { applyBDecToInput: false } }), x, 3);
  // Errors .5, .5, 6.5 over a variance of 6.
  expect(found.fvu).toBeCloseTo(7.5 / 6, 6);
  expect(found).toMatchObject({ l0: 0, deadShare: 1 });
});

it('finds among the alternatives the way in which a dictionary was meant', async () => {
  const meant = await golden('saelens6-layer-norm');
  const x = Float32Array.from({ length: 40 * meant.info.dIn }, (_, i) => Math.sin(i * i) * 5 + 3);
  const y = decode(meant, encode(meant, x, 40), 40, x);
  const misread = await golden('saelens6-layer-norm', { normalizeActivations: 'none' });
  const tried = alternatives(misread).map(({ label, dictionary }) => ({ label, fvu: sanity(dictionary, x, 40, y).fvu }));
  expect(sanity(misread, x, 40, y).fvu).toBeGreaterThan(0.1);
  expect(tried.toSorted((a, b) => a.fvu - b.fvu)[0]).toEqual({ label: 'with every vector layer-normed first', fvu: expect.closeTo(0, 6) as number });
});
