import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ModelSource } from '../anatomy/model-info';
import { diskStore, type DiskStore } from '../testing/disk-store';
import { serveFiles, type FileServer } from '../testing/file-server';
import { filesOf, goldenFolder } from '../testing/golden';
import { deleteStored, loadModelFiles, overviewOf, type ModelFiles } from './index';
import type { LoadOptions } from './load';

const read = (name: string) => new Uint8Array(readFileSync(join(goldenFolder('llama'), name)));
const config = read('config.json');
const weights = read('model.safetensors');
const WEIGHTS = 'm/model.safetensors';
const sha = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

let store: DiskStore;
let server: FileServer;
let notes: string[];
beforeEach(async () => {
  store = diskStore();
  notes = [];
  server = await serveFiles({ 'm/config.json': config, [WEIGHTS]: weights });
});
afterEach(async () => {
  await server.close();
  store.dispose();
});

const load = (options: Partial<LoadOptions> = {}, source: ModelSource = { kind: 'url', url: `${server.url}m/` }) =>
  loadModelFiles(source, {
    signal: new AbortController().signal,
    onProgress: ({ note }) => note !== undefined && notes.push(note),
    baseUrl: server.url,
    store,
    ...options,
  });
const count = (list: readonly string[], path: string) => list.filter((one) => one === path).length;
const downloads = (path = WEIGHTS) => count(server.asked, path) - count(server.peeks, path);

/** The weights as one list, to compare with. */
async function values(files: ModelFiles): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const { name, data } of files.weights()) all.push(name, data);
  return all;
}
const right = async () => values(await loadModelFiles({ kind: 'files', name: 'llama', files: filesOf(goldenFolder('llama')) }, { signal: new AbortController().signal, onProgress: () => undefined, baseUrl: server.url }));

describe('a model that was loaded before', () => {
  it('is stored under the hash of its bytes, and not downloaded again', async () => {
    const first = await load();
    expect(first.keptIn).toBe('stored');
    expect(readdirSync(store.folder).sort()).toEqual([sha(config), `${sha(config)}.json`, sha(weights), `${sha(weights)}.json`].sort());
    const second = await load();
    expect(second.hash).toBe(first.hash);
    expect(await values(second)).toEqual(await right());
    // By GET; what it hasn't got is asked for again.
    expect(server.asked.filter((one) => one in server.files)).toEqual(['m/config.json', WEIGHTS]);
    expect(server.sent.get(WEIGHTS)).toBe(weights.length);
  });

  it('is downloaded again when the server has another version, and replaced', async () => {
    await load();
    const changed = weights.slice();
    changed[changed.length - 1]! ^= 1;
    server.files = { ...server.files, [WEIGHTS]: changed };
    const other = await load();
    expect(downloads()).toBe(2);
    expect(readdirSync(store.folder)).not.toContain(sha(weights));
    expect(readdirSync(store.folder)).toContain(sha(changed));
    expect(other.keptIn).toBe('stored');
  });

  it('is downloaded again from a server that names no versions, and stored once', async () => {
    server.manners.etag = 'none';
    await load();
    await load();
    expect(downloads()).toBe(2);
    expect(readdirSync(store.folder)).toHaveLength(4);
    server.manners.lastModified = 'Wed, 21 Oct 2026 07:28:00 GMT';
    await load();
    await load();
    expect(downloads()).toBe(3);
  });

  it('is loaded without a network', async () => {
    const first = await load();
    const url = server.url;
    await server.close();
    const offline = await load({}, { kind: 'url', url: `${url}m/` });
    expect(offline.hash).toBe(first.hash);
    expect(await values(offline)).toEqual(await right());
    server = await serveFiles({});
  });

  it('is noticed when its stored bytes were damaged', async () => {
    const { hash } = await load();
    const damaged = weights.slice();
    damaged[damaged.length - 5]! ^= 64;
    writeFileSync(join(store.folder, sha(weights)), damaged);
    const again = await load();
    expect(again.hash).toBe(hash);
    expect(downloads()).toBe(2);
    expect(await values(again)).toEqual(await right());
  });

  it('at another address is stored once where the server names its content', async () => {
    server.manners.etag = sha(weights);
    server.files = { ...server.files, 'copy/config.json': config, 'copy/model.safetensors': weights };
    await load();
    await load({}, { kind: 'url', url: `${server.url}copy/` });
    expect(downloads('copy/model.safetensors')).toBe(0);
    // Without such a name it has to be downloaded, but is not kept twice.
    server.manners.etag = 'hash';
    server.files['third/config.json'] = config;
    server.files['third/model.safetensors'] = weights;
    await load({}, { kind: 'url', url: `${server.url}third/` });
    expect(downloads('third/model.safetensors')).toBe(1);
    expect(readdirSync(store.folder).filter((name) => !name.endsWith('.json'))).toEqual([sha(config), sha(weights)].sort());
  });
});

