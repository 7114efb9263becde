import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DictionaryId, DictionarySource } from '../anatomy/dictionary';
import { tinyConfig } from '../testing/apply-hook';
import { diskStore } from '../testing/disk-store';
import { serveFiles, type FileServer } from '../testing/file-server';
import { filesOf } from '../testing/golden';
import { folderAnswer, serve } from '../testing/serve';
import { decode, encode, openDictionary, overridesText, readCatalogue, readDecoderRows, splitOverrides, type DictionaryPorts } from '.';

const GOLDEN = join(import.meta.dirname, 'golden');
const PUBLIC = join(import.meta.dirname, '../../public');
const bytesOf = (folder: string, prefix: string) =>
  Object.fromEntries(readdirSync(folder).filter((name) => name !== 'expected.json').map((name) => [prefix + name, new Uint8Array(readFileSync(join(folder, name)))]));
const byId = (id: DictionaryId): DictionarySource => ({ kind: 'id', id });

let server: FileServer;
let ports: DictionaryPorts;
beforeEach(async () => {
  server = await serveFiles({
    ...bytesOf(join(GOLDEN, 'formats/saelens6-jumprelu'), 'some/owner/resolve/main/blocks.1.hook_resid_post/'),
    ...bytesOf(join(GOLDEN, 'formats/saelens-old'), 'jbloom/GPT2-Small-SAEs-Reformatted/resolve/main/blocks.1.hook_resid_pre/'),
    ...bytesOf(join(GOLDEN, 'formats/saelens-old-true'), 'tommmcgrath/gpt2-small-mlp-out-saes/resolve/main/sae/'),
    ...bytesOf(join(GOLDEN, 'formats/qwen-scope'), 'Qwen/SAE-Res-made-up-L0_4/resolve/main/'),
    ...bytesOf(join(GOLDEN, 'formats/gemma-scope-1'), 'google/gemma-scope-2b-pt-res/resolve/main/layer_12/width_16k/average_l0_41/'),
    ...bytesOf(join(GOLDEN, 'records-sample/blocks.0.hook_resid_post'), 'dictionaries/made-up/blocks.0.hook_resid_post/'),
    'dictionaries/made-up/index.json': new Uint8Array(readFileSync(join(GOLDEN, 'records-sample/index.json'))),
  });
  ports = { signal: new AbortController().signal, onProgress: () => undefined, baseUrl: server.url, hubUrl: server.url, config: null };
});
afterEach(() => server.close());
const open = (id: DictionaryId, more: Partial<DictionaryPorts> = {}) => openDictionary(byId(id), { ...ports, ...more });
const OURS = 'catalogue:made-up/blocks.0.hook_resid_post';
const HUB = 'hub:some/owner@main/blocks.1.hook_resid_post';

