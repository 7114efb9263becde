import type { RowReader } from './bits';
import type { RecordFormat } from './format';

/** One part of a label: where a token is looked for, and which. */
export interface RulePart {
  readonly slot: string;
  readonly value: number;
  readonly weight: number;
}

/** Below this AUC a rule is no label. */
export const LABEL_AUC = 0.7;
/** How far back `earlier` looks. */
const EARLIER = { from: 8, to: 3 };

const WORDS: Readonly<Record<string, string>> = {
  token: 'token',
  token_class: 'token',
  previous: 'after',
  previous_class: 'after',
  before_previous: 'two after',
  earlier: 'earlier',
  next: 'before',
};

/** The parts of a feature's rule; unused ones are left out. */
export function partsOf(format: RecordFormat, rows: RowReader, row: number): RulePart[] {
  const values = rows.list(row, 'rule_value');
  const weights = rows.list(row, 'rule_weight');
  return rows.list(row, 'rule_slot').flatMap((slot, at) => {
    const name = format.slots[slot] ?? 'none';
    return name === 'none' ? [] : [{ slot: name, value: values[at] ?? 0, weight: weights[at] ?? 0 }];
  });
}

/**
 * A rule in words, the heaviest parts first, such as `token “ the”, “ a” · after “ of”`. Empty for a rule without parts.
 *
 * @param piece the text of a token id.
 */
export function ruleInWords(parts: readonly RulePart[], format: Pick<RecordFormat, 'classes'>, piece: (id: number) => string): string {
  const bySlot = new Map<string, string[]>();
  const heaviest = parts.map((part, at) => ({ part, at })).sort((a, b) => b.part.weight - a.part.weight || a.at - b.at);
  for (const { part } of heaviest) {
    const word = WORDS[part.slot] ?? part.slot;
    const what = part.slot.endsWith('_class') ? (format.classes[part.value]?.name ?? `class ${part.value}`) : `“${piece(part.value)}”`;
    bySlot.set(word, [...(bySlot.get(word) ?? []), what]);
  }
  return [...bySlot].map(([word, what]) => `${word} ${[...new Set(what)].join(', ')}`).join(' · ');
}

/**
 * The score of a rule at each position of a text: the sum of the weights of the parts that hold there.
 *
 * @param pieces the text of each token; classes look at it. The id 0 is in no class.
 */
export function scoreRule(
  parts: readonly RulePart[],
  format: Pick<RecordFormat, 'classes'>,
  ids: readonly number[],
  pieces: readonly string[],
): number[] {
  const inClass = (value: number, pos: number) =>
    pos >= 0 && pos < ids.length && ids[pos] !== 0 && (format.classes[value]?.pattern.test(pieces[pos] ?? '') ?? false);
  const holds = ({ slot, value }: RulePart, t: number): boolean => {
    switch (slot) {
      case 'token':
        return ids[t] === value;
      case 'previous':
        return ids[t - 1] === value;
      case 'before_previous':
        return ids[t - 2] === value;
      case 'earlier':
        return ids.slice(Math.max(0, t - EARLIER.from), Math.max(0, t - EARLIER.to + 1)).includes(value);
      case 'next':
        return ids[t + 1] === value;
      case 'token_class':
        return inClass(value, t);
      case 'previous_class':
        return inClass(value, t - 1);
      default:
        return false;
    }
  };
  return ids.map((_, t) => parts.reduce((sum, part) => sum + (holds(part, t) ? part.weight : 0), 0));
}
