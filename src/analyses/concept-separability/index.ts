import type { HookName } from '../../anatomy/hook-names';
import { choice, integer, text } from '../../lib/params';
import { defineAnalysis } from '../types';

export const params = {
  dictionary: text({ label: 'dictionary', initial: '', help: 'Empty: the coordinates at the hook point.' }),
  hook: text({ label: 'hook point', initial: 'blocks.0.mlp.hook_post', help: 'Where no dictionary is named.' }),
  prompts: text({ label: 'labelled prompts, one a line', initial: '', multiline: true, help: 'The concept, a vertical bar, the prompt: "animals | The dog barked."' }),
  bins: integer({ label: 'bins', min: 2, max: 200, initial: 50, help: 'Exact zeros have a bin of their own besides.' }),
  binning: choice({ label: 'bins are', options: [{ value: 'width', label: 'equally wide' }, { value: 'count', label: 'equally full' }], initial: 'width' }),
  permutations: integer({ label: 'permutations', min: 0, max: 100, initial: 10, help: 'Times that labels are shuffled to see what chance alone gives.' }),
  unit: integer({ label: 'feature or neuron to show', min: -1, max: 10_000_000, initial: -1, help: '−1: the one that tells the concepts apart best.' }),
  seed: integer({ label: 'seed', min: 0, max: 999_999, initial: 1 }),
};

export default defineAnalysis({
  id: 'concept-separability',
  title: 'Concept separability',
  summary: 'How far apart the activations of each feature or neuron lie under different concepts: Jensen–Shannon distance, less what shuffled labels give.',
  params,
  independent: true,
  dictionaries: ({ dictionary }) => (dictionary === '' ? [] : [dictionary]),
  needs: (): { capture: readonly HookName[]; logits: boolean } => ({ capture: [], logits: false }),
  load: () => import('./compute'),
});
