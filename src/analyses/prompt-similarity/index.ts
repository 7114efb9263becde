import type { HookName } from '../../anatomy/hook-names';
import { choice, text } from '../../lib/params';
import { defineAnalysis } from '../types';

export const params = {
  dictionary: text({ label: 'dictionary', initial: '', help: 'Empty: the coordinates at the hook point, their magnitudes.' }),
  hook: text({ label: 'hook point', initial: 'blocks.0.mlp.hook_post', help: 'Where no dictionary is named.' }),
  exemplars: text({ label: 'exemplars, one a line', initial: '', multiline: true, help: 'Prompts of the kind that is looked for.' }),
  candidates: text({ label: 'prompts to rank, one a line', initial: '', multiline: true }),
  pool: choice({ label: 'over a prompt', options: [{ value: 'mean', label: 'mean' }, { value: 'max', label: 'maximum' }], initial: 'mean' }),
};

export default defineAnalysis({
  id: 'prompt-similarity',
  title: 'Similar prompts',
  summary: 'Ranks prompts by how much the features that fire in them are those of some exemplars: generalised Jaccard similarity, as MONA selects data.',
  params,
  independent: true,
  dictionaries: ({ dictionary }) => (dictionary === '' ? [] : [dictionary]),
  needs: (): { capture: readonly HookName[]; logits: boolean } => ({ capture: [], logits: false }),
  load: () => import('./compute'),
});
