import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readFeature } from './read-feature';
import { readRecordFiles } from './read-file';
import { toBatch } from './write';

const file = (name: string, content: unknown) => ({ name, blob: new Blob([typeof content === 'string' ? content : JSON.stringify(content)]) });

/** A feature as Neuronpedia's API gives it: its index is a string, its lists may be empty or missing. */
const API = {
  modelId: 'gpt2-small',
  layer: '0-res-jb',
  index: '14057',
  maxActApprox: 4.5,
  frac_nonzero: 0.012,
  pos_str: [' cat', ' dog'],
  pos_values: [1.5, -10000],
  neg_str: ['x'],
  neg_values: [-0.5],
  freq_hist_data_bar_values: [0.5, 1.5],
  freq_hist_data_bar_heights: [10, 2],
  correlated_neurons_indices: [7, 8],
  correlated_neurons_pearson: [0.4, 0.3],
  correlated_neurons_l1: [0.2, 0.1],
  neuron_alignment_indices: [3],
  neuron_alignment_values: [0.11],
  topkCosSimIndices: [14057, 99],
  topkCosSimValues: [1, 0.7],
  activations: [
    { tokens: [' a', ' cat'], values: [0, 4.5], maxValueTokenIndex: 1, binMin: -1, binMax: 4.5, binContains: -1 },
    { tokens: [' b', ' cat'], values: [0, 1], qualifyingTokenIndex: 1, binMin: 0.9, binMax: 1.8, binContains: 0.25 },
    { tokens: ['too', 'few', 'values'], values: [1] },
  ],
  explanations: [{ description: ' cats ', explanationModelName: 'gpt-4o-mini', typeName: 'oai_token-act-pair' }, { description: '' }],
};

describe('a feature of Neuronpedia', () => {
  it('is read with its index as text, sentinels and misfits left out', () => {
    const { record, problems } = readFeature(API) ?? { record: null, problems: [] };
    expect(record).toMatchObject({
      index: 14057,
      density: 0.012,
      maxActivation: 4.5,
      topLogits: [{ token: ' cat', value: 1.5 }],
      bottomLogits: [{ token: 'x', value: -0.5 }],
      histogram: { values: [0.5, 1.5], heights: [10, 2] },
      correlatedNeurons: [{ index: 7, pearson: 0.4, cosine: 0.2 }, { index: 8, pearson: 0.3, cosine: 0.1 }],
      alignedNeurons: [{ index: 3, value: 0.11 }],
      neighbours: [{ dictionary: null, index: 99, cosine: 0.7 }],
      labels: [{ text: 'cats', author: 'gpt-4o-mini', method: 'oai_token-act-pair', auc: null }],
    });
    expect(record?.groups.map(({ kind, low, high, share }) => [kind, low, high, share])).toEqual([['top', 4.5, 4.5, null], ['interval', 0.9, 1.8, 0.25]]);
    expect(problems).toEqual(['feature 14057: an excerpt whose tokens and values don\'t fit together was left out.']);
  });

  it('of which nothing but the index is there is read all the same', () => {
    expect(readFeature({ index: '5' })?.record).toMatchObject({ index: 5, density: null, maxActivation: null, groups: [], topLogits: [], labels: [], histogram: null });
    expect(readFeature({ index: 'five' })).toBeNull();
    expect(readFeature({ index: 5, activations: 'none', pos_str: 7, frac_nonzero: 'many' })?.record).toMatchObject({ density: null, groups: [] });
  });
});

describe('record files', () => {
  it('are a feature, a list of features, or a batch', async () => {
    expect(await readRecordFiles([file('one.json', API)])).toMatchObject({ modelId: 'gpt2-small', source: '0-res-jb', records: [{ index: 14057 }] });
    expect((await readRecordFiles([file('list.json', [API, { ...API, index: 3 }])])).records.map(({ index }) => index)).toEqual([3, 14057]);
    const batch = { model_id: 'm', layer: 6, sae_set: 'res-x', sae_id_suffix: 'l0-80', features: [{ feature_index: 2, frac_nonzero: 0.5 }, { frac_nonzero: 1 }] };
    expect(await readRecordFiles([file('batch.json', batch)])).toMatchObject({
      modelId: 'm',
      source: '6-res-x__l0-80',
      records: [{ index: 2, density: 0.5 }],
      problems: ['a feature without an index was left out.'],
    });
  });

  it('are lines of the bulk export, gzipped, features and activations and explanations together', async () => {
    const lines = (...rows: object[]) => rows.map((row) => JSON.stringify(row)).join('\n');
    const features = gzipSync(lines({ modelId: 'm', layer: '1-x', index: '4', frac_nonzero: 0.1, maxActApprox: 3 }, { modelId: 'm', layer: '1-x', index: '5' }));
    const activations = lines({ modelId: 'm', index: '4', tokens: ['a', 'b'], values: [0, 3], binMin: -1, binMax: 3, binContains: -1 });
    const explanations = lines({ modelId: 'm', index: '4', description: 'the letter b' });
    const { records, source } = await readRecordFiles([
      { name: 'features/batch-0.jsonl.gz', blob: new Blob([new Uint8Array(features)]) },
      file('activations/batch-0.jsonl', activations),
      file('explanations/batch-0.jsonl', explanations),
    ]);
    expect(source).toBe('1-x');
    expect(records).toMatchObject([{ index: 4, maxActivation: 3, labels: [{ text: 'the letter b' }], groups: [{ kind: 'top', excerpts: [{ values: [0, 3] }] }] }, { index: 5, groups: [] }]);
  });

  it('that hold something else are refused with the reason', async () => {
    await expect(readRecordFiles([file('a.json', { hello: 1 })])).rejects.toThrow('a.json: no feature records were found');
    await expect(readRecordFiles([file('a.jsonl', '{"index":1}\nnot json')])).rejects.toThrow('a.jsonl, line 2 is not JSON');
    const cut = gzipSync('{"index":1}').subarray(0, 14);
    await expect(readRecordFiles([{ name: 'a.jsonl.gz', blob: new Blob([new Uint8Array(cut)]) }])).rejects.toThrow("a.jsonl.gz can't be unpacked");
  });

  it('that are written are read back as they were', async () => {
    const { record } = readFeature({ ...API, explanations: [] }) ?? {};
    if (record === undefined) throw new Error('no record');
    const again = await readRecordFiles([file('out.json', toBatch({ modelId: 'm', layer: 3, set: 'x' }, [record]))]);
    expect(again.source).toBe('3-x');
    // Neuronpedia's maximum and neighbours have no place in a batch.
    expect(again.records).toEqual([{ ...record, neighbours: [], dataset: null, tokenCount: 0 }]);
  });
});
