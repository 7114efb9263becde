import { UserError } from '../../lib/errors';

/** Prompts by concept, in the order in which concepts first come. */
export interface Concept {
  readonly label: string;
  readonly prompts: readonly string[];
}

/** Reads lines such as "animals | The dog barked." @throws UserError for a line without a bar, or fewer than two concepts. */
export function conceptsOf(lines: readonly string[]): Concept[] {
  const found = new Map<string, string[]>();
  for (const line of lines) {
    const bar = line.indexOf('|');
    const label = line.slice(0, Math.max(0, bar)).trim();
    if (label === '') throw new UserError('no-label', `"${line.slice(0, 60)}" names no concept: write the concept, a vertical bar, and the prompt.`);
    const prompt = line.slice(bar + 1).trim();
    const prompts = found.get(label);
    if (prompts === undefined) found.set(label, [prompt]);
    else prompts.push(prompt);
  }
  if (found.size < 2) throw new UserError('one-concept', 'concepts are told apart from one another: give prompts of at least two.');
  return [...found].map(([label, prompts]) => ({ label, prompts }));
}
