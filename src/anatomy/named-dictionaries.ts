import type { AnyParamValues, Params, ParamValues } from '../lib/params';
import type { DictionaryId } from './dictionary';
import type { RunRequest } from './run';

/** What of a method says which dictionaries it needs. */
export interface NamingDoor {
  readonly params: Params;
  dictionaries?(params: ParamValues<Params>): readonly DictionaryId[];
}

/** Finds methods by their ids; null for one that isn't known. */
export interface NamingDoors {
  readonly intervention: (id: string) => NamingDoor | null;
  readonly direction: (id: string) => NamingDoor | null;
  readonly analysis: (id: string) => NamingDoor | null;
}

/**
 * The dictionaries that a request names, each once: in its interventions, their directions, and its analyses.
 *
 * @param read completes the settings that were given, or gives null where they are wrong: nothing is then named.
 */
export function namedDictionaries(
  { interventions, analyses }: Pick<RunRequest, 'interventions' | 'analyses'>,
  doors: NamingDoors,
  read: (params: Params, given: AnyParamValues) => ParamValues<Params> | null,
): readonly DictionaryId[] {
  const named = (door: NamingDoor | null, given: AnyParamValues): readonly DictionaryId[] => {
    const values = door?.dictionaries === undefined ? null : read(door.params, given);
    return values === null ? [] : (door?.dictionaries?.(values) ?? []);
  };
  return [
    ...new Set([
      ...interventions.flatMap(({ id, params, direction }) => [
        ...named(doors.intervention(id), params),
        ...(direction === undefined ? [] : named(doors.direction(direction.id), direction.params)),
      ]),
      ...analyses.flatMap(({ id, params }) => named(doors.analysis(id), params)),
    ]),
  ];
}