describe('a download that breaks', () => {
  it('goes on by itself from where it broke', async () => {
    server.manners.breakAfter = [50_000, 60_000];
    expect(await values(await load())).toEqual(await right());
    expect(server.ranges).toHaveLength(2);
    expect(server.sent.get(WEIGHTS)).toBe(weights.length);
  });

  it('goes on at the next visit from where it broke', async () => {
    server.manners.breakAfter = [100_000, 0];
    await expect(load()).rejects.toMatchObject({ code: 'unreachable' });
    expect(await overviewOf(store)).toMatchObject({ models: [{ from: `${server.url}m/`, isWhole: false, files: 2 }] });
    const steps: number[] = [];
    const files = await load({ onProgress: ({ loadedBytes }) => steps.push(loadedBytes) });
    expect(await values(files)).toEqual(await right());
    expect(server.ranges.at(-1)).toBe(`${WEIGHTS} 100000`);
    expect(server.sent.get(WEIGHTS)).toBe(weights.length);
    expect(steps.at(-1)).toBe(weights.length);
    expect(await overviewOf(store)).toMatchObject({ models: [{ isWhole: true }] });
  });

  it('begins anew when the file is another one by then', async () => {
    server.manners.breakAfter = [100_000, 0];
    await expect(load()).rejects.toMatchObject({ code: 'unreachable' });
    const changed = weights.slice();
    changed[changed.length - 1]! ^= 1;
    server.files = { ...server.files, [WEIGHTS]: changed };
    const files = await load();
    expect(server.ranges.at(-1)).toBe(`${WEIGHTS} 100000`);
    expect(readFileSync(join(store.folder, sha(changed)))).toEqual(Buffer.from(changed));
    expect(files.keptIn).toBe('stored');
  });

  it('begins anew from a server without parts', async () => {
    server.manners.ranges = false;
    server.manners.breakAfter = [100_000, 30_000];
    expect(await values(await load())).toEqual(await right());
    expect(server.sent.get(WEIGHTS)).toBe(100_000 + 30_000 + weights.length);
    expect(readFileSync(join(store.folder, sha(weights)))).toEqual(Buffer.from(weights));
  });

  it('is not joined to what may be another file, where the server names no versions', async () => {
    server.manners.etag = 'none';
    server.manners.breakAfter = [100_000];
    await expect(load()).rejects.toMatchObject({ code: 'unreachable', message: expect.stringContaining('100000 bytes') as string });
    expect(await values(await load())).toEqual(await right());
    expect(server.ranges).toEqual([]);
  });

  it.each([
    ['and says so', { bytes: 64, isTold: true }],
    ['and hides it', { bytes: -64, isTold: false }],
  ])('is begun anew from a server that gives other parts than it is asked for, %s', async (_, shifted) => {
    server.manners.breakAfter = [1000];
    server.manners.partsShiftedBy = shifted;
    expect(await values(await load())).toEqual(await right());
    expect(downloads()).toBe(3);
  });

  it('ends when it is changed meanwhile', async () => {
    server.manners.breakAfter = [100_000];
    const changed = weights.slice();
    changed[changed.length - 1]! ^= 1;
    const loading = load({ onProgress: () => (server.files = { ...server.files, [WEIGHTS]: changed }) });
    await expect(loading).rejects.toMatchObject({ code: 'changed' });
  });

  it('is kept when it is cancelled', async () => {
    const stop = new AbortController();
    server.manners.breakAfter = [100_000];
    await expect(load({ signal: stop.signal, onProgress: () => stop.abort() })).rejects.toMatchObject({ name: 'AbortError' });
    await load();
    expect(server.ranges).toHaveLength(1);
    expect(await overviewOf(store)).toMatchObject({ models: [{ isWhole: true }] });
  });
});

