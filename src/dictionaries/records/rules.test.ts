import { describe, expect, it } from 'vitest';
import { ruleInWords, scoreRule, type RulePart } from './rules';
import { isGoodLabel } from './shipped';

const classes = [{ name: 'capitalised word', pattern: /^ ?[A-Z][a-z]/u }];
const pieces = ['<s>', ' Of', ' the', ' a', ' cat'];
const part = (slot: string, value: number, weight = 1): RulePart => ({ slot, value, weight });

describe('labels made by rule', () => {
  it('are put in words, the heaviest parts first', () => {
    const parts = [part('previous', 1, 1), part('token', 2, 3), part('token', 3, 2), part('token_class', 0, 1)];
    expect(ruleInWords(parts, { classes }, (id) => pieces[id] ?? '')).toBe('token “ the”, “ a”, capitalised word · after “ Of”');
    expect(ruleInWords([], { classes }, String)).toBe('');
  });

  it('score positions by the parts that hold there', () => {
    const ids = [0, 1, 2, 4, 3];
    const text = ids.map((id) => pieces[id] ?? '');
    const score = (...parts: RulePart[]) => scoreRule(parts, { classes }, ids, text);
    expect(score(part('token', 2, 3))).toEqual([0, 0, 3, 0, 0]);
    expect(score(part('previous', 2), part('next', 3, 2))).toEqual([0, 0, 0, 3, 0]);
    expect(score(part('before_previous', 2))).toEqual([0, 0, 0, 0, 1]);
    expect(score(part('earlier', 1))).toEqual([0, 0, 0, 0, 1]);
    expect(score(part('token_class', 0), part('previous_class', 0))).toEqual([0, 1, 1, 0, 0]);
  });

  it('look three to eight tokens back for what came earlier', () => {
    const ids = [7, ...Array.from({ length: 10 }, () => 1)];
    expect(scoreRule([part('earlier', 7)], { classes }, ids, ids.map(String))).toEqual([0, 0, 0, 1, 1, 1, 1, 1, 1, 0, 0]);
  });

  it('are labels from an AUC of 0.7 on; what nobody scored is taken as it is', () => {
    const label = (auc: number | null) => isGoodLabel({ text: 'x', author: 'y', method: null, auc, controlAuc: null });
    expect([0.69, 0.7, 0.71, null].map(label)).toEqual([false, true, true, true]);
  });
});
