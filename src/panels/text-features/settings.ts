import type { DictionaryId } from '../../anatomy/dictionary';
import { catalogueDictionary } from '../../anatomy/dictionary';
import type { ModelInfo } from '../../anatomy/model-info';
import type { AnalysisSpec } from '../../anatomy/run';
import { choice, integer, number, text, toggle, type ParamValues } from '../../lib/params';
import { BUILT_IN_MODEL, type Document } from '../../store/document';

/** What the list is over. */
export const SCOPES = [
  { value: 'text', label: 'this text' },
  { value: 'token', label: 'one token' },
  { value: 'set', label: 'prompt set' },
  { value: 'difference', label: 'two prompts' },
] as const;
export type Scope = (typeof SCOPES)[number]['value'];

export const BYS = [
  { value: 'max', label: 'highest activation' },
  { value: 'mean', label: 'mean activation' },
  { value: 'sum', label: 'sum of activations' },
  { value: 'count', label: 'number of tokens' },
] as const;

export const COMPARISONS = [
  { value: 'mean', label: 'mean activation' },
  { value: 'max', label: 'highest activation' },
] as const;

export const STRIPS = [
  { value: 'feature', label: 'feature' },
  { value: 'error', label: 'error' },
] as const;

export const MAX_TOP = 200;

export const settings = {
  dictionary: text({ label: 'dictionary', initial: '', help: 'Empty: that of the selected feature, else one that comes with the model.' }),
  scope: choice({ label: 'top features of', options: SCOPES, initial: 'text' }),
  by: choice({ label: 'sorted by', options: BYS, initial: 'max', help: 'Of a prompt set, number of tokens stands for the share of prompts.' }),
  compare: choice({ label: 'two prompts compared by', options: COMPARISONS, initial: 'mean', help: 'The highest activation favours the longer text.' }),
  other: text({ label: 'the other prompt', initial: '', multiline: true }),
  top: integer({ label: 'how many', min: 1, max: MAX_TOP, initial: 20 }),
  least: number({ label: 'smallest activation that counts', min: 0, max: 1000, step: 0.05, initial: 0 }),
  hideDense: toggle({ label: 'hide dense features', initial: false, help: 'Those that fire on more than 10% of the tokens of the text their records were made from.' }),
  strip: choice({ label: 'text coloured by', options: STRIPS, initial: 'feature' }),
};
export type Settings = ParamValues<typeof settings>;

/** Features that fire on more than this share of tokens count as dense. */
export const DENSE = 0.1;

/** The folder of the shipped dictionary that a newcomer sees first: the middle of the model. */
const FIRST_FOLDER = 'blocks.6.hook_resid_post';

/** The dictionary that the panel reads with: the chosen one, that of the selected feature, or the built-in one. '' where there is none. */
export function dictionaryOf(values: Pick<Settings, 'dictionary'>, document: Pick<Document, 'feature'>, model: Pick<ModelInfo, 'id'>): DictionaryId {
  if (values.dictionary !== '') return values.dictionary;
  return document.feature?.dictionary ?? (model.id === BUILT_IN_MODEL ? catalogueDictionary(BUILT_IN_MODEL, FIRST_FOLDER) : '');
}

const specs = new Map<DictionaryId, AnalysisSpec>();

/** The question behind the panel. The same object for the same dictionary. */
export function activationsSpec(dictionary: DictionaryId): AnalysisSpec {
  let spec = specs.get(dictionary);
  if (spec === undefined) specs.set(dictionary, (spec = { id: 'feature-activations', params: { dictionary } }));
  return spec;
}
