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
 * Features whose proposed label holds (an AUC of at least 0.7), at a strength where a greedy story visibly follows and doesn't break yet. Named
 * after the words that come, not after what the model may mean by them. The first two have these words in their label, too; that of the third
 * is about “of”, its decoder row speaks for food.
 */
export const featurePresets: readonly FeaturePreset[] = [
  { id: 'feature-he', label: 'feature 881: he', note: 'the girl becomes a he, with his toys; at 0.7 of its highest activation', layer: 6, index: 881, op: 'clamp', coefficient: 18.68 },
  { id: 'feature-they', label: 'feature 167: they', note: 'one girl becomes several: they go to the park with their toys; at 0.7 of its highest activation', layer: 6, index: 167, op: 'clamp', coefficient: 18.25 },
  { id: 'feature-food', label: 'feature 788: food', note: 'fruits, vegetables and sweet potatoes in place of toys; at its highest activation', layer: 6, index: 788, op: 'clamp', coefficient: 24.2 },
];

/** The slider of a preset. */
export function presetGroup({ layer, index, op, coefficient, label }: FeaturePreset): Omit<InterventionGroup, 'uid'> {
  const at = blockHook(layer, 'hook_resid_post');
  return featureGroup({ dictionary: catalogueDictionary(BUILT_IN_MODEL, at), index, op, coefficient, keepError: true, skipBos: true }, at, label);
}
