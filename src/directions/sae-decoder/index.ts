import { integer, text } from '../../lib/params';
import { defineDirection } from '../types';

const MAX_FEATURE = 10_000_000;

export default defineDirection({
  id: 'sae-decoder',
  title: 'What a feature writes',
  summary: 'The unit vector along the decoder row of one feature of a sparse dictionary.',
  params: {
    dictionary: text({ label: 'dictionary', initial: '', help: 'By its name, such as "catalogue:lacuna-16m/blocks.6.hook_resid_post".' }),
    feature: integer({ label: 'feature', min: 0, max: MAX_FEATURE, initial: 0 }),
  },
  dictionaries: ({ dictionary }) => [dictionary],
  load: () => import('./compute'),
});
