import { UserError } from '../../lib/errors';

/** A premise over names of propositions. */
export type Expression =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'not'; readonly of: Expression }
  | { readonly kind: 'and' | 'or' | 'xor'; readonly parts: readonly Expression[] };

export interface Rule {
  /** As it was written. */
  readonly text: string;
  readonly premise: Expression;
  readonly target: string;
}

const ARROW = /->|→|=>/;
const WORDS = /[()]|,|[^\s(),]+/g;
const BINARY = ['or', 'xor', 'and'] as const;

/**
 * Reads rules, one a line: `dog and (water or rain) -> swims`. Words that follow one another are one name; a comma is `and`; `not`
 * binds strongest, then `and`, `xor`, `or`. Blank lines are no rules.
 *
 * @throws UserError that names the line.
 */
export function parseRules(text: string): Rule[] {
  return text
    .split(/\r\n|\n|\r/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => {
      const [left, right, ...more] = line.split(ARROW);
      const target = (right ?? '').trim();
      if (left === undefined || target === '' || more.length > 0) throw unreadable(line, 'a rule is a premise, an arrow, and one conclusion');
      return { text: line, premise: parsePremise(left, line), target };
    });
}

function parsePremise(text: string, line: string): Expression {
  const words = text.match(WORDS) ?? [];
  let at = 0;
  const isOperator = (word: string | undefined) => word === ',' || /^(and|or|xor|not)$/i.test(word ?? '');

  function binary(level: number): Expression {
    const kind = BINARY[level];
    if (kind === undefined) return unary();
    const parts = [binary(level + 1)];
    while (words[at]?.toLowerCase() === kind || (kind === 'and' && words[at] === ',')) {
      at += 1;
      parts.push(binary(level + 1));
    }
    const [only] = parts;
    return parts.length === 1 && only !== undefined ? only : { kind, parts };
  }

  function unary(): Expression {
    const word = words[at];
    if (word?.toLowerCase() === 'not') {
      at += 1;
      return { kind: 'not', of: unary() };
    }
    if (word === '(') {
      at += 1;
      const inner = binary(0);
      if (words[at] !== ')') throw unreadable(line, 'a bracket is not closed');
      at += 1;
      return inner;
    }
    const name: string[] = [];
    for (let next = words[at]; next !== undefined && next !== '(' && next !== ')' && !isOperator(next); next = words[at]) {
      name.push(next);
      at += 1;
    }
    if (name.length === 0) throw unreadable(line, 'a name is missing');
    return { kind: 'name', name: name.join(' ') };
  }

  const whole = binary(0);
  if (at < words.length) throw unreadable(line, `"${words[at] ?? ''}" is one too many`);
  return whole;
}

const unreadable = (line: string, why: string) => new UserError('bad-rule', `"${line.slice(0, 80)}": ${why}.`);

/** Names in the order in which they are written. */
export function namesOf(expression: Expression): string[] {
  if (expression.kind === 'name') return [expression.name];
  return expression.kind === 'not' ? namesOf(expression.of) : expression.parts.flatMap(namesOf);
}

function holds(expression: Expression, facts: ReadonlySet<string>): boolean {
  switch (expression.kind) {
    case 'name':
      return facts.has(expression.name);
    case 'not':
      return !holds(expression.of, facts);
    case 'and':
      return expression.parts.every((part) => holds(part, facts));
    case 'or':
      return expression.parts.some((part) => holds(part, facts));
    case 'xor':
      return expression.parts.filter((part) => holds(part, facts)).length % 2 === 1;
  }
}

/** One rule that fired. Rounds count from 1. */
export interface Firing {
  readonly round: number;
  readonly rule: Rule;
}

export interface Conclusions {
  /** What was there first, in order, then what was concluded. */
  readonly facts: readonly string[];
  readonly trace: readonly Firing[];
}

/**
 * Forward chaining to a fixed point: in each round every rule whose premise holds of the facts before that round adds its conclusion.
 * What was concluded stays, so a `not` is asked of what is known at the time. `ordered` (as in the authors' default): a premise of
 * names joined by `and`, which must have come up in the order in which they are written.
 *
 * @throws UserError in ordered mode for a premise with anything but `and`.
 */
export function conclude(rules: readonly Rule[], first: readonly string[], ordered: boolean): Conclusions {
  const facts = [...new Set(first)];
  const trace: Firing[] = [];
  for (let round = 1; ; round += 1) {
    const before = [...facts];
    const known = new Set(before);
    for (const rule of rules) {
      if (facts.includes(rule.target)) continue;
      if (!(ordered ? comeInOrder(rule, before) : holds(rule.premise, known))) continue;
      facts.push(rule.target);
      trace.push({ round, rule });
    }
    if (facts.length === before.length) return { facts, trace };
  }
}

function comeInOrder({ premise, text }: Rule, facts: readonly string[]): boolean {
  const isPlain = premise.kind === 'name' || (premise.kind === 'and' && premise.parts.every(({ kind }) => kind === 'name'));
  if (!isPlain) throw new UserError('bad-rule', `"${text.slice(0, 80)}": in order, a premise can only join names by "and".`);
  let from = 0;
  for (const name of namesOf(premise)) {
    const place = facts.indexOf(name, from);
    if (place < 0) return false;
    from = place + 1;
  }
  return true;
}
