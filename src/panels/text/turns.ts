import type { ChatMessage } from '../../anatomy/chat';
import type { TextRun } from '../../store/state';

export const TURN_ROLES = ['user', 'assistant'] as const;
export type TurnRole = (typeof TURN_ROLES)[number];

/** A conversation as it is edited: the system message apart, '' where there is none. */
export interface Parts {
  readonly system: string;
  /** At least one. */
  readonly turns: readonly ChatMessage[];
}

export function toParts(messages: readonly ChatMessage[]): Parts {
  const [first, ...rest] = messages;
  const hasSystem = first?.role === 'system';
  const turns = hasSystem ? rest : messages;
  return { system: hasSystem ? first.content : '', turns: turns.length > 0 ? turns : [{ role: 'user', content: '' }] };
}

export function fromParts({ system, turns }: Parts): readonly ChatMessage[] {
  return system.trim() === '' ? turns : [{ role: 'system', content: system }, ...turns];
}

/** Who speaks next. */
export function otherRole(role: string | undefined): TurnRole {
  return role === 'user' ? 'assistant' : 'user';
}

/** What the model answered, without the token that ended it; null while it writes, or where there is nothing. */
export function answerOf(run: TextRun | null, endIds: readonly number[]): string | null {
  if (run === null || (run.status !== 'done' && run.status !== 'stopped')) return null;
  const end = run.ids.length > run.promptLength && endIds.includes(run.ids.at(-1) ?? -1) ? run.ids.length - 1 : run.ids.length;
  const text = run.tokens.slice(run.promptLength, end).join('').trim();
  return text === '' ? null : text;
}
