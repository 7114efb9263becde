import type { DictionaryId } from '../../anatomy/dictionary';
import { catalogueDictionary } from '../../anatomy/dictionary';
import type { ModelInfo } from '../../anatomy/model-info';
import { choice, integer, number, text, type ParamValues } from '../../lib/params';
import { BUILT_IN_MODEL, type Document } from '../../store/document';

export const VIEWS = [
  { value: 'effective', label: 'effective features' },
  { value: 'separability', label: 'concepts' },
  { value: 'similarity', label: 'similar prompts' },
  { value: 'gradient', label: 'by gradient' },
] as const;
export type View = (typeof VIEWS)[number]['value'];

/** What a view measures, said before anything is. */
export const MEANINGS: Readonly<Record<View, string>> = {
  effective: 'How many features carry the text, as if all of them were used alike: F = exp(S), S the entropy of their shares of all activation; ψ = F / N, N the width of the stream.',
  separability: 'How differently features fire on prompts of different concepts: D, the Jensen–Shannon distance of their activations, from 0 (alike) to 1 (nothing in common), less what chance alone gives. Bins and correction are reconstructed.',
  similarity: 'Which prompts use the same features as a few examples do: J from 0 (none in common) to 1 (the same). Reconstructed from an abstract.',
  gradient: 'Which features a TopK would keep that also asks how much each moves one next token against another, beta saying how much that counts: for the text of the workbench. The formula is reconstructed.',
};

const LABELLED = [
  ...['The dog barked at the cat.', 'A bird sang in the tree.', 'The fish swam in the pond.', 'A little mouse ran away.', 'The horse ate the grass.', 'The cat sat on the mat.'].map((line) => `animals | ${line}`),
  ...['She ate a big red apple.', 'They baked a cake for the party.', 'He drank a cup of milk.', 'Mom made soup for dinner.', 'The bread was warm and soft.', 'We had eggs for breakfast.'].map((line) => `food | ${line}`),
].join('\n');

export const settings = {
  view: choice({ label: 'view', options: VIEWS, initial: 'effective' }),
  dictionary: text({ label: 'dictionary', initial: '', help: 'Empty: that of the selected feature, else one that comes with the model. "none": the neurons of the hook point.' }),
  hook: text({ label: 'hook point of neurons', initial: 'blocks.6.mlp.hook_post' }),
  prompts: text({ label: 'prompts, one a line', initial: '', multiline: true }),
  labelled: text({ label: 'concept | prompt, one a line', initial: LABELLED, multiline: true }),
  exemplars: text({ label: 'exemplars, one a line', initial: 'The dog barked at the cat.\nA bird sang in the tree.', multiline: true }),
  pool: choice({ label: 'over a prompt', options: [{ value: 'mean', label: 'mean' }, { value: 'max', label: 'maximum' }], initial: 'mean' }),
  unit: integer({ label: 'shown feature or neuron', min: -1, max: 10_000_000, initial: -1 }),
  concept: integer({ label: 'shown concept', min: 0, max: 1000, initial: 0 }),
  beta: number({ label: 'beta', min: 0, max: 100, step: 0.5, initial: 5 }),
  plus: text({ label: 'token to raise', initial: '' }),
  minus: text({ label: 'token to compare with', initial: '' }),
};
export type Settings = ParamValues<typeof settings>;

/** The value of `dictionary` that means neurons. */
export const NEURONS = 'none';

/** What is measured: the chosen dictionary, that of the selected feature, or one of the built-in model's; '' for neurons. */
export function dictionaryOf(values: Pick<Settings, 'dictionary'>, document: Pick<Document, 'feature'>, model: Pick<ModelInfo, 'id'>): DictionaryId {
  if (values.dictionary === NEURONS) return '';
  if (values.dictionary !== '') return values.dictionary;
  return document.feature?.dictionary ?? (model.id === BUILT_IN_MODEL ? catalogueDictionary(BUILT_IN_MODEL, 'blocks.6.hook_resid_post') : '');
}
