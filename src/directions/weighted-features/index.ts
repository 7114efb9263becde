import { numbers, text } from '../../lib/params';
import { defineDirection } from '../types';

export default defineDirection({
  id: 'weighted-features',
  title: 'What several features write',
  summary: 'The unit vector along a weighted sum of decoder rows, the first feature weighing most.',
  params: {
    dictionary: text({ label: 'dictionary', initial: '', help: 'By its name, such as "catalogue:lacuna-16m/blocks.6.hook_resid_post".' }),
    features: numbers({ label: 'features, most important first', initial: [0] }),
  },
  dictionaries: ({ dictionary }) => [dictionary],
  load: () => import('./compute'),
});
