import { definePanel } from '../types';
import { activationsSpec, dictionaryOf, settings } from './settings';

export default definePanel({
  id: 'reasoning',
  title: 'Reasoning',
  shows: 'Which concepts features see in the prompt, what rules conclude from them and why, and steering toward the conclusion.',
  misleads: 'The rules are yours, not the model’s: that a conclusion follows does not mean that the model draws it.',
  settings,
  needs: (values, document, _config, _nPos, model) => {
    const dictionary = dictionaryOf(values, document, model);
    return { capture: [], analyses: dictionary === '' ? [] : [activationsSpec(dictionary)] };
  },
  load: () => import('./Panel'),
  readme: () => import('./README.md?raw').then((module) => module.default),
});
