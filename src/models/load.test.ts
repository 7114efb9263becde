import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { LoadProgress, ModelSource } from '../anatomy/model-info';
import { weightSpecs } from '../anatomy/weights';
import { stableJson } from '../lib/stable-json';
import { filesOf, goldenFolder } from '../testing/golden';
import { editHeader } from '../testing/safetensors';
import { folderAnswer, notFound, sendBytes, serve, type Answer, type TestServer } from '../testing/serve';
import { loadModelFiles, type LoadOptions } from './load';

const llama = goldenFolder('llama');
const configBytes = readFileSync(join(llama, 'config.json'));
const weightBytes = new Uint8Array(readFileSync(join(llama, 'model.safetensors')));
const tokenizerBytes = readFileSync(join(import.meta.dirname, 'golden/tokenizers/spm/tokenizer.json'));

let server: TestServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

/** Loads from a server that answers like the golden folder, but for the paths given. */
async function loadFrom(special: Readonly<Record<string, Answer>> = {}, options: Partial<LoadOptions> = {}) {
  const usual = folderAnswer(llama);
  server = await serve((response, path, request) => (special[path] ?? usual)(response, path, request));
  return load({ kind: 'url', url: server.url }, options);
}

const load = (source: ModelSource, options: Partial<LoadOptions> = {}) =>
  loadModelFiles(source, { signal: new AbortController().signal, onProgress: () => undefined, baseUrl: 'http://localhost/', ...options });

const bytes = (content: Uint8Array): Answer => (response) => sendBytes(response, content);
const text = (content: string): Answer => bytes(new TextEncoder().encode(content));
const page: Answer = (response) => {
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
  response.end('<!doctype html><title>Not what you asked for</title>');
};

/** Weights in two shards, the second one first in the index. */
function shards(): Record<string, Answer> {
  const header = JSON.parse(new TextDecoder().decode(weightBytes.subarray(8, 8 + headerLength()))) as Record<string, { data_offsets: [number, number] }>;
  const names = Object.keys(header).filter((name) => name !== '__metadata__');
  const cut = header[names[15]!]!.data_offsets[0];
  const data = weightBytes.subarray(8 + headerLength());
  const part = (from: number, to: number) =>
    editHeader(withData(data.subarray(from, to)), () =>
      Object.fromEntries(
        names
          .map((name) => [name, header[name]!] as const)
          .filter(([, { data_offsets: [begin] }]) => begin >= from && begin < to)
          .map(([name, entry]) => [name, { ...entry, data_offsets: entry.data_offsets.map((offset) => offset - from) }]),
      ),
    );
  const files = { 'model-00001-of-00002.safetensors': part(0, cut), 'model-00002-of-00002.safetensors': part(cut, data.length) };
  const map = Object.fromEntries(names.map((name) => [name, `model-0000${header[name]!.data_offsets[0] < cut ? 1 : 2}-of-00002.safetensors`]));
  return {
    'model.safetensors': notFound,
    'model.safetensors.index.json': text(JSON.stringify({ metadata: { total_size: data.length }, weight_map: Object.fromEntries(Object.entries(map).reverse()) })),
    ...Object.fromEntries(Object.entries(files).map(([name, content]) => [name, bytes(content)])),
  };
}
const headerLength = () => Number(new DataView(weightBytes.buffer, weightBytes.byteOffset).getBigUint64(0, true));
function withData(data: Uint8Array): Uint8Array {
  const file = new Uint8Array(10 + data.length);
  new DataView(file.buffer).setBigUint64(0, 2n, true);
  file.set([0x7b, 0x7d], 8);
  file.set(data, 10);
  return file;
}

