import { choice, integer, number, text, toggle } from '../../lib/params';
import { defineIntervention } from '../types';

const MAX_FEATURE = 10_000_000;

export const params = {
  dictionary: text({ label: 'dictionary', initial: '', help: 'By its name, such as "catalogue:lacuna-16m/blocks.6.hook_resid_post".' }),
  feature: integer({ label: 'feature', min: 0, max: MAX_FEATURE, initial: 0 }),
  op: choice({
    label: 'change',
    options: [
      { value: 'add', label: 'add' },
      { value: 'clamp', label: 'clamp' },
      { value: 'scale', label: 'scale' },
      { value: 'ablate', label: 'ablate' },
      { value: 'min-clamp', label: 'at least' },
    ],
    initial: 'add',
    help: 'What becomes of the activation f: f + c, c, c · f, 0, or the larger of f and c.',
  }),
  coefficient: number({
    label: 'coefficient',
    min: -100_000,
    max: 100_000,
    step: 0.01,
    initial: 0,
    help: 'c, in units of the activation; of "scale" a factor. Not used by "ablate".',
  }),
  keepError: toggle({ label: 'keep the error', initial: true, help: 'Puts back what the dictionary cannot explain. Off: its reconstruction replaces the activation.' }),
  skipBos: toggle({ label: 'leave out BOS', initial: true, help: 'The token that begins every text is left alone, unless named by number.' }),
};

export default defineIntervention({
  id: 'edit-features',
  title: 'Edit a feature',
  summary: 'Changes the activation of one feature of a sparse dictionary, and with it what the feature writes into the stream.',
  params,
  direction: 'none',
  dictionaries: ({ dictionary }) => [dictionary],
  noop: { op: 'add', coefficient: 0, keepError: true },
  load: () => import('./apply'),
});
