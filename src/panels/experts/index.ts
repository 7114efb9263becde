import { definePanel } from '../types';
import { expertNeeds } from './needs';
import { settings } from './settings';

export default definePanel({
  id: 'experts',
  title: 'Experts',
  shows: 'Which experts of a mixture the prompt is routed to, and which ones fire for one set of prompts rather than another.',
  misleads: 'How often an expert is chosen is not how much it does, and two sets of prompts differ in more than what you have in mind: compare with random experts.',
  settings,
  needs: ({ divide }, _, config) => expertNeeds(divide, config),
  load: () => import('./Panel'),
  readme: () => import('./README.md?raw').then((module) => module.default),
});
