import type { DictionaryId } from '../../anatomy/dictionary';
import type { HookName } from '../../anatomy/hook-names';
import type { InterventionGroup } from '../../store/document';
import type { Concept } from './concepts';

/** The change that steers toward a concept: its features by rank, a share of the norm, from the last prompt token on. */
export function steeringToward({ name, features }: Concept, dictionary: DictionaryId, at: HookName, alpha: number): Omit<InterventionGroup, 'uid'> {
  const direction = { id: 'weighted-features', params: { dictionary, features } };
  return { label: `toward ${name}`, enabled: true, members: [{ id: 'add-norm', at, positions: 'all', params: { coefficient: alpha, cap: 0, lastOnly: true, skipBos: true }, direction }] };
}
