import type { HookName } from '../../anatomy/hook-names';
import { text } from '../../lib/params';
import { defineAnalysis } from '../types';

export const params = {
  dictionary: text({ label: 'dictionary', initial: '', help: 'Empty: the coordinates at the hook point are counted themselves.' }),
  hook: text({ label: 'hook point', initial: 'blocks.0.mlp.hook_post', help: 'Where no dictionary is named.' }),
  prompts: text({ label: 'prompts, one a line', initial: '', multiline: true, help: 'Empty: the text of this run.' }),
};

export default defineAnalysis({
  id: 'effective-features',
  title: 'Effective features',
  summary: 'How many features a layer uses as if all were used alike: the exponential of the entropy of how activity is spread over them, and how many that is per neuron.',
  params,
  independent: false,
  dictionaries: ({ dictionary }) => (dictionary === '' ? [] : [dictionary]),
  needs: (): { capture: readonly HookName[]; logits: boolean } => ({ capture: [], logits: false }),
  load: () => import('./compute'),
});
