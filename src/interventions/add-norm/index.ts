import { number, toggle } from '../../lib/params';
import { defineIntervention } from '../types';

export const params = {
  coefficient: number({ label: 'share of the norm', min: -10, max: 10, step: 0.01, initial: 0, help: 'The length of the change, as a share of the activation’s own length.' }),
  cap: number({ label: 'at most', min: 0, max: 10, step: 0.01, initial: 0, help: 'The largest share; 0: no limit.' }),
  lastOnly: toggle({ label: 'from the last prompt token on', initial: true, help: 'Only the position that predicts: the last token of the prompt, and each new one.' }),
  skipBos: toggle({ label: 'leave out BOS', initial: true, help: 'The token that begins every text is left alone, unless named by number.' }),
};

export default defineIntervention({
  id: 'add-norm',
  title: 'Add a share of the norm',
  summary: 'Adds a direction whose length is a share of the activation’s own length at that position.',
  params,
  direction: 'required',
  noop: { coefficient: 0 },
  load: () => import('./apply'),
});
