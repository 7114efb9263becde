import { choice, integer, number, text, toggle } from '../../lib/params';
import { defineIntervention } from '../types';

const level = { min: -100_000, max: 100_000, step: 0.001 };
const spread = { min: 0.0001, max: 100_000, step: 0.0001 };

export const params = {
  dictionary: text({ label: 'dictionary', initial: '', help: 'Empty: a coordinate at the hook point, such as a neuron.' }),
  unit: integer({ label: 'feature or neuron', min: 0, max: 10_000_000, initial: 0 }),
  targetMean: number({ label: 'mean under the concept', ...level, initial: 1 }),
  targetDeviation: number({ label: 'deviation under the concept', ...spread, initial: 1 }),
  otherMean: number({ label: 'mean under others', ...level, initial: 0 }),
  otherDeviation: number({ label: 'deviation under others', ...spread, initial: 1 }),
  toward: choice({ label: 'attenuate toward', options: [{ value: 'zero', label: 'zero' }, { value: 'other', label: 'the others’ mean' }], initial: 'zero' }),
  strength: number({ label: 'strength', min: 0, max: 1, step: 0.01, initial: 1, help: '1 is the method; 0 changes nothing.' }),
  skipBos: toggle({ label: 'leave out BOS', initial: true, help: 'The token that begins every text is left alone, unless named by number.' }),
};

export default defineIntervention({
  id: 'attenuate-posterior',
  title: 'Attenuate by posterior (APP)',
  summary: 'Weakens a feature or neuron as far as its activation speaks for the concept that is to be removed, by the posterior of two bell curves.',
  params,
  direction: 'none',
  dictionaries: ({ dictionary }) => (dictionary === '' ? [] : [dictionary]),
  noop: { strength: 0 },
  load: () => import('./apply'),
});