describe('where a dictionary comes from', () => {
  it('lists and opens what ships with the app', async () => {
    const [entry] = await readCatalogue('made-up', server.url, ports.signal);
    expect(entry).toEqual({ id: OURS, folder: 'blocks.0.hook_resid_post', title: 'blocks.0.hook_resid_post', hookName: 'blocks.0.hook_resid_post', layer: 0, dIn: 16, dSae: 64, live: expect.any(Number) as number, l0: 8, explainedVariance: 0.5 });
    const { info } = await open(OURS);
    expect(info).toMatchObject({ id: OURS, dIn: 16, dSae: 64, recordsUrl: `${server.url}dictionaries/made-up/blocks.0.hook_resid_post/` });
    expect(await readCatalogue('unknown', server.url, ports.signal)).toEqual([]);
  });

  it('opens a folder on the Hub and keeps it in the browser', async () => {
    const store = diskStore();
    const steps: string[] = [];
    const first = await open(HUB, { store, onProgress: ({ stage }) => void steps.push(stage) });
    expect(first.info.name).toBe('some/owner/blocks.1.hook_resid_post');
    expect([...new Set(steps)]).toEqual(['files', 'weights', 'ready']);
    const sent = server.sent.get('some/owner/resolve/main/blocks.1.hook_resid_post/sae_weights.safetensors');
    const again = await open(HUB, { store });
    expect(again.info.hash).toBe(first.info.hash);
    expect(server.sent.get('some/owner/resolve/main/blocks.1.hook_resid_post/sae_weights.safetensors')).toBe(sent);
    store.dispose();
  });

  it('opens an address of a folder or a file, and dropped files under their fingerprint', async () => {
    const url = `url:${server.url}some/owner/resolve/main/blocks.1.hook_resid_post`;
    const { info } = await open(url);
    expect((await open(`${url}/sae_weights.safetensors`)).info.hash).toBe(info.hash);
    const files = filesOf(join(GOLDEN, 'formats/saelens6-jumprelu')).filter((file) => file.name !== 'expected.json');
    expect((await openDictionary({ kind: 'files', name: 'dropped', files }, ports)).info.id).toBe(`files:${info.hash}`);
  });

  it('reads layer and k from where a file lies', async () => {
    expect((await open('hub:Qwen/SAE-Res-made-up-L0_4@main/layer1.sae.pt')).info.spec).toMatchObject({ k: 4, hookName: 'blocks.1.hook_resid_post' });
    expect((await open('hub:google/gemma-scope-2b-pt-res@main/layer_12/width_16k/average_l0_41')).info).toMatchObject({ modelName: 'gemma-2-2b', spec: { hookName: 'blocks.12.hook_resid_post' } });
  });

  it('knows that gpt2-small-res-jb was trained on centred activations, and where Neuronpedia has it', async () => {
    const { info } = await open('hub:jbloom/GPT2-Small-SAEs-Reformatted@main/blocks.1.hook_resid_pre');
    expect(info).toMatchObject({ neuronpediaId: 'gpt2-small/1-res-jb', spec: { centerInput: true } });
    expect(info.notes.join(' ')).toContain('centred writing weights');
  });

  it('folds the input scale that gpt2-small-mlp-tm states besides its files', async () => {
    const [folded, plain] = [await open('hub:tommmcgrath/gpt2-small-mlp-out-saes@main/sae'), await open(`url:${server.url}tommmcgrath/gpt2-small-mlp-out-saes/resolve/main/sae`)];
    const s = 2.3694; // of layer 1
    expect(folded.info.spec.centerInput).toBe(true);
    const times = (values: Float32Array, factor: number) => [...values].map((value) => expect.closeTo(value * factor, 5) as number);
    expect([...folded.weights.W_enc]).toEqual(times(plain.weights.W_enc, s));
    expect([...folded.weights.W_dec]).toEqual(times(plain.weights.W_dec, 1 / s));
    expect([...folded.weights.b_dec]).toEqual(times(plain.weights.b_dec, 1 / s));
    expect(folded.weights.b_enc).toEqual(plain.weights.b_enc);
  });

  it('reads it as a name says, in words that a link can hold', async () => {
    const said = { hookName: 'blocks.0.hook_mlp_out', k: 3, applyBDecToInput: true, normalizeActivations: 'layer_norm' } as const;
    const id = `hub:Qwen/SAE-Res-made-up-L0_4@main/layer1.sae.pt${overridesText(said)}`;
    expect(splitOverrides(id).overrides).toEqual(said);
    expect((await open(id)).info).toMatchObject({ id, spec: { k: 3, hookName: 'blocks.0.hook_mlp_out', applyBDecToInput: true, normalizeActivations: 'layer_norm' } });
    await expect(open(`${HUB}#color=red`)).rejects.toMatchObject({ code: 'unknown-dictionary' });
  });
});