describe('storage that fails', () => {
  it('full before: the model loads all the same, in memory, and says so', async () => {
    store.limit = 20_000;
    const files = await load();
    expect(files.keptIn).toBe('memory');
    expect(await values(files)).toEqual(await right());
    expect(notes).toEqual([expect.stringMatching(/model\.safetensors is not stored.*needs 0\.\d MB.*loaded all the same.*Stored models/)]);
  });

  it('full in the middle: nothing that came is lost', async () => {
    store.limit = 120_000;
    store.room = () => Promise.resolve(null); // a browser that doesn't tell
    server.manners.breakAfter = [60_000]; // so that it comes in more than one chunk
    const files = await load();
    expect(files.keptIn).toBe('memory');
    expect(await values(files)).toEqual(await right());
    expect(server.sent.get(WEIGHTS)).toBe(weights.length);
    expect(notes).toEqual([expect.stringMatching(/storage is full/)]);
    // …and what was written is of use once there is room.
    store.limit = Infinity;
    expect((await load()).keptIn).toBe('stored');
  });

  it('absent: the model is downloaded each time', async () => {
    expect((await load({ store: null })).keptIn).toBe('memory');
    expect((await load({ store: null })).keptIn).toBe('memory');
    expect(downloads()).toBe(2);
    expect(notes).toEqual([]);
    expect(await overviewOf(null)).toEqual({ available: false, models: [], bytes: 0 });
  });

  it('in use by another tab: loads without it, and says so', async () => {
    const file = `partial-${sha(new TextEncoder().encode(`${server.url}${WEIGHTS}`))}`;
    const other = await store.append(file);
    expect(await values(await load())).toEqual(await right());
    expect(notes).toEqual([expect.stringMatching(/another tab/)]);
    other.close();
    expect((await load()).keptIn).toBe('stored');
  });

  it('has records that are rubbish: they count for nothing', async () => {
    await load();
    writeFileSync(join(store.folder, `${sha(weights)}.json`), '{"hash":');
    expect(await values(await load())).toEqual(await right());
    expect((await overviewOf(store)).models).toHaveLength(1);
  });
});

describe('what is stored', () => {
  it('is listed with sizes, deleted model by model, and shared files stay while one needs them', async () => {
    server.manners.etag = sha(weights);
    server.files = { ...server.files, 'copy/config.json': new Uint8Array([...config, 0x0a]), 'copy/model.safetensors': weights };
    await load();
    await load({}, { kind: 'url', url: `${server.url}copy/` });
    const both = await overviewOf(store);
    expect(both.bytes).toBe(weights.length + 2 * config.length + 1);
    expect(both.models).toHaveLength(2);
    expect(both.models.find(({ from }) => from.endsWith('m/'))).toMatchObject({ bytes: weights.length + config.length, sharedBytes: weights.length, files: 2, isWhole: true });
    expect(Date.parse(both.models[0]!.date)).toBeGreaterThan(0);
    await deleteStored(store, `${server.url}m/`);
    expect((await overviewOf(store)).models.map(({ from }) => from)).toEqual([`${server.url}copy/`]);
    expect(readdirSync(store.folder)).toContain(sha(weights));
    await deleteStored(store, null);
    expect(readdirSync(store.folder)).toEqual([]);
    await load();
    expect(downloads()).toBe(2);
  });
});

it('tells before the download that weights and config don’t belong together, from any server', async () => {
  server.files['m/config.json'] = new TextEncoder().encode(JSON.stringify({ ...JSON.parse(new TextDecoder().decode(config)), vocab_size: 300 }));
  for (const ranges of [true, false]) {
    server.manners.ranges = ranges;
    await expect(load({ confirm: () => Promise.reject(new Error('nobody is to be asked')) })).rejects.toMatchObject({ code: 'misshapen-tensor' });
  }
  expect(server.asked.filter((path) => path === WEIGHTS)).toHaveLength(2);
  expect(server.peeks.filter((path) => path === WEIGHTS)).toHaveLength(2);
});

it('asks before it fetches the weights, with what they take', async () => {
  const asked: unknown[] = [];
  const needs = async (answer: boolean) => load({ confirm: async (one) => asked.push(one) > 0 && answer });
  await expect(needs(false)).rejects.toMatchObject({ name: 'AbortError' });
  expect(downloads()).toBe(0);
  const stored = { dtype: 'float32', tensors: 30, bytes: 186_240, usedBytes: 186_240 };
  expect(asked).toMatchObject([{ parameters: 46_560, fileBytes: weights.length, downloadBytes: weights.length, weightBytes: 186_240, stored }]);
  await needs(true);
  // What was looked at before is part of the download.
  expect(server.sent.get(WEIGHTS)).toBe(weights.length + 65_536);
  await needs(true);
  expect(asked.at(-1)).toMatchObject({ fileBytes: weights.length, downloadBytes: 0 });
});
