import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSearchIndex, type SearchIn, type SearchSource } from './search-index';

const vocabulary = ['<s>', ' The', ' cat', ' sat', 'ther', ' on', ' mat', '.'];
const text = [1, 2, 3, 7, 5, 6, 2, 7];
const source: SearchSource = {
  rows: 4,
  label: (row) => ['token “ cat”', null, 'after “The”', null][row] ?? null,
  tokens: (row) => [[2], [4, 1], [], [6]][row] ?? [],
  contexts: (row) => [[1], [3], [7], [4]][row] ?? [],
  vocabulary,
  text,
  starts: [0, 4, 8],
};
const index = createSearchIndex(source);
const find = (query: string, ...where: SearchIn[]) => index.find(query, new Set(where), 10);
const rowsOf = (query: string, ...where: SearchIn[]) => find(query, ...where).hits.map(({ row }) => row);

describe('search', () => {
  it('finds labels, whatever the case and the quotes', () => {
    expect(find('THE', 'labels')).toEqual({ hits: [{ row: 2, kind: 'label', score: expect.any(Number), at: 2 }], total: 1 });
    expect(rowsOf('" cat', 'labels')).toEqual([0]);
  });

  it('puts the whole word before its beginning before its inside', () => {
    const words = createSearchIndex({ ...source, rows: 3, tokens: (row) => [[4], [1], [2]][row] ?? [], vocabulary: ['', ' other', ' cat', '', ' the', ''] });
    expect(words.find('the', new Set(['tokens'] as const), 10).hits.map(({ row }) => row)).toEqual([0, 1]);
    expect(rowsOf('the', 'tokens')).toEqual([1]);
  });

  it('finds words across tokens in contexts, the nearest first, and not across excerpts', () => {
    expect(rowsOf('cat sat', 'contexts')).toEqual([0, 1]);
    expect(rowsOf('mat cat', 'contexts')).toEqual([2, 3]);
    expect(rowsOf('. on', 'contexts')).toEqual([]);
  });

  it('puts labels before tokens before contexts, and counts what it does not list', () => {
    const found = find('cat', 'labels', 'tokens', 'contexts');
    expect(found.hits.map(({ row, kind }) => [row, kind])).toEqual([[0, 'label'], [2, 'context'], [1, 'context'], [3, 'context']]);
    expect(index.find('cat', new Set(['labels', 'tokens', 'contexts'] as const), 1)).toMatchObject({ hits: [{ row: 0 }], total: 4 });
    expect(index.find('cat', new Set(['labels', 'contexts'] as const), 9, (row) => row > 1).hits.map(({ row }) => row)).toEqual([2, 3]);
  });

  it('finds in contexts what looking at each excerpt finds', () => {
    const words = [' a', 'b', ' c', 'a b', ''];
    const source = fc.record({ ids: fc.array(fc.nat(words.length - 1), { minLength: 6, maxLength: 24 }), query: fc.stringMatching(/^[abc][abc ]{0,3}$/), places: fc.array(fc.nat(23), { maxLength: 5 }) });
    fc.assert(
      fc.property(source, ({ ids, query, places }) => {
        const starts = [0, ids.length >> 1, ids.length];
        const contexts = places.filter((place) => place < ids.length);
        const made = createSearchIndex({ rows: contexts.length, label: () => null, tokens: () => [], contexts: (row) => [contexts[row] ?? 0], vocabulary: words, text: ids, starts });
        const excerpt = (place: number) => {
          const from = place < (starts[1] ?? 0) ? 0 : 1;
          return ids.slice(starts[from], starts[from + 1]).map((id) => words[id]).join('');
        };
        const expected = [...contexts.keys()].filter((row) => query.trim() !== '' && excerpt(contexts[row] ?? 0).includes(query.trim()));
        expect(made.find(query, new Set(['contexts'] as const), 99).hits.map(({ row }) => row).sort((a, b) => a - b)).toEqual(expected);
      }),
    );
  });
});
