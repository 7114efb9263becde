import { afterEach, beforeEach, expect, it } from 'vitest';
import { diskStore, type DiskStore } from '../../testing/disk-store';
import { openLibrary, type Origin } from './library';

const HASH = 'a'.repeat(64);
const at = (folder: string): Origin => ({ url: `https://example.org/${folder}/model.safetensors`, validator: 'v1', owner: `https://example.org/${folder}/`, file: 'model.safetensors' });

let store: DiskStore;
beforeEach(async () => {
  store = diskStore();
  await keep(at('one'));
});
afterEach(() => store.dispose());

/** Downloads five bytes, as far as the library sees it. */
async function keep(origin: Origin): Promise<Blob | null> {
  const library = await openLibrary(store);
  const writer = await library.write(origin, 5);
  writer.write(new Uint8Array(5));
  writer.close();
  return library.finish(origin, HASH);
}

it('a stored file is of use at another address too, and then belongs to both', async () => {
  const library = await openLibrary(store);
  expect((await library.withHash(HASH, at('two')))?.blob.size).toBe(5);
  expect((await (await openLibrary(store)).at(at('two').url))?.hash).toBe(HASH);
});

it('also when there is no room to write that down', async () => {
  store.limit = store.bytes();
  const library = await openLibrary(store);
  expect((await library.withHash(HASH, at('two')))?.blob.size).toBe(5);
  expect(await (await openLibrary(store)).at(at('two').url)).toBeNull();
  expect((await (await openLibrary(store)).at(at('one').url))?.hash).toBe(HASH);
});

it('bytes that came twice are kept once, room or not', async () => {
  const library = await openLibrary(store);
  const writer = await library.write(at('two'), 5);
  writer.write(new Uint8Array(5));
  writer.close();
  store.limit = 0;
  expect((await library.finish(at('two'), HASH))?.size).toBe(5);
  expect([...(await store.names())].sort()).toEqual([HASH, `${HASH}.json`]);
});
