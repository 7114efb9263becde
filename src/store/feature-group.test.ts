import { describe, expect, it } from 'vitest';
import { featureEditOf, featureGroup, withFeatureEdit, type FeatureEdit } from './feature-group';

const edit: FeatureEdit = { dictionary: 'catalogue:m/blocks.1.hook_resid_post', index: 7, op: 'clamp', coefficient: 3, keepError: true, skipBos: true };
const group = { uid: 'g1', ...featureGroup(edit, 'blocks.1.hook_resid_post', 'feature 7') };

describe('a slider of a feature', () => {
  it('is one change that is read back', () => {
    expect(featureEditOf(group)).toEqual(edit);
    expect(group.members[0]).toMatchObject({ id: 'edit-features', at: 'blocks.1.hook_resid_post', positions: 'all' });
  });
  it('is changed in place', () => {
    expect(featureEditOf(withFeatureEdit(group, { op: 'add', keepError: false }))).toEqual({ ...edit, op: 'add', keepError: false });
  });
  it('is not another kind of slider', () => {
    const [member] = group.members;
    expect(featureEditOf({ members: [] })).toBeNull();
    expect(featureEditOf({ members: [member!, member!] })).toBeNull();
    expect(featureEditOf({ members: [{ ...member!, id: 'add' }] })).toBeNull();
    expect(featureEditOf({ members: [{ ...member!, params: { ...member!.params, op: 'explode' } }] })).toBeNull();
  });
});
