import type { StoreApi } from 'zustand/vanilla';
import type { DictionaryId } from '../anatomy/dictionary';
import type { RunRequest } from '../anatomy/run';
import { dictionariesOf, gateOf, type Gate } from './dictionary-gate';
import type { WorkbenchState } from './state';

type Naming = Pick<RunRequest, 'interventions' | 'analyses'>;

/** The dictionaries that questions need before they can be asked. */
export interface QuestionDictionaries {
  /** How a question stands with them. */
  gateOf(request: Naming): Gate;
  /** Opens those that questions wait for, and asks once for each that only a person can give. */
  openMissing(requests: readonly Naming[]): void;
  /** Opens those that failed once more. */
  retry(requests: readonly Naming[]): void;
}

export function createQuestionDictionaries(store: StoreApi<WorkbenchState>): QuestionDictionaries {
  /** Those whose files a person was asked for. */
  const asked = new Set<DictionaryId>();
  const gate = (request: Naming) => gateOf(request, store.getState().dictionaries);
  const open = (id: DictionaryId) => void store.getState().actions.openDictionary({ kind: 'id', id });
  return {
    gateOf: gate,
    openMissing(requests) {
      for (const request of requests) {
        const at = gate(request);
        if (at.kind === 'waiting') at.missing.forEach(open);
        if (at.kind !== 'refused' || at.lost === null || asked.has(at.lost)) continue;
        asked.add(at.lost);
        store.getState().actions.notify('warning', at.message);
      }
    },
    retry(requests) {
      const { dictionaries } = store.getState();
      const named = new Set(requests.flatMap(dictionariesOf));
      for (const id of named) if (dictionaries.get(id)?.status === 'failed') open(id);
    },
  };
}
