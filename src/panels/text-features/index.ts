import { definePanel } from '../types';
import { activationsSpec, dictionaryOf, settings } from './settings';

export default definePanel({
  id: 'text-features',
  title: 'Features of this text',
  shows: 'Which features of a dictionary fire in your text: at a token, over the prompt, over a prompt set, or more than in another prompt; and how well the dictionary fits.',
  misleads: 'A feature that fires is not yet a reason for what the model says; and what a dictionary leaves unexplained is in no list.',
  settings,
  needs: (values, document, _config, _nPos, model) => {
    const dictionary = dictionaryOf(values, document, model);
    return { capture: [], analyses: dictionary === '' ? [] : [activationsSpec(dictionary)] };
  },
  load: () => import('./Panel'),
  readme: () => import('./README.md?raw').then((module) => module.default),
});
