import type { FeatureRef } from '../anatomy/dictionary';
import type { HookName } from '../anatomy/hook-names';
import type { InterventionSpec } from '../anatomy/run';
import type { InterventionGroup } from './document';

/** The ways of changing a feature's activation f: f + c, c, c·f, 0, max(f, c). As `edit-features` names them. */
export const FEATURE_OPS = ['add', 'clamp', 'scale', 'ablate', 'min-clamp'] as const;
export type FeatureOp = (typeof FEATURE_OPS)[number];

/** One change of one feature. */
export interface FeatureEdit extends FeatureRef {
  readonly op: FeatureOp;
  readonly coefficient: number;
  /** Whether what the dictionary can't explain is put back. */
  readonly keepError: boolean;
  readonly skipBos: boolean;
}

const EDIT = 'edit-features';

/** A slider of one feature, for `addGroup`. `at` is where the dictionary's reconstruction belongs (`spec.hookNameOut`). */
export function featureGroup(edit: FeatureEdit, at: HookName, label: string): Omit<InterventionGroup, 'uid'> {
  const { dictionary, index, op, coefficient, keepError, skipBos } = edit;
  const member: InterventionSpec = { id: EDIT, at, positions: 'all', params: { dictionary, feature: index, op, coefficient, keepError, skipBos } };
  return { label, enabled: true, members: [member] };
}

/** The change that a slider stands for; null for any other kind of slider. */
export function featureEditOf(group: Pick<InterventionGroup, 'members'>): FeatureEdit | null {
  const [member, ...more] = group.members;
  if (member === undefined || member.id !== EDIT || more.length > 0) return null;
  const { dictionary, feature, op, coefficient, keepError, skipBos } = member.params;
  if (typeof dictionary !== 'string' || typeof feature !== 'number' || !isOp(op)) return null;
  return {
    dictionary,
    index: feature,
    op,
    coefficient: typeof coefficient === 'number' ? coefficient : 0,
    keepError: keepError !== false,
    skipBos: skipBos !== false,
  };
}

/** The same slider with some of its settings changed, for `updateGroup`. */
export function withFeatureEdit(group: InterventionGroup, change: Partial<Pick<FeatureEdit, 'op' | 'coefficient' | 'keepError' | 'skipBos'>>): Pick<InterventionGroup, 'members'> {
  return { members: group.members.map((member) => ({ ...member, params: { ...member.params, ...change } })) };
}

function isOp(value: unknown): value is FeatureOp {
  return (FEATURE_OPS as readonly unknown[]).includes(value);
}