describe('a model on a server', () => {
  it('is read with progress, and hashed over its canonical config and its weights', async () => {
    const steps: LoadProgress[] = [];
    const files = await loadFrom({ 'tokenizer.json': bytes(tokenizerBytes) }, { onProgress: (step) => steps.push(step) });
    expect(files).toMatchObject({ id: server!.url, storedDtype: 'float32', parameters: 46_560, calibrationText: null });
    const canonical = stableJson(JSON.parse(configBytes.toString()));
    expect(files.hash).toBe(createHash('sha256').update(canonical).update(weightBytes).digest('hex'));
    expect(await files.tokenizer!.decode(await files.tokenizer!.encodePlain('a cat'))).toBe('a cat');
    expect(steps.at(-1)).toEqual({ stage: 'files', loadedBytes: weightBytes.length, totalBytes: weightBytes.length });
    expect(steps.map(({ loadedBytes }) => loadedBytes)).toEqual(steps.map(({ loadedBytes }) => loadedBytes).sort((a, b) => a - b));
    for (let time = 0; time < 2; time += 1) {
      const names: string[] = [];
      for await (const { name } of files.weights()) names.push(name);
      expect(names).toEqual(weightSpecs(files.config).map(({ name }) => name));
    }
  });

  it('has the same hash in another spelling of config.json, and another one when a weight differs', async () => {
    const { hash } = await loadFrom();
    const spelled = JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(configBytes.toString()) as object).reverse()));
    await server!.close();
    expect((await loadFrom({ 'config.json': text(spelled) })).hash).toBe(hash);
    await server!.close();
    const changed = weightBytes.slice();
    changed[changed.length - 1]! ^= 1;
    expect((await loadFrom({ 'model.safetensors': bytes(changed) })).hash).not.toBe(hash);
  });

  it('may lie in shards, read in the order of their names', async () => {
    const whole = await loadFrom();
    await server!.close();
    const steps: LoadProgress[] = [];
    const files = await loadFrom(shards(), { onProgress: (step) => steps.push(step) });
    expect(server!.asked.filter((path) => path.startsWith('model-'))).toEqual(['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors']);
    expect(steps.every(({ loadedBytes, totalBytes }) => totalBytes !== null && loadedBytes <= totalBytes)).toBe(true);
    for await (const { name, data } of files.weights())
      for await (const other of whole.weights()) if (other.name === name) expect(data).toEqual(other.data);
  });

  it('runs on ids where there is no tokenizer, or a page in its place', async () => {
    expect((await loadFrom()).tokenizer).toBeNull();
    await server!.close();
    expect((await loadFrom({ 'tokenizer.json': page, 'model.safetensors.index.json': page })).tokenizer).toBeNull();
  });

  it('may be named by one of its files', async () => {
    await loadFrom();
    expect((await load({ kind: 'url', url: `${server!.url}config.json?download=1#top` })).id).toBe(server!.url);
  });

  it('of the catalogue lies beside the page, in whatever folder that is', async () => {
    server = await serve((response) => notFound(response));
    await expect(load({ kind: 'catalogue', id: 'lacuna-16m' }, { baseUrl: `${server.url}some/where/index.html#x` })).rejects.toMatchObject({ code: 'missing-file' });
    expect(server.asked).toEqual(['some/where/models/lacuna-16m/config.json']);
    await expect(load({ kind: 'catalogue', id: 'gpt-9' })).rejects.toMatchObject({ code: 'unknown-model', message: expect.stringContaining('lacuna-16m') as string });
  });
});

