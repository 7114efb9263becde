import { namedArray } from '../../anatomy/named-array';
import type { AnalysisResult } from '../../anatomy/run';
import type { DictionaryInfo } from '../../anatomy/dictionary';
import { analysisKey } from '../../store/answer-keys';
import { initialDocument } from '../../store/document';
import type { Answer, Sequence, WorkbenchState } from '../../store/state';
import { fixtureModel } from '../fixture-store';
import { activationsSpec } from './settings';

type State = Partial<Omit<WorkbenchState, 'actions'>>;

export const DICTIONARY = 'catalogue:m/blocks.1.hook_resid_post';

/** [feature, activation] of each position. */
export type Firing = readonly (readonly (readonly [number, number])[])[];

/** What `feature-activations` gives for features that fire like this; ‖x‖ = 2 and ‖x − x̂‖ = 1 everywhere, but 20 and 19 at a start token. */
export function resultOf(firing: Firing, skippedBos = true, explainedVariance = 0.9): AnalysisResult {
  const indptr = [0];
  for (const entries of firing) indptr.push((indptr.at(-1) ?? 0) + entries.length);
  const flat = firing.flat();
  const item = (values: readonly number[]) => namedArray(['item'], [values.length], Float32Array.from(values));
  const pos = (values: readonly number[]) => namedArray(['pos'], [values.length], Float32Array.from(values));
  const from = skippedBos ? 1 : 0;
  return {
    hook: 'blocks.1.hook_resid_post',
    dSae: 64,
    indptr: item(indptr),
    indices: item(flat.map(([feature]) => feature)),
    values: item(flat.map(([, value]) => value)),
    norm: pos(firing.map((_, at) => (skippedBos && at === 0 ? 20 : 2))),
    errorNorm: pos(firing.map((_, at) => (skippedBos && at === 0 ? 19 : 1))),
    explainedVariance,
    l0: firing.slice(from).reduce((sum, entries) => sum + entries.length, 0) / Math.max(1, firing.length - from),
    skippedBos,
  };
}

/** Feature 60 fires only at the start token, 7 loudest, 5 most often. */
export const plainFiring: Firing = [[[60, 90]], [[5, 1]], [[5, 2], [7, 6]], [[5, 1.5]]];
export const plainSequence: Sequence = { ids: [0, 11, 12, 13], tokens: ['<s>', 'Once', ' upon', ' a'], promptLength: 3 };

export const info: DictionaryInfo = {
  id: DICTIONARY,
  name: 'L1 resid_post',
  hash: 'h',
  spec: {
    encoder: 'jumprelu',
    k: null,
    rescaleActsByDecoderNorm: false,
    applyBDecToInput: true,
    normalizeActivations: 'none',
    centerInput: false,
    hookName: 'blocks.1.hook_resid_post',
    hookNameOut: 'blocks.1.hook_resid_post',
  },
  dIn: 32,
  dOut: 32,
  dSae: 64,
  format: 'SAELens',
  architecture: 'jumprelu',
  storedDtype: 'float32',
  bytes: 1000,
  notes: [],
  modelName: null,
  neuronpediaId: null,
  recordsUrl: null,
};

export const computedBy = { backend: 'cpu', device: null, dtype: 'float32', milliseconds: 1 } as const;

/** The state in which the question about the fixture's dictionary is answered so. */
export function answered(answer: Answer<AnalysisResult>, sequence: Sequence = plainSequence, settings: Readonly<Record<string, unknown>> = {}): State {
  return {
    model: { status: 'ready', info: fixtureModel(3, 4) },
    inspected: sequence,
    document: { ...initialDocument, panelSettings: { 'text-features': { dictionary: DICTIONARY, ...settings } } },
    dictionaries: new Map([[DICTIONARY, { status: 'ready', info }]]),
    answers: new Map([[analysisKey(activationsSpec(DICTIONARY)), answer]]),
  };
}
export const ready = (firing: Firing, sequence: Sequence = plainSequence): Answer<AnalysisResult> => ({ status: 'ready', value: resultOf(firing), sequence, computedBy });

const long: Firing = Array.from({ length: 400 }, (_, pos) => Array.from({ length: 30 }, (_, k) => [(pos * 7 + k * 3) % 64, 1 + ((pos + k) % 5)] as const).filter(([feature], k, all) => all.findIndex(([other]) => other === feature) === k));

/** Every state that the panel has, by name. */
export const fixtures: Readonly<Record<string, State>> = {
  'no model': {},
  'no dictionary': { model: { status: 'ready', info: fixtureModel(3, 4) } },
  opening: { ...answered({ status: 'loading', stale: null, sequence: null }), dictionaries: new Map([[DICTIONARY, { status: 'loading', progress: null }]]) },
  'cannot be opened': { ...answered({ status: 'loading', stale: null, sequence: null }), dictionaries: new Map([[DICTIONARY, { status: 'failed', message: 'it has another width.' }]]) },
  failed: answered({ status: 'failed', message: 'the GPU was lost.', stale: null, sequence: null }),
  typical: answered(ready(plainFiring)),
  stale: answered({ status: 'loading', stale: resultOf(plainFiring), sequence: plainSequence }),
  'one token': answered(ready([[[3, 1]]], { ids: [0], tokens: ['<s>'], promptLength: 1 }), { ids: [0], tokens: ['<s>'], promptLength: 1 }),
  'nothing fires': answered(ready([[], [], [], []])),
  'long and dense': answered(ready(long, { ids: long.map((_, pos) => pos), tokens: long.map((_, pos) => ` t${pos}`), promptLength: 300 }), {
    ids: long.map((_, pos) => pos),
    tokens: long.map((_, pos) => ` t${pos}`),
    promptLength: 300,
  }),
};
