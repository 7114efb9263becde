import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import type { Dictionary, DictionaryOverrides } from '../anatomy/dictionary';
import { filesOf } from '../testing/golden';
import { exportSaelens, exportSaelensZip, openDictionary } from '.';

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
