import { expect, it } from 'vitest';
import { looksLikeDictionary, looksLikeModel, readDropped } from './dropped-files';
import { filesSource, sourceOf } from './source';

// What a browser hands over with a drop, as far as it is read here; Node has the files but not the entries.
const file = (name: string, webkitRelativePath = '') => Object.assign(new File(['x'], name), { webkitRelativePath });
const fileEntry = (name: string) => ({
  isFile: true,
  isDirectory: false,
  name,
  file: (done: (file: File) => void) => done(file(name)),
});
/** Gives its children two at a time, as browsers give them in parts. */
function folderEntry(name: string, children: readonly object[]) {
  return {
    isFile: false,
    isDirectory: true,
    name,
    createReader() {
      let given = 0;
      return { readEntries: (done: (part: readonly object[]) => void) => done(children.slice(given, (given += 2))) };
    },
  };
}
const drop = (entries: readonly object[], files: readonly File[] = []) =>
  ({
    items: entries.map((entry) => ({ kind: 'file', webkitGetAsEntry: () => entry })),
    files,
  }) as unknown as DataTransfer;

it('reads every file of a dropped folder, however many parts it comes in, and its name', async () => {
  const folder = folderEntry('tiny', [
    fileEntry('config.json'),
    fileEntry('a.safetensors'),
    fileEntry('b.safetensors'),
    folderEntry('more', [fileEntry('tokenizer.json')]),
  ]);
  const { files, folderName } = await readDropped(drop([folder]));
  expect(files.map((one) => one.name)).toEqual(['config.json', 'a.safetensors', 'b.safetensors', 'tokenizer.json']);
  expect(folderName).toBe('tiny');
});

it('takes loose files, with or without entries', async () => {
  expect((await readDropped(drop([fileEntry('config.json')]))).folderName).toBeNull();
  expect((await readDropped(drop([], [file('x.safetensors')]))).files.map((one) => one.name)).toEqual([
    'x.safetensors',
  ]);
});

it('fails when a folder cannot be read', async () => {
  const closed = {
    isFile: false,
    isDirectory: true,
    name: 'closed',
    createReader: () => ({ readEntries: (_: unknown, fail: (error: Error) => void) => fail(new Error('not allowed')) }),
  };
  await expect(readDropped(drop([closed]))).rejects.toThrow('not allowed');
});

it('tells a model from a list of prompts', () => {
  expect(looksLikeModel([file('config.json')])).toBe(true);
  expect(looksLikeModel([file('weights.gguf')])).toBe(true);
  expect(looksLikeModel([file('prompts.jsonl'), file('more.csv')])).toBe(false);
});

it('tells a dictionary from a model', () => {
  expect(looksLikeDictionary([file('cfg.json'), file('sae_weights.safetensors')])).toBe(true);
  expect(looksLikeDictionary([file('layer3.sae.pt')])).toBe(true);
  expect(looksLikeDictionary([file('config.json'), file('model.safetensors')])).toBe(false);
  expect(looksLikeDictionary([file('prompts.jsonl')])).toBe(false);
});

it('names a model after its folder, else after its weights', () => {
  expect(filesSource([file('config.json'), file('tiny.safetensors')], null)).toMatchObject({
    kind: 'files',
    name: 'tiny',
  });
  expect(filesSource([file('config.json')], 'dropped')).toMatchObject({ name: 'dropped' });
  expect(filesSource([file('config.json', 'picked/config.json')], null)).toMatchObject({ name: 'picked' });
});

it('knows what can be fetched again', () => {
  expect(sourceOf({ kind: 'catalogue', id: 'a', hash: null })).toEqual({ kind: 'catalogue', id: 'a' });
  expect(sourceOf({ kind: 'files', name: 'a', hash: 'b' })).toBeNull();
});
