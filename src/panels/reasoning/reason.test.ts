import { describe, expect, it } from 'vitest';
import { formatConcepts, parseConcepts } from './concepts';
import { demo } from './demo';
import { detect, firstCome, maxima, type SparseRows } from './detect';
import { bestThreshold, fitConcepts, parseExamples } from './fit';
import { conclude, namesOf, parseRules } from './rules';

describe('rules', () => {
  const chain = parseRules('A and B -> C\nC -> D');
  it('chain forward to a fixed point, with the round in which each fired', () => {
    const { facts, trace } = conclude(chain, ['A', 'B'], false);
    expect(facts).toEqual(['A', 'B', 'C', 'D']);
    expect(trace.map(({ round, rule }) => [round, rule.target])).toEqual([[1, 'C'], [2, 'D']]);
    expect(conclude(chain, ['A'], false)).toEqual({ facts: ['A'], trace: [] });
  });

  it('in order, want their premises as they are written', () => {
    expect(conclude(chain, ['A', 'B'], true).facts).toEqual(['A', 'B', 'C', 'D']);
    expect(conclude(chain, ['B', 'A'], true).facts).toEqual(['B', 'A']);
    expect(conclude(chain, ['B', 'A'], false).facts).toContain('D');
    expect(conclude(chain, ['A', 'X', 'B'], true).facts).toContain('C');
    expect(() => conclude(parseRules('A or B -> C'), ['A'], true)).toThrow('only join names by "and"');
  });

  it.each([
    ['A or B -> T', ['B'], true],
    ['A xor B -> T', ['A', 'B'], false],
    ['A xor B -> T', ['A'], true],
    ['not A -> T', [], true],
    ['not A -> T', ['A'], false],
    ['A and (B or C) -> T', ['A', 'C'], true],
    ['A and B or C -> T', ['C'], true],
    ['A or B and C -> T', ['B'], false],
    ['A, B => T', ['A', 'B'], true],
    ['San Francisco and not rain → T', ['San Francisco'], true],
  ])('%s of %j', (text, facts, expected) => {
    expect(conclude(parseRules(text), facts, false).facts.includes('T')).toBe(expected);
  });

  it('never go on for ever, whatever they say', () => {
    expect(conclude(parseRules('A -> B\nB -> A\nnot C -> C'), ['A'], false).facts).toEqual(['A', 'B', 'C']);
  });

  it.each([['A and -> C', 'name is missing'], ['(A -> C', 'not closed'], ['A B) -> C', 'too many'], ['A', 'an arrow'], ['A -> ', 'an arrow'], ['A -> B -> C', 'an arrow']])('name what is wrong with %j', (text, message) => {
    expect(() => parseRules(text)).toThrow(message);
  });
});

const rows = (of: readonly (readonly (readonly [number, number])[])[], skippedBos = false): SparseRows => {
  const flat = of.flat();
  return { indptr: [0, ...of.map((_, pos) => of.slice(0, pos + 1).flat().length)], indices: flat.map(([feature]) => feature), values: flat.map(([, value]) => value), skippedBos };
};
const concepts = [{ name: 'dog', features: [3, 8], threshold: 1 }, { name: 'water', features: [5], threshold: 0.5 }];

describe('propositions', () => {
  const text = rows([[[3, 9]], [[5, 0.4], [3, 1.5]], [[5, 2], [3, 1.2]], [[8, 4]]], true);
  const options = { features: 1, strongest: 0, onePerToken: false };

  it('hold where a feature exceeds its threshold, the start token left out', () => {
    expect(detect(text, concepts, options)).toEqual([
      { name: 'dog', pos: 1, feature: 3, margin: 0.5 },
      { name: 'water', pos: 2, feature: 5, margin: 1.5 },
      { name: 'dog', pos: 2, feature: 3, margin: expect.closeTo(0.2, 6) as number },
    ]);
  });

  it('come one per token, from the strongest features, or from more features, as asked', () => {
    expect(detect(text, concepts, { ...options, onePerToken: true }).map(({ name, pos }) => `${name} ${pos}`)).toEqual(['dog 1', 'water 2']);
    expect(detect(text, concepts, { ...options, strongest: 1 }).map(({ name, pos }) => `${name} ${pos}`)).toEqual(['dog 1', 'water 2']);
    expect(detect(text, concepts, { ...options, features: 2 }).at(-1)).toEqual({ name: 'dog', pos: 3, feature: 8, margin: 3 });
    expect(firstCome(detect(text, concepts, options))).toEqual(['dog', 'water']);
  });

  it('a feature that does not fire proves nothing, whatever the threshold', () => {
    expect(detect(rows([[[5, 1]]]), [{ name: 'x', features: [7], threshold: -1 }], options)).toEqual([]);
  });

  it('are fitted to examples by the difference of means and by balanced accuracy', () => {
    const examples = parseExamples('a | one\na | two\nb | three\nb | four');
    const of = (...entries: [number, number][]) => maxima(rows([entries]));
    const fitted = fitConcepts(examples, [of([1, 4], [9, 5]), of([1, 2]), of([2, 3], [1, 1]), of([2, 5], [9, 5])], 2);
    expect(fitted[0]).toEqual({ name: 'a', features: [1], threshold: 1.5, balancedAccuracy: 1 });
    expect(fitted[1]).toMatchObject({ name: 'b', features: [2], threshold: 1.5 });
    expect(parseConcepts(formatConcepts(fitted))).toEqual(fitted.map(({ name, features, threshold }) => ({ name, features, threshold })));
    expect(() => fitConcepts(examples, [of(), of(), of([1, 1]), of()], 1)).toThrow('no feature is more active');
  });

  it('a threshold weighs both sides alike, however many there are of each', () => {
    // One own example at 2 among nine others at 1 and one at 3.
    expect(bestThreshold([2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 3], [true, ...Array.from({ length: 10 }, () => false)])).toEqual({ threshold: 1.5, balancedAccuracy: 0.95 });
  });

  it('are read from text, and what can’t be is named', () => {
    expect(parseConcepts('dog: 3, 8 > 1\n\n the sea : 5 > -0.5')).toEqual([concepts[0], { name: 'the sea', features: [5], threshold: -0.5 }]);
    expect(() => parseConcepts('dog 3')).toThrow('write a name');
    expect(() => parseConcepts('a: 1 > 0\na: 2 > 0')).toThrow('twice');
    expect(() => parseExamples('no bar')).toThrow('vertical bar');
    expect(() => parseExamples('a | x')).toThrow('at least two');
  });
});

it('the demonstration can be read: its premises are concepts, and the conclusion of its first rule can be steered toward', () => {
  const names = new Set(parseExamples(demo.examples).map(({ name }) => name));
  const rules = parseRules(demo.rules);
  for (const { premise } of rules) for (const name of namesOf(premise)) expect(names).toContain(name);
  expect(names).toContain(rules[0]?.target);
});
