import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { diskStore, type DiskStore } from '../testing/disk-store';
import { serveFiles, type FileServer } from '../testing/file-server';
import { goldenFolder } from '../testing/golden';
import { hubName, readHubAddress } from './hub-address';
import { loadModelFiles } from './index';

const read = (name: string) => new Uint8Array(readFileSync(join(goldenFolder('llama'), name)));
const weights = read('model.safetensors');
const text = (content: string) => new TextEncoder().encode(content);
const sha = createHash('sha256').update(weights).digest('hex');
const pointer = text(`version https://git-lfs.github.com/spec/v1\noid sha256:${sha}\nsize ${weights.length}\n`);
const repository = (id: string, revision: string) => ({
  [`${id}/resolve/${revision}/config.json`]: read('config.json'),
  [`${id}/resolve/${revision}/model.safetensors`]: weights,
  [`${id}/raw/${revision}/model.safetensors`]: pointer,
});

let hub: FileServer;
let store: DiskStore;
beforeEach(async () => {
  hub = await serveFiles({ ...repository('ours/tiny', 'main'), ...repository('ours/tiny', 'v1.0/b'), ...repository('theirs/copy', 'main') });
  store = diskStore();
});
afterEach(async () => {
  await hub.close();
  store.dispose();
});
const load = (id: string, revision = 'main') =>
  loadModelFiles({ kind: 'hub', id, revision }, { signal: new AbortController().signal, onProgress: () => undefined, baseUrl: 'http://localhost/', hubUrl: hub.url, store });

describe('a model on the Hub', () => {
  it('is loaded by id and revision', async () => {
    expect(await load('ours/tiny')).toMatchObject({ id: 'hf:ours/tiny', parameters: 46_560, keptIn: 'stored' });
    expect(await load('ours/tiny', 'v1.0/b')).toMatchObject({ id: 'hf:ours/tiny@v1.0/b' });
  });

  it('is known by its content before it is downloaded: a copy elsewhere costs nothing', async () => {
    await load('ours/tiny');
    const copy = await load('theirs/copy');
    expect(copy.keptIn).toBe('stored');
    expect(hub.asked.filter((path) => /resolve.*\.safetensors$/.test(path) && !path.startsWith('HEAD'))).toEqual(['ours/tiny/resolve/main/model.safetensors']);
  });

  it('at a commit is never asked about again', async () => {
    const commit = 'c'.repeat(40);
    hub.files = { ...hub.files, ...repository('ours/tiny', commit) };
    await load('ours/tiny', commit);
    const before = hub.asked.length;
    await load('ours/tiny', commit);
    expect(hub.asked.slice(before).filter((path) => path.replace('HEAD ', '') in hub.files)).toEqual([]);
  });

  it('that sends other bytes than it promises is refused, and nothing of them is kept', async () => {
    const other = weights.slice();
    other[other.length - 1] = (other.at(-1) ?? 0) ^ 1;
    hub.files['ours/tiny/resolve/main/model.safetensors'] = other;
    await expect(load('ours/tiny')).rejects.toMatchObject({ code: 'damaged', message: expect.stringContaining('SHA-256') as string });
    expect((await store.names()).filter((name) => !name.endsWith('.json'))).toHaveLength(1); // config.json
    hub.files['ours/tiny/resolve/main/model.safetensors'] = weights;
    expect((await load('ours/tiny')).keptIn).toBe('stored');
  });

  it('may lie in shards', async () => {
    const index = { metadata: { total_size: 186_240 }, weight_map: { a: 'one.safetensors' } };
    hub.files = { ...repository('ours/tiny', 'main') };
    delete hub.files['ours/tiny/resolve/main/model.safetensors'];
    hub.files['ours/tiny/resolve/main/model.safetensors.index.json'] = text(JSON.stringify(index));
    await expect(load('ours/tiny')).rejects.toMatchObject({ code: 'missing-shard' });
    hub.files['ours/tiny/resolve/main/one.safetensors'] = weights;
    expect((await load('ours/tiny')).parameters).toBe(46_560);
  });

  it.each<[string, number, string | null, string, RegExp]>([
    ['gated', 401, 'GatedRepo', 'gated', /signed in or agreed.*drop its folder/],
    ['gated, without a reason given', 403, null, 'gated', /drop its folder/],
    ['private or not there', 401, 'RepoNotFound', 'missing-model', /no public model ours\/tiny/],
    ['not there', 404, 'RepoNotFound', 'missing-model', /no public model ours\/tiny/],
    ['without this revision', 404, 'RevisionNotFound', 'missing-model', /no revision "main"/],
    ['not a model', 404, 'EntryNotFound', 'missing-file', /no config\.json in ours\/tiny on the Hugging Face Hub/],
    ['asked for too often', 429, null, 'refused', /pause/],
    ['out of order', 500, null, 'refused', /500/],
  ])('that is %s says so', async (_, status, code, expected, message) => {
    hub.manners.refuse = () => ({ status, headers: code === null ? {} : { 'x-error-code': code } });
    await expect(load('ours/tiny')).rejects.toMatchObject({ name: 'UserError', code: expected, message: expect.stringMatching(message) as string });
  });

  it('that is gone from the network says so', async () => {
    const { url } = hub;
    await hub.close();
    await expect(loadModelFiles({ kind: 'hub', id: 'a/b', revision: 'main' }, { signal: new AbortController().signal, onProgress: () => undefined, baseUrl: url, hubUrl: url })).rejects.toMatchObject({ code: 'unreachable' });
    hub = await serveFiles({});
  });

  it.each(['../../x', 'a/b/c', 'a//b', '', 'a/b?x=1', 'datasets/a'])('can’t be called %j', async (id) => {
    await expect(load(id)).rejects.toMatchObject({ code: 'bad-url' });
    expect(hub.asked).toEqual([]);
  });
});

it.each<[string, string | null, string?]>([
  ['owner/name', 'hf:owner/name'],
  [' owner/name@main ', 'hf:owner/name'],
  ['owner/name@refs/pr/1', 'hf:owner/name@refs/pr/1'],
  ['hf:owner/na.me-1_b@0a1b', 'hf:owner/na.me-1_b@0a1b'],
  ['hf:gpt2', 'hf:gpt2'],
  ['https://huggingface.co/owner/name', 'hf:owner/name'],
  ['https://huggingface.co/gpt2/tree/main', 'hf:gpt2'],
  ['https://huggingface.co/owner/name/resolve/v2/model.safetensors?download=true', 'hf:owner/name@v2'],
  ['https://huggingface.co/owner/name/blob/refs%2Fpr%2F3/config.json', 'hf:owner/name@refs/pr/3'],
  ['https://hf.co/owner/name/', 'hf:owner/name'],
  ['gpt2', null],
  ['owner/name/more', null],
  ['owner/name@a@b', null],
  ['owner/..', null],
  ['hf:owner/name@../x', null],
  ['https://huggingface.co/datasets/owner/name', null],
  ['https://huggingface.co/', null],
  ['https://example.org/owner/name', null],
])('%s is read as %s', (given, expected) => {
  const address = readHubAddress(given);
  expect(address === null ? null : hubName(address)).toBe(expected);
});
