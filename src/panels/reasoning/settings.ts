import type { DictionaryId } from '../../anatomy/dictionary';
import { catalogueDictionary } from '../../anatomy/dictionary';
import type { ModelInfo } from '../../anatomy/model-info';
import type { AnalysisSpec } from '../../anatomy/run';
import { integer, number, text, toggle, type ParamValues } from '../../lib/params';
import { BUILT_IN_MODEL, type Document } from '../../store/document';
import { demo } from './demo';

export const settings = {
  dictionary: text({ label: 'dictionary', initial: '' }),
  concepts: text({ label: 'concepts: name: features > threshold', initial: '', multiline: true }),
  examples: text({ label: 'examples: concept | prompt', initial: demo.examples, multiline: true }),
  rules: text({ label: 'rules', initial: demo.rules, multiline: true, help: 'and, or, xor, not, brackets; the conclusion after an arrow.' }),
  ordered: toggle({ label: 'premises in order (legacy)', initial: false }),
  onePerToken: toggle({ label: 'one concept per token', initial: true }),
  strongest: integer({ label: 'strongest features of a token that count, 0: all', min: 0, max: 100, initial: 0 }),
  detect: integer({ label: 'features that speak for a concept', min: 1, max: 20, initial: 1 }),
  alpha: number({ label: 'strength of steering', min: 0, max: 2, step: 0.05, initial: 0.5 }),
};
export type Settings = ParamValues<typeof settings>;

/** Features that are kept of a concept, and steered with. */
export const MOST_FEATURES = 10;

/** The dictionary that the panel reads with: the chosen one, that of the selected feature, or one of the built-in model's. '' where there is none. */
export function dictionaryOf(values: Pick<Settings, 'dictionary'>, document: Pick<Document, 'feature'>, model: Pick<ModelInfo, 'id'>): DictionaryId {
  if (values.dictionary !== '') return values.dictionary;
  return document.feature?.dictionary ?? (model.id === BUILT_IN_MODEL ? catalogueDictionary(BUILT_IN_MODEL, 'blocks.6.hook_resid_post') : '');
}

const specs = new Map<DictionaryId, AnalysisSpec>();

/** The question behind the panel. The same object for the same dictionary. */
export function activationsSpec(dictionary: DictionaryId): AnalysisSpec {
  let spec = specs.get(dictionary);
  if (spec === undefined) specs.set(dictionary, (spec = { id: 'feature-activations', params: { dictionary } }));
  return spec;
}
