import { expect, it } from 'vitest';
import type { Dictionary, OpenSource } from '../anatomy/dictionary';
import { trainedDictionary } from '../dictionaries/page-training';
import type { Storage } from '../store/ports';
import { saveDictionary } from '../store/training-storage';
import { withKeptDictionaries } from './kept-dictionaries';

const signal = new AbortController().signal;
const make = () =>
  trainedDictionary(
    { W_enc: new Float32Array(8), b_enc: new Float32Array(4), W_dec: new Float32Array(8).fill(1), b_dec: new Float32Array(2), k: 1, d: 2, dSae: 4 },
    { hook: 'blocks.0.hook_resid_post', name: 'mine', modelName: 'm' },
  );

it('hands a kept dictionary over by its id, and passes everything else on', async () => {
  const kept = new Map<string, unknown>();
  const storage: Storage = {
    read: async (key) => structuredClone(kept.get(key)),
    write: async (key, value) => void kept.set(key, structuredClone(value)),
    remove: async (key) => void kept.delete(key),
  };
  const asked: OpenSource[] = [];
  const dictionary: Dictionary = await make();
  const { id } = dictionary.info;
  const runner = withKeptDictionaries({ openDictionary: async (...[source]: [OpenSource, unknown, AbortSignal]) => (asked.push(source), dictionary.info) }, storage);
  const open = (source: OpenSource) => runner.openDictionary(source, () => undefined, signal);
  await open({ kind: 'id', id }); // not kept yet
  await saveDictionary(storage, dictionary, { id: dictionary.info.id, name: 'kept', model: '', bytes: 0 });
  await open({ kind: 'id', id });
  await open({ kind: 'id', id: 'catalogue:m/f' });
  expect(asked).toEqual([{ kind: 'id', id }, { kind: 'trained', dictionary }, { kind: 'id', id: 'catalogue:m/f' }]);
  // What stands under its name but is another one is not taken for it.
  kept.set(`dictionary ${id}`, { ...dictionary, info: { ...dictionary.info, id: 'trained:other' } });
  await open({ kind: 'id', id });
  expect(asked.at(-1)).toEqual({ kind: 'id', id });
});
