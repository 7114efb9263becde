import { choice, integer, text, toggle } from '../../lib/params';

export const HOW = [
  { value: 'suppress', label: 'Suppress' },
  { value: 'suppress-replace', label: 'Suppress, replace' },
  { value: 'force', label: 'Stimulate' },
] as const;
export type How = (typeof HOW)[number]['value'];

export const settings = {
  divide: toggle({ label: 'divide by the number of tokens', initial: false, help: 'So that prompts of different lengths can be compared.' }),
  first: text({ label: 'first prompts', initial: '', multiline: true, help: 'One a line: those that show what is looked for.' }),
  second: text({ label: 'second prompts', initial: '', multiline: true, help: 'One a line: those that don’t.' }),
  count: integer({ label: 'experts', min: 1, max: 64, initial: 5, help: 'How many of the ranking are overridden.' }),
  how: choice({ label: 'what happens to them', options: HOW, initial: 'suppress' }),
};
