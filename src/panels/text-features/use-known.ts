import { useMemo } from 'react';
import type { DictionaryId } from '../../anatomy/dictionary';
import { useWorkbench } from '../../store/react';
import { UNKNOWN, type KnownOf } from './list';

/** What is known of the features of a dictionary: a person's own labels first, then what its records say. */
export function useKnown(dictionary: DictionaryId): { knownOf: KnownOf; hasRecords: boolean } {
  const own = useWorkbench((state) => state.document.featureLabels[dictionary]);
  return useMemo(() => {
    const knownOf: KnownOf = (feature) => {
      const label = own?.[String(feature)];
      return label === undefined ? UNKNOWN : { ...UNKNOWN, label, isOwn: true };
    };
    return { knownOf, hasRecords: false };
  }, [own]);
}
