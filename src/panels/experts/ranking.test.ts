import { describe, expect, it } from 'vitest';
import { namedArray } from '../../anatomy/named-array';
import { mapOf, meanMap, overrides, promptsOf, randomExperts, rankExperts, type ExpertMap } from './ranking';

const map = (...values: number[]): ExpertMap => ({ layers: 1, experts: values.length, values });

describe('distinctive experts', () => {
  // The known answers of the method: 1 layer, 3 experts, top-1.
  const x = meanMap([map(4, 0, 0), map(2, 2, 0)])!;
  const y = meanMap([map(0, 2, 2), map(0, 4, 0)])!;

  it('have the means of their class', () => {
    expect([...Array.from(x.values)]).toEqual([3, 1, 0]);
    expect([...Array.from(y.values)]).toEqual([0, 3, 1]);
    expect(meanMap([])).toBeNull();
  });

  it('are ranked by the difference of the means', () => {
    expect(rankExperts(x, y).map(({ expert, distinct }) => [expert, distinct])).toEqual([[0, 3], [2, -1], [1, -2]]);
    expect(rankExperts(y, x).map(({ expert, distinct }) => [expert, distinct])).toEqual([[1, 2], [2, 1], [0, -3]]);
  });

  it('keep the order of layers and experts where they are equal', () => {
    const flat: ExpertMap = { layers: 2, experts: 2, values: [1, 1, 1, 1] };
    expect(rankExperts(flat, flat).map(({ layer, expert }) => [layer, expert])).toEqual([[0, 0], [0, 1], [1, 0], [1, 1]]);
  });
});

it('become one override per layer', () => {
  const chosen = [{ layer: 3, expert: 7 }, { layer: 0, expert: 2 }, { layer: 3, expert: 1 }];
  expect(overrides(chosen, 'force')).toEqual([
    { id: 'route-experts', at: 'blocks.0.mlp.hook_router_logits', positions: 'all', params: { experts: [2], how: 'force' } },
    { id: 'route-experts', at: 'blocks.3.mlp.hook_router_logits', positions: 'all', params: { experts: [1, 7], how: 'force' } },
  ]);
});

it('are compared with others, each once, the same for the same seed', () => {
  const ranked = rankExperts({ layers: 2, experts: 8, values: Array.from({ length: 16 }, (_, i) => 16 - i) }, { layers: 2, experts: 8, values: Array.from({ length: 16 }, () => 0) });
  const random = randomExperts(ranked, 4, 1);
  expect(new Set(random).size).toBe(4);
  expect(random.some((one) => ranked.slice(0, 4).includes(one))).toBe(false);
  expect(randomExperts(ranked, 4, 1)).toEqual(random);
  expect(randomExperts(ranked, 4, 2)).not.toEqual(random);
  expect(randomExperts(ranked, 12, 1)).toHaveLength(4);
});

it('reads prompts, one a line, and answers of the analysis only', () => {
  expect(promptsOf(' a \n\nb c\n')).toEqual(['a', 'b c']);
  expect(mapOf({ activation: namedArray(['layer', 'expert'], [1, 2], Float32Array.of(1, 2)), tokens: 3 })).toMatchObject({ layers: 1, experts: 2 });
  expect(mapOf({ activation: 3 })).toBeNull();
  expect(mapOf(null)).toBeNull();
});