describe('what goes wrong on the way', () => {
  const cut: Answer = (response) => {
    response.writeHead(200, { 'content-length': weightBytes.length });
    response.write(weightBytes.subarray(0, 1000), () => response.destroy());
  };
  const broken = { code: 'header-lies' };
  it.each<[string, string, Record<string, Answer>, RegExp]>([
    ['no config.json', 'missing-file', { 'config.json': notFound }, /no config\.json in http/],
    ['a page instead of config.json', 'html-instead', { 'config.json': page }, /web page.*resolve\/main/],
    ['a config.json that is not JSON', 'bad-config', { 'config.json': text('oops') }, /not JSON/],
    ['an unknown family', 'unknown-family', { 'config.json': text('{"model_type":"rwkv"}') }, /rwkv.*llama/],
    ['no weights', 'missing-file', { 'model.safetensors': notFound }, /neither model\.safetensors nor/],
    ['a page instead of the weights', 'html-instead', { 'model.safetensors': page }, /model\.safetensors/],
    ['weights in another format', 'not-safetensors', { 'model.safetensors': text('PK\u0003\u0004 a zip archive of pickles') }, /\.safetensors/],
    ['weights cut off by the server', 'truncated', { 'model.safetensors': bytes(weightBytes.subarray(0, 5000)) }, /cut off/],
    ['a connection that breaks', 'unreachable', { 'model.safetensors': cut }, /broke.*Try again/],
    ['a header that lies', broken.code, { 'model.safetensors': bytes(editHeader(weightBytes, (h) => ({ ...h, 'model.norm.weight': { dtype: 'F32', shape: [31], data_offsets: [186_112, 186_240] } }))) }, /model\.norm\.weight/],
    ['a tensor of the wrong shape', 'misshapen-tensor', { 'config.json': text(configBytes.toString().replace('"vocab_size": 256', '"vocab_size": 255')) }, /\[256, 32\].*\[255, 32\]/],
    ['a tensor that is not there', 'missing-tensor', { 'config.json': text(configBytes.toString().replace('"num_hidden_layers": 3', '"num_hidden_layers": 4')) }, /model\.layers\.3\.input_layernorm\.weight.*\[32\]/],
    ['a broken tokenizer', 'bad-tokenizer', { 'tokenizer.json': text('{}') }, /tokenizer\.json/],
    ['a server that refuses', 'refused', { 'model.safetensors': (r: ServerResponse) => r.writeHead(403).end() }, /403/],
    ['an index that is not JSON', 'bad-index', { 'model.safetensors.index.json': text('{') }, /index\.json/],
    ['an index without names', 'bad-index', { 'model.safetensors.index.json': text('{"weight_map":{}}') }, /no weight files/],
    ['an index that points elsewhere', 'bad-index', { 'model.safetensors.index.json': text('{"weight_map":{"a":"../../secret.safetensors"}}') }, /shard/],
    ['a shard that is missing', 'missing-shard', { ...shards(), 'model-00002-of-00002.safetensors': notFound }, /model-00002-of-00002/],
    ['shards that repeat a tensor', 'bad-index', { ...shards(), 'model-00002-of-00002.safetensors': bytes(weightBytes) }, /two weight files/],
  ])('is told: %s', async (_, code, special, message) => {
    await expect(loadFrom(special)).rejects.toMatchObject({ name: 'UserError', code, message: expect.stringMatching(message) as string });
  });

  it('is told: nobody there', async () => {
    const gone = await serve((response) => notFound(response));
    await gone.close();
    await expect(load({ kind: 'url', url: gone.url })).rejects.toMatchObject({ code: 'unreachable', message: expect.stringContaining('CORS') as string });
  });

  it.each(['ftp://example.org/x/', 'javascript:alert(1)', 'http://'])('is told: not an address (%s)', async (url) => {
    await expect(load({ kind: 'url', url })).rejects.toMatchObject({ code: 'bad-url' });
  });
});

