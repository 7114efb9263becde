import { useCallback } from 'react';
import type { AnalysisResult } from '../../anatomy/run';
import { useActions } from '../../store/react';
import type { Subject } from './use-loss';
import { useOnDemand } from './use-on-demand';

/** One way to read a dictionary, and how it fares on the text. */
export interface Reading {
  readonly label: string;
  /** What its name has to say, such as `#bdec=yes`; '' as it is read now, null where nothing that can be said would bring it about. */
  readonly overrides: string | null;
  /** Share of the variance that is left unexplained. */
  readonly fvu: number;
  readonly l0: number;
}

/** Reads a result of `dictionary-readings`. */
export function readingsOf(result: AnalysisResult | undefined): readonly Reading[] {
  const found = result?.readings;
  return Array.isArray(found) ? found.filter(isReading) : [];
}

const isReading = (value: unknown): value is Reading =>
  typeof value === 'object' && value !== null && 'label' in value && typeof value.label === 'string' && 'fvu' in value && typeof value.fvu === 'number' && 'l0' in value && typeof value.l0 === 'number' &&
  'overrides' in value && (value.overrides === null || typeof value.overrides === 'string');

/** Other ways to read the dictionary, tried on this text when it is asked for. */
export function useReadings({ model, dictionary, sequence, nPos, interventions }: Subject) {
  const { ask } = useActions();
  const work = useCallback(
    async (signal: AbortSignal) => {
      const analyses = [{ id: 'dictionary-readings', params: { dictionary } }];
      const request = { model, ids: sequence.ids.slice(0, nPos), promptLength: sequence.promptLength, interventions, capture: [], logits: false, analyses, generate: null };
      return readingsOf((await ask(request, signal)).analyses[0]);
    },
    [ask, model, dictionary, sequence, nPos, interventions],
  );
  return useOnDemand(work);
}
