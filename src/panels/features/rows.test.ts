import { describe, expect, it } from 'vitest';
import type { FeatureColumns } from '../../dictionaries/records';
import { featureAt, filterRows, joinSections, labelOf, nextSorting, rowOf, sortRows, type Filter } from './rows';

function columns(dictionary: string, layer: number, part: Partial<FeatureColumns>): FeatureColumns {
  const index = part.index ?? Uint32Array.of(0, 1, 2);
  const unknown = () => new Float32Array(index.length).fill(NaN);
  return {
    dictionary, title: dictionary, hook: `blocks.${layer}.hook_resid_post`, layer, origin: 'shipped', index,
    density: unknown(), maxActivation: unknown(), norm: unknown(), auc: unknown(), x: unknown(), y: unknown(), labels: index.length === 3 ? [null, null, null] : [], ...part,
  };
}
const table = joinSections([
  columns('b', 4, { density: Float32Array.of(0.5, 0, 0.25), labels: ['beta', null, 'alpha'] }),
  columns('a', 1, { index: Uint32Array.of(5, 9), density: Float32Array.of(NaN, 0.5), auc: Float32Array.of(0.9, NaN), labels: ['gamma', null] }),
]);
const own = { a: { '9': 'mine' }, b: { '0': 'zeta' } };
const all: Filter = { dictionary: null, activity: 'all', labelled: 'any' };
const rows = (filter: Partial<Filter>) => [...filterRows(table, { ...all, ...filter }, own)];
const sorted = (key: Parameters<typeof nextSorting>[1], isDescending = false) => [...sortRows(table, filterRows(table, all, own), { key, isDescending }, own)];

describe('the table of features', () => {
  it('joins dictionaries, whose rows are found by feature and back', () => {
    expect(table.count).toBe(5);
    for (let row = 0; row < table.count; row += 1) expect(rowOf(table, featureAt(table, row))).toBe(row);
    expect(featureAt(table, 4)).toEqual({ dictionary: 'a', index: 9 });
    expect(rowOf(table, { dictionary: 'a', index: 6 })).toBeNull();
    expect(rowOf(table, { dictionary: 'none', index: 0 })).toBeNull();
    expect(featureAt(table, 5)).toBeNull();
  });

  it('puts a person’s label before the proposed one', () => {
    expect([0, 1, 2, 4].map((row) => labelOf(table, row, own))).toEqual([{ text: 'zeta', isOwn: true }, null, { text: 'alpha', isOwn: false }, { text: 'mine', isOwn: true }]);
  });

  it('filters by dictionary, activity and label; what isn’t known to be dead counts as live', () => {
    expect(rows({ dictionary: 'a' })).toEqual([3, 4]);
    expect(rows({ activity: 'dead' })).toEqual([1]);
    expect(rows({ activity: 'live' })).toEqual([0, 2, 3, 4]);
    expect(rows({ labelled: 'labelled' })).toEqual([0, 2, 3, 4]);
    expect(rows({ labelled: 'unlabelled' })).toEqual([1]);
    expect(rows({ labelled: 'own' })).toEqual([0, 4]);
  });

  it('sorts either way; rows without a figure stay last and ties keep their order', () => {
    expect(sorted('density')).toEqual([1, 2, 0, 4, 3]);
    expect(sorted('density', true)).toEqual([0, 4, 2, 1, 3]);
    expect(sorted('layer')).toEqual([3, 4, 0, 1, 2]);
    expect(sorted('label')).toEqual([2, 3, 4, 0, 1]);
    expect(sorted('label', true)).toEqual([0, 4, 3, 2, 1]);
    expect(sorted('auc', true)).toEqual([3, 0, 1, 2, 4]);
    expect(nextSorting({ key: 'layer', isDescending: false }, 'density')).toEqual({ key: 'density', isDescending: true });
    expect(nextSorting({ key: 'layer', isDescending: false }, 'layer')).toEqual({ key: 'layer', isDescending: true });
  });
});
