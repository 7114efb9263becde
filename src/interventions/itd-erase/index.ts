import { number, numbers, text, toggle } from '../../lib/params';
import { defineIntervention } from '../types';

export const params = {
  dictionary: text({ label: 'dictionary', initial: '' }),
  features: numbers({ label: 'features of the concept', initial: [], help: 'Their indices. None: the plain reconstruction takes the place of the activation.' }),
  coefficient: number({ label: 'factor', min: -100, max: 100, step: 0.1, initial: -8, help: 'Their activations are multiplied with it. 1: the plain reconstruction; 0: they are ablated.' }),
  threshold: number({
    label: 'least score of the prompt',
    min: 0,
    max: 1e6,
    step: 0.001,
    initial: 0,
    help: 'Nothing is changed in a text whose prompt scores less. 0: every text is changed.',
  }),
  scored: number({ label: 'factor of the score', min: -100, max: 100, step: 0.1, initial: -8, help: 'The score is taken with this factor, so that the threshold keeps its meaning when the other one is moved.' }),
  skipBos: toggle({ label: 'leave out BOS', initial: true, help: 'The token that begins every text is left alone, unless named by number.' }),
};

export default defineIntervention({
  id: 'itd-erase',
  title: 'Erase a concept (Interpret-then-Deactivate)',
  summary: 'Multiplies the features of a concept by a negative number and puts the reconstruction in place of the activation, in texts whose prompt is about the concept.',
  params,
  direction: 'none',
  dictionaries: ({ dictionary }) => [dictionary],
  noop: null,
  load: () => import('./apply'),
});