describe('a load that takes long', () => {
  it('can be cancelled in the middle of a file, and lets go of the connection', async () => {
    const stop = new AbortController();
    let closed: () => void = () => undefined;
    const connectionClosed = new Promise<void>((resolve) => (closed = resolve));
    const endless: Answer = (response) => {
      response.on('close', closed);
      response.writeHead(200, { 'content-length': weightBytes.length });
      response.write(weightBytes.subarray(0, 1000));
    };
    const loading = loadFrom({ 'model.safetensors': endless }, { signal: stop.signal, onProgress: () => stop.abort() });
    await expect(loading).rejects.toMatchObject({ name: 'AbortError' });
    await connectionClosed;
  });

  it('can be cancelled while the server has not answered yet', async () => {
    const stop = new AbortController();
    const silent: Answer = () => stop.abort();
    await expect(loadFrom({ 'config.json': silent }, { signal: stop.signal })).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('a model too large for this device', () => {
  const limits = { total: 600_000, weights: 300_000 };
  it('is refused before its weights are fetched, with what is needed and what is there', async () => {
    // Two bytes a value at least, as long as nobody has told more.
    await expect(loadFrom({}, { limits: { ...limits, weights: 60_000 } })).rejects.toMatchObject({ code: 'too-large', message: expect.stringMatching(/0\.1 MB as float16.*0\.1 MB/) as string });
    expect(server!.asked).toEqual(['config.json']);
    await server!.close();
    await expect(loadFrom({}, { limits: { ...limits, weights: 100_000 } })).rejects.toMatchObject({ code: 'too-large', message: expect.stringMatching(/0\.2 MB as float32.*0\.1 MB.*storage/) as string });
    await server!.close();
    await expect(loadFrom({}, { limits: { ...limits, total: 200_000 } })).rejects.toMatchObject({ code: 'too-large' });
  });
  it('is taken in a storage that fits', async () => {
    const url = (await loadFrom({}, { limits: { ...limits, total: 2e6 } })).id;
    const load = (storage: 'float32' | 'int8') =>
      loadModelFiles({ kind: 'url', url, storage }, { signal: new AbortController().signal, onProgress: () => undefined, baseUrl: url, limits: { total: 2e6, weights: 100_000 } });
    await expect(load('float32')).rejects.toMatchObject({ code: 'too-large' });
    expect(await load('int8')).toMatchObject({ storage: 'int8', storedDtype: 'float32' });
  });
  it('is refused when config.json asks for absurd sizes', async () => {
    await expect(loadFrom({ 'config.json': text(configBytes.toString().replace('"hidden_size": 32', '"hidden_size": 1000000000')) })).rejects.toMatchObject({ code: 'too-large' });
    await server!.close();
    const huge = configBytes.toString().replace('"hidden_size": 32', '"hidden_size": 100000').replace('"intermediate_size": 72', '"intermediate_size": 1000000');
    await expect(loadFrom({ 'config.json': text(huge) })).rejects.toMatchObject({ code: 'too-large' });
  });
  it('is refused when the server announces more than fits, and when it just never ends', async () => {
    const announced: Answer = (response) => {
      response.writeHead(200, { 'content-length': 10 ** 12 });
      response.write('x');
    };
    await expect(loadFrom({ 'model.safetensors': announced }, { limits })).rejects.toMatchObject({ code: 'too-large' });
    await server!.close();
    const endless: Answer = (response) => {
      response.writeHead(200);
      const more = () => {
        while (!response.destroyed && response.write(new Uint8Array(65_536)));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    };
    await expect(loadFrom({ 'model.safetensors': endless }, { limits })).rejects.toMatchObject({ code: 'too-large' });
  });
});

describe('dropped files', () => {
  const drop = (files: readonly File[]) => load({ kind: 'files', name: 'my model', files });
  const file = (name: string, content: Uint8Array | string) => new File([content as BlobPart], name);
  it('are the same model as the folder on a server', async () => {
    const dropped = await drop(filesOf(llama));
    expect(dropped).toMatchObject({ id: 'my model', hash: (await loadFrom()).hash });
  });
  it('may have another name for the only weight file', async () => {
    expect((await drop([file('config.json', configBytes), file('weights.safetensors', weightBytes)])).parameters).toBe(46_560);
  });
  it('are told what they lack', async () => {
    await expect(drop([])).rejects.toMatchObject({ code: 'missing-file', message: expect.stringContaining('"my model"') as string });
    await expect(drop([file('config.json', configBytes)])).rejects.toMatchObject({ code: 'missing-file' });
    const two = [file('config.json', configBytes), file('a.safetensors', weightBytes), file('b.safetensors', weightBytes)];
    await expect(drop(two)).rejects.toMatchObject({ code: 'missing-file', message: expect.stringContaining('index') as string });
  });
});
