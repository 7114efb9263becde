import type { DirectionSpec } from '../../anatomy/run';
import { l2Norm } from '../../lib/vectors';
import type { InterventionGroup } from '../../store/document';

const DIGITS = 6;

/**
 * A random direction at the same place that moves the activation as far as the change of a feature does on average over the text:
 * ‖W_dec[i]‖ · mean |f′ − f|. For "add" that is what it does at every token; the other changes differ from token to token, so the
 * control matches their mean.
 *
 * @param given `norm`: the decoder row; `change`: mean |f′ − f| over the base text.
 */
export function featureControl(
  group: Pick<InterventionGroup, 'label' | 'members'>,
  given: { readonly norm: Float32Array; readonly change: number; readonly seed: number },
): Omit<InterventionGroup, 'uid'> | null {
  const coefficient = Number((l2Norm(given.norm) * given.change).toPrecision(DIGITS));
  const direction: DirectionSpec = { id: 'random', params: { seed: given.seed } };
  const members = group.members.map(({ at, positions, params }) => ({ id: 'add', at, positions, params: { coefficient, skipBos: params['skipBos'] !== false }, direction }));
  return members.length === 0 ? null : { label: `random ${given.seed} (control of ${group.label})`, enabled: true, members };
}
