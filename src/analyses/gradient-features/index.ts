import type { HookName } from '../../anatomy/hook-names';
import { integer, number, text } from '../../lib/params';
import { defineAnalysis } from '../types';

export const params = {
  dictionary: text({ label: 'dictionary', initial: '' }),
  position: integer({ label: 'position', min: -1, max: 1_000_000, initial: -1, help: '−1: the last one.' }),
  plus: text({ label: 'token to raise', initial: '', help: 'Empty: the likeliest next token.' }),
  minus: text({ label: 'token to compare with', initial: '', help: 'Empty: the second likeliest.' }),
  k: integer({ label: 'k', min: 0, max: 1000, initial: 0, help: '0: as many as the dictionary keeps or fires there.' }),
  beta: number({ label: 'beta', min: 0, max: 100, step: 0.1, initial: 1, help: '0 is TopK.' }),
  candidates: integer({ label: 'candidates', min: 1, max: 256, initial: 48, help: 'Features, by pre-activation, whose effect is measured: two passes each.' }),
};

export default defineAnalysis({
  id: 'gradient-features',
  title: 'Features by gradient (g-SAE)',
  summary: 'Which features a dictionary would keep at a position if its ranking also counted how much each one moves the next token.',
  params,
  independent: false,
  dictionaries: ({ dictionary }) => [dictionary],
  needs: (_, __, dictionaries = []): { capture: readonly HookName[]; logits: boolean } => ({ capture: dictionaries.map(({ spec }) => spec.hookName), logits: true }),
  load: () => import('./compute'),
});
