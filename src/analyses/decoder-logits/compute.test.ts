import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { plainDecoder } from '../../anatomy/model-config';
import type { DictionaryId } from '../../anatomy/dictionary';
import { toFloat32, type FloatDtype } from '../../models/floats';
import { readSafetensors } from '../../models/safetensors';
import { dictionaryWith, randomDictionary, testDictionaries } from '../../testing/dictionaries';
import { goldenFolder } from '../../testing/golden';
import { labPorts, openLab } from '../../testing/lab';
import { Session } from '../../workers/session';
import { compute, type DecoderLogits } from './compute';

const config = { ...plainDecoder, dModel: 2, dVocab: 3 } as Parameters<typeof compute>[0]['config'];
const signal = new AbortController().signal;
/** W_U's columns: token 0 is (1, 0), token 1 (0, 1), token 2 (−1, −1). */
const COLUMNS = [[1, 0], [0, 1], [-1, -1]];
const unembedding = async (ids: readonly number[]) => ids.map((id) => Float32Array.from(COLUMNS[id] ?? []));
const made = dictionaryWith({ dSae: 2, W_enc: [1, 0, 0, 1], W_dec: [0, 0, 2, 0.5] });
const ask = (feature: number, top = 2) => compute({ config, dictionary: () => made, unembedding, signal }, { dictionary: 'x', feature, top });

it('is the product of the decoder row with each unembedding, best first', async () => {
  const { topIds, topValues, bottomIds, bottomValues, binHeights, binValues } = await ask(1);
  expect([...topIds.data]).toEqual([0, 1]);
  expect([...topValues.data]).toEqual([2, 0.5]);
  expect([...bottomIds.data]).toEqual([2, 1]);
  expect([...bottomValues.data]).toEqual([-2.5, 0.5]);
  expect([...binHeights.data].reduce((sum, count) => sum + count, 0)).toBe(3);
  expect([binHeights.data[0], binHeights.data[33], binHeights.data[49]]).toEqual([1, 1, 1]);
  // Middles of 50 bins from −2.5 to 2.
  expect([binValues.data[0], binValues.data[49]]).toEqual([expect.closeTo(-2.455, 5), expect.closeTo(1.955, 5)]);
});

it('of a row of zeros prefers nothing: ties by the smaller id', async () => {
  expect([...(await ask(0)).topIds.data]).toEqual([0, 1]);
});

it('is refused for a dictionary that doesn’t write into the stream, and for a feature that it lacks', async () => {
  const other = dictionaryWith({ dSae: 1, W_enc: [1], W_dec: [1, 2, 3] });
  await expect(compute({ config, dictionary: () => other, unembedding, signal }, { dictionary: 'x', feature: 0, top: 1 })).rejects.toThrow('writes 3 numbers');
  await expect(ask(2)).rejects.toThrow('there is no feature 2');
});

it('of a real model uses the unembedding of its file', async () => {
  const id: DictionaryId = 'url:https://example.org/a';
  let rows = new Float32Array();
  const openDictionary = testDictionaries((model) => {
    const one = randomDictionary(model, { id, encoder: 'jumprelu' });
    rows = new Float32Array(one.weights.W_dec);
    return [one];
  });
  const folder = goldenFolder('llama');
  const lab = await openLab(new Session({ ...labPorts(), openDictionary }), folder, 'cpu');
  const found = (await lab.analyse('decoder-logits', { ids: [1] }, { dictionary: id, feature: 3, top: 5 })) as DecoderLogits;

  const { dModel, dVocab } = lab.config;
  const tensors = readSafetensors(new Uint8Array(readFileSync(join(folder, 'model.safetensors'))), 'model.safetensors');
  const stored = tensors.find(({ name }) => name === 'lm_head.weight') ?? tensors.find(({ name }) => name === 'model.embed_tokens.weight');
  const W = toFloat32(stored!.bytes, stored!.dtype as FloatDtype); // [d_vocab, d_model]
  const logits = Array.from({ length: dVocab }, (_, token) => {
    let sum = 0;
    for (let i = 0; i < dModel; i += 1) sum += rows[3 * dModel + i]! * W[token * dModel + i]!;
    return sum;
  });
  const order = [...logits.keys()].sort((a, b) => logits[b]! - logits[a]!);
  expect([...found.topIds.data]).toEqual(order.slice(0, 5));
  for (const [rank, value] of found.topValues.data.entries()) expect(value).toBeCloseTo(logits[order[rank]!]!, 5);
  expect([...found.bottomIds.data]).toEqual(order.slice(-5).reverse());
});
