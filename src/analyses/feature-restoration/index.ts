import { integer, number, numbers, text } from '../../lib/params';
import { defineAnalysis } from '../types';

export default defineAnalysis({
  id: 'feature-restoration',
  title: 'Suppressed or deleted?',
  summary: 'Pushes a few features of a changed run back to their values in the unchanged one, and measures how much of its prediction returns.',
  params: {
    dictionary: text({ label: 'dictionary', initial: '' }),
    features: numbers({ label: 'expert features', initial: [], help: 'None: those that the change moved most.' }),
    top: integer({ label: 'how many experts', min: 1, max: 1000, initial: 20, help: 'Where none are named.' }),
    alpha: number({ label: 'alpha', min: 0, max: 20, step: 0.5, initial: 1, help: '1: back to the unchanged values; more: beyond them.' }),
    draws: integer({ label: 'random draws', min: 1, max: 50, initial: 10 }),
    seed: integer({ label: 'seed', min: 0, max: 2 ** 31 - 1, initial: 1 }),
  },
  independent: false,
  dictionaries: ({ dictionary }) => [dictionary],
  needs: (_params, _config, dictionaries = []) => ({ capture: dictionaries.map(({ spec }) => spec.hookName), logits: true }),
  load: () => import('./compute'),
});
