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

/** Chosen for a label that its evidence bears out and a story that visibly follows. */
export const featurePresets: readonly FeaturePreset[] = [];

/** The slider of a preset. */
export function presetGroup({ layer, index, op, coefficient, label }: FeaturePreset): Omit<InterventionGroup, 'uid'> {
  const at = blockHook(layer, 'hook_resid_post');
  return featureGroup({ dictionary: catalogueDictionary(BUILT_IN_MODEL, at), index, op, coefficient, keepError: true, skipBos: true }, at, label);
}
