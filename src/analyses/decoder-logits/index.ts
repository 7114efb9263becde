import { integer, text } from '../../lib/params';
import { defineAnalysis } from '../types';

export const params = {
  dictionary: text({ label: 'dictionary', initial: '', help: 'By its name, such as "catalogue:lacuna-16m/blocks.6.hook_resid_post".' }),
  feature: integer({ label: 'feature', min: 0, max: 10_000_000, initial: 0 }),
  top: integer({ label: 'how many', min: 1, max: 100, initial: 10 }),
};

export default defineAnalysis({
  id: 'decoder-logits',
  title: 'What a feature speaks for',
  summary: 'The tokens whose unembedding is most and least aligned with the decoder row of a feature.',
  params,
  independent: true,
  dictionaries: ({ dictionary }) => [dictionary],
  needs: () => ({ capture: [], logits: false }),
  load: () => import('./compute'),
});