describe('what is refused', () => {
  it.each([
    ['hub:some/where@main/else', 'missing-file'],
    ['files:' + 'a'.repeat(64), 'needs-files'],
    ['trained:' + 'a'.repeat(64), 'needs-files'],
    ['nonsense', 'unknown-dictionary'],
    ['catalogue:made-up/blocks.9.hook_resid_post', 'missing-file'],
  ])('%s: %s', async (id, code) => {
    await expect(open(id)).rejects.toMatchObject({ name: 'UserError', code });
  });

  it('what the Hub gives only to some, said as such', async () => {
    server.manners.refuse = () => ({ status: 401, headers: { 'x-error-code': 'GatedRepo' } });
    await expect(open(HUB)).rejects.toMatchObject({ code: 'gated' });
    server.manners.refuse = () => ({ status: 404, headers: { 'x-error-code': 'RepoNotFound' } });
    await expect(open(HUB)).rejects.toMatchObject({ code: 'missing-model' });
  });

  it('what is larger than can be held, before it is taken in', async () => {
    await expect(open(HUB, { maxBytes: 1000 })).rejects.toMatchObject({ code: 'too-large' });
  });

  it('what does not fit the model, with both widths', async () => {
    await expect(open(OURS, { config: tinyConfig })).rejects.toMatchObject({ code: 'unfit-dictionary', message: expect.stringMatching(/width 16.*have 2/) as string });
    await expect(open(HUB, { config: { ...tinyConfig, nLayers: 1 } })).rejects.toMatchObject({ code: 'unfit-dictionary', message: expect.stringMatching(/doesn't have/) as string });
    expect((await open(OURS, { config: { ...tinyConfig, dModel: 16 } })).info.dIn).toBe(16);
  });

  it('stops when it is told to', async () => {
    const stop = new AbortController();
    const opening = open(HUB, { signal: stop.signal, onProgress: () => stop.abort() });
    await expect(opening).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('several dictionaries at once, and none', async () => {
    const two = [...filesOf(join(GOLDEN, 'formats/saelens6-jumprelu')), ...filesOf(join(GOLDEN, 'formats/qwen-scope'))].map((file) => new File([file], file.name.replace('sae_weights', 'other')));
    await expect(openDictionary({ kind: 'files', name: 'two', files: two }, ports)).rejects.toMatchObject({ code: 'missing-file', message: expect.stringContaining('several') as string });
    await expect(openDictionary({ kind: 'files', name: 'none', files: [new File(['x'], 'note.txt')] }, ports)).rejects.toMatchObject({ code: 'missing-file' });
  });

  it('several folders of one release, rather than mixing the weights of one with the place of another', async () => {
    const inFolder = (folder: string) => (file: File) => Object.defineProperty(new File([file], file.name), 'webkitRelativePath', { value: `release/${folder}/${file.name}` });
    const files = filesOf(join(GOLDEN, 'formats/sparsify')).filter((file) => file.name !== 'expected.json');
    const drop = (...folders: string[]) => openDictionary({ kind: 'files', name: 'release', files: folders.flatMap((folder) => files.map(inFolder(folder))) }, ports);
    expect((await drop('layers.1')).info.spec.hookName).toBe('blocks.1.hook_resid_post');
    await expect(drop('layers.0', 'layers.1')).rejects.toMatchObject({ code: 'missing-file', message: expect.stringMatching(/several dictionaries: 2 of its files are named sae\.safetensors/) as string });
    const [cfg, weights] = ['cfg.json', 'sae.safetensors'].map((name) => files.find((file) => file.name === name)!);
    const mixed = [inFolder('layers.0')(cfg!), inFolder('layers.1')(cfg!), inFolder('layers.1')(weights!)];
    await expect(openDictionary({ kind: 'files', name: 'release', files: mixed }, ports)).rejects.toThrow('2 of its files are named cfg.json');
  });
});

describe('rows of the decoder alone', () => {
  it.each([OURS, HUB])('of %s are those of the whole, and little else is downloaded', async (id) => {
    const whole = await open(id);
    const path = [...server.sent.keys()].find((name) => name.endsWith('.safetensors')) ?? '';
    const size = server.files[path]?.length ?? 0;
    server.sent.clear();
    const rows = await readDecoderRows(byId(id), [3, 0], ports);
    const { dOut } = whole.info;
    expect(rows?.map((row) => [...row])).toEqual([3, 0].map((feature) => [...whole.weights.W_dec.subarray(feature * dOut, (feature + 1) * dOut)]));
    expect(size).toBeGreaterThan(0);
    // The files of this test are hardly longer than their headers: what was asked for counts, not what was sent.
    expect(server.asked.filter((one) => one === path).length).toBeGreaterThan(2);
    await expect(readDecoderRows(byId(id), [10_000], ports)).rejects.toMatchObject({ code: 'no-feature' });
  });

  it('can not be had of servers that give files whole only, or of packed formats', async () => {
    expect(await readDecoderRows(byId('hub:Qwen/SAE-Res-made-up-L0_4@main/layer1.sae.pt'), [1], ports)).toBeNull();
    server.manners.ranges = false;
    expect(await readDecoderRows(byId(OURS), [1], ports)).toBeNull();
  });
});

it.skipIf(!existsSync(join(PUBLIC, 'dictionaries/lacuna-16m/index.json')))('opens every dictionary that ships', async () => {
  const site = await serve(folderAnswer(PUBLIC), true);
  try {
    const entries = await readCatalogue('lacuna-16m', site.url, ports.signal);
    expect(entries.length).toBeGreaterThan(0);
    for (const { id, dIn, dSae, hookName } of entries) {
      const dictionary = await openDictionary(byId(id), { ...ports, baseUrl: site.url });
      expect(dictionary.info).toMatchObject({ dIn, dSae, spec: { hookName } });
      const x = Float32Array.from({ length: dIn }, (_, i) => Math.sin(i));
      expect(decode(dictionary, encode(dictionary, x, 1), 1, x).every(Number.isFinite)).toBe(true);
    }
  } finally {
    await site.close();
  }
}, 300_000);
