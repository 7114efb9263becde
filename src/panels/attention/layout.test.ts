import { describe, expect, it } from 'vitest';
import { namedArray } from '../../anatomy/named-array';
import {
  describeCell,
  formatScore,
  headMatrix,
  orderHeads,
  ownMaximum,
  parseHeadId,
  scoresOf,
  summariseHead,
} from './layout';

// Two heads over three tokens, rows sum to 1.
const pattern = namedArray(
  ['head_index', 'query_pos', 'key_pos'],
  [2, 3, 3],
  new Float32Array([1, 0, 0, 0.75, 0.25, 0, 0.5, 0.125, 0.375, 1, 0, 0, 0, 1, 0, 0.25, 0.5, 0.25]),
);
const tokens = ['<s>', 'a', ' b'];
const scores = namedArray(['layer', 'head_index'], [2, 2], new Float32Array([0.1, 0.9, Number.NaN, 0.1]));
const ids = (tiles: readonly { id: string }[]) => tiles.map((tile) => tile.id);

describe('orderHeads', () => {
  it('goes by layer and head without a score', () => {
    const tiles = orderHeads([0, 1], 2, 'layer', scores);
    expect(ids(tiles)).toEqual(['L0H0', 'L0H1', 'L1H0', 'L1H1']);
    expect(tiles.every((tile) => tile.score === null)).toBe(true);
  });

  it('puts the largest first, equal ones in the order of layers, unknown ones last', () => {
    expect(ids(orderHeads([0, 1], 2, 'induction', scores))).toEqual(['L0H1', 'L0H0', 'L1H1', 'L1H0']);
  });

  it('puts the smallest entropy first', () => {
    expect(ids(orderHeads([0, 1], 2, 'entropy', scores))).toEqual(['L0H0', 'L1H1', 'L0H1', 'L1H0']);
  });

  it('stays in the order of layers until scores are there, and shows only the layers it has', () => {
    expect(ids(orderHeads([0, 1], 2, 'induction', null))).toEqual(['L0H0', 'L0H1', 'L1H0', 'L1H1']);
    expect(orderHeads([1], 2, 'induction', scores).map((tile) => [tile.id, tile.score?.toFixed(1)])).toEqual([
      ['L1H1', '0.1'],
      ['L1H0', undefined],
    ]);
  });
});

describe('reading a head', () => {
  const first = headMatrix(pattern, 0);
  const second = headMatrix(pattern, 1);

  it('takes its own rows, without copying', () => {
    expect([...second.values]).toEqual([1, 0, 0, 0, 1, 0, 0.25, 0.5, 0.25]);
    expect(second.values.buffer).toBe(pattern.data.buffer);
  });

  it('leaves the first row and column out of the own maximum', () => {
    expect(ownMaximum(first)).toBe(0.375);
    expect(ownMaximum(second)).toBe(1);
    expect(ownMaximum({ rows: 1, cols: 1, values: new Float32Array([1]), causal: true })).toBe(1);
  });

  it('reads cells as destination, source and number', () => {
    expect(describeCell(first, tokens, 2, 1)).toBe('(2, 1)  Dest: ·b  Src: a  pattern 0.125');
    expect(describeCell(first, tokens, 1, 2)).toBe('(1, 2)  Dest: a  Src: ·b  masked: a later token');
  });

  it('says the map in a sentence', () => {
    // Mean share on the first token: (0.75 + 0.5) / 2 = 0.625.
    expect(summariseHead(first, tokens, 'L0H0')).toBe(
      'Attention of L0H0 over 3 tokens, destinations down, sources across. Mean share on the first token 0.63. Strongest other link: ·b (2) to ·b (2), 0.38.',
    );
    const one = { rows: 1, cols: 1, values: new Float32Array([1]), causal: true };
    expect(summariseHead(one, ['<s>'], 'L0H0')).toBe(
      'Attention of L0H0 over 1 token, destinations down, sources across.',
    );
  });
});

describe('small things', () => {
  it('labels, names and numbers', () => {
    expect(parseHeadId('L11H3')).toEqual({ layer: 11, head: 3 });
    expect([0.934, 1, 0, 2.138].map(formatScore)).toEqual(['.93', '1.00', '.00', '2.14']);
  });

  it('takes scores only in the shape of this model', () => {
    expect(scoresOf({ induction: scores }, 'induction', 2, 2)).toBe(scores);
    expect(scoresOf({ induction: scores }, 'induction', 3, 2)).toBeNull();
    expect(scoresOf({ induction: 3 }, 'induction', 2, 2)).toBeNull();
    expect(scoresOf(null, 'induction', 2, 2)).toBeNull();
  });
});
