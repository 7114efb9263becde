import { definePanel } from '../types';
import { settings } from './settings';

export default definePanel({
  id: 'train-dictionary',
  title: 'Train a dictionary',
  shows: 'A small sparse autoencoder that learns, in this page, to write the activations of your prompt set with few features, and how well it does.',
  misleads: 'A dictionary of a small text learns that text: its features need not mean the same, or anything, elsewhere.',
  settings,
  needs: () => ({ capture: [], analyses: [] }),
  load: () => import('./Panel'),
  readme: () => import('./README.md?raw').then((module) => module.default),
});
