import { choice, text } from '../../lib/params';
import { defineAnalysis } from '../types';

export const params = {
  dictionary: text({ label: 'dictionary', initial: '', help: 'By its name, such as "catalogue:lacuna-16m/blocks.6.hook_resid_post".' }),
  baseline: choice({
    label: 'measured against',
    options: [
      { value: 'zero', label: 'zeros' },
      { value: 'mean', label: 'the mean over this text' },
    ],
    initial: 'mean',
    help: 'What stands in for the activation when nothing of it is known.',
  }),
};

export default defineAnalysis({
  id: 'reconstruction-loss',
  title: 'What the reconstruction costs',
  summary: 'How much worse the model predicts this text with the reconstruction in place of the activation, as a share of losing it altogether.',
  params,
  independent: false,
  dictionaries: ({ dictionary }) => [dictionary],
  needs: ({ baseline }, _, dictionaries = []) => ({ capture: baseline === 'mean' ? dictionaries.map(({ spec }) => spec.hookNameOut) : [], logits: true }),
  load: () => import('./compute'),
});
