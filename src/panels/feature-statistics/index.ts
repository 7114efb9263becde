import { definePanel } from '../types';
import { settings } from './settings';

export default definePanel({
  id: 'feature-statistics',
  title: 'Feature statistics',
  shows: 'How many features are in use, how far apart concepts lie, which prompts are alike, and what a ranking by gradient would keep: of a dictionary, or of neurons.',
  misleads: 'All of it is about the prompts that were measured: few, alike or badly chosen ones give figures that say nothing of the model.',
  settings,
  needs: () => ({ capture: [], analyses: [] }),
  load: () => import('./Panel'),
  readme: () => import('./README.md?raw').then((module) => module.default),
});
