import { text } from '../../lib/params';
import { defineAnalysis } from '../types';

export const params = {
  dictionary: text({ label: 'dictionary', initial: '', help: 'By its name, such as "catalogue:lacuna-16m/blocks.6.hook_resid_post".' }),
};

export default defineAnalysis({
  id: 'feature-activations',
  title: 'Which features fire',
  summary: 'Encodes the run with a sparse dictionary: the features of every position, and how well they explain the activation.',
  params,
  independent: false,
  dictionaries: ({ dictionary }) => [dictionary],
  needs: (_, __, dictionaries = []) => ({ capture: [...new Set(dictionaries.flatMap(({ spec }) => [spec.hookName, spec.hookNameOut]))], logits: false }),
  load: () => import('./compute'),
});
