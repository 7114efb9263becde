import { definePanel } from '../types';
import { settings } from './settings';

export default definePanel({
  id: 'features',
  title: 'Features',
  shows: 'The features of the model’s dictionaries: a list with search, a map, and for the one you select what it fires on, what it writes and what it goes with.',
  misleads:
    'A feature is a direction that a dictionary found useful for rebuilding activations: top contexts show where it fires most, not what it means, and a label is a guess with a score.',
  settings,
  // Records lie in files; the model is asked only when somebody tests a text.
  needs: () => ({ capture: [], analyses: [] }),
  load: () => import('./Panel'),
  readme: () => import('./README.md?raw').then((module) => module.default),
});
