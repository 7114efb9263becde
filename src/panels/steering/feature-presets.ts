import { catalogueDictionary } from '../../anatomy/dictionary';
import { blockHook } from '../../anatomy/hook-names';
import { BUILT_IN_MODEL, type InterventionGroup } from '../../store/document';
import { featureGroup, type FeatureOp } from '../../store/feature-group';

/** A ready-made slider of a feature of the built-in model. */
export interface FeaturePreset {
  readonly id: string;
  readonly label: string;
  /** What was seen when it was tried. */
  readonly note: string;
  readonly layer: number;
  readonly index: number;
  readonly op: FeatureOp;
  readonly coefficient: number;
}

/**
 * Features whose decoder rows speak for plain words, at a strength where a greedy story visibly follows and doesn't break yet. Named after
 * those words, not after what the model may mean by them.
 */
export const featurePresets: readonly FeaturePreset[] = [
  { id: 'feature-wet', label: 'feature 2189: water', note: 'her toy car gets very wet; about half of its highest activation', layer: 6, index: 2189, op: 'clamp', coefficient: 15.97 },
  { id: 'feature-food', label: 'feature 788: food', note: 'fruits, vegetables and potatoes in place of toys; at its highest activation', layer: 6, index: 788, op: 'clamp', coefficient: 23.99 },
];

/** The slider of a preset. */
export function presetGroup({ layer, index, op, coefficient, label }: FeaturePreset): Omit<InterventionGroup, 'uid'> {
  const at = blockHook(layer, 'hook_resid_post');
  return featureGroup({ dictionary: catalogueDictionary(BUILT_IN_MODEL, at), index, op, coefficient, keepError: true, skipBos: true }, at, label);
}
