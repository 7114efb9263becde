import { integer, number, text } from '../../lib/params';
import { defineAnalysis } from '../types';

export default defineAnalysis({
  id: 'feature-set',
  title: 'Features of a concept',
  summary: 'The features most active on the prompts of a concept, less those that prompts to be kept use too, and how well the reconstruction without them tells the two apart.',
  params: {
    dictionary: text({ label: 'dictionary', initial: '' }),
    concept: text({ label: 'prompts of the concept, one a line', initial: '', multiline: true }),
    retain: text({ label: 'prompts to be kept, one a line', initial: '', multiline: true }),
    top: integer({ label: 'features per list', min: 1, max: 1000, initial: 32, help: 'How many of the most active ones are taken of the concept, and of each prompt to be kept.' }),
    coefficient: number({ label: 'factor', min: -100, max: 100, step: 0.1, initial: -8 }),
  },
  independent: true,
  dictionaries: ({ dictionary }) => [dictionary],
  needs: () => ({ capture: [], logits: false }),
  load: () => import('./compute'),
});
