import { text } from '../../lib/params';
import { defineAnalysis } from '../types';

export const params = {
  dictionary: text({ label: 'dictionary', initial: '', help: 'By its name, such as "catalogue:lacuna-16m/blocks.6.hook_resid_post".' }),
};

export default defineAnalysis({
  id: 'dictionary-readings',
  title: 'Other ways to read a dictionary',
  summary: 'How well a dictionary explains this text as it is read, and how well it would if its files meant something else: centring, layer norm, b_dec, the start token.',
  params,
  independent: false,
  dictionaries: ({ dictionary }) => [dictionary],
  needs: (_, __, dictionaries = []) => ({ capture: [...new Set(dictionaries.flatMap(({ spec }) => [spec.hookName, spec.hookNameOut]))], logits: false }),
  load: () => import('./compute'),
});
