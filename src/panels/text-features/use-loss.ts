import { useCallback } from 'react';
import type { DictionaryId } from '../../anatomy/dictionary';
import type { AnalysisResult, InterventionSpec } from '../../anatomy/run';
import { useActions } from '../../store/react';
import type { Sequence } from '../../store/state';
import { useOnDemand } from './use-on-demand';

/** The two things that stand in for "no information at this place": what is left of the loss is measured against each. */
export const BASELINES = ['zero', 'mean'] as const;

/** What the model loses when the reconstruction stands in for the activation, on one text. Nats per token; null where not given. */
export interface Loss {
  readonly clean: number | null;
  readonly sae: number | null;
  readonly zero: number | null;
  readonly mean: number | null;
  readonly delta: number | null;
  readonly recoveredZero: number | null;
  readonly recoveredMean: number | null;
}

/** Reads the results of `reconstruction-loss`, one per baseline. */
export function lossOf(results: readonly AnalysisResult[]): Loss {
  const pick = (name: string) => {
    const found = results.map((result) => result[name]).find((value) => typeof value === 'number' && Number.isFinite(value));
    return typeof found === 'number' ? found : null;
  };
  return {
    clean: pick('lossClean'),
    sae: pick('lossSae'),
    zero: pick('lossZero'),
    mean: pick('lossMean'),
    delta: pick('deltaLoss'),
    recoveredZero: pick('recoveredZero'),
    recoveredMean: pick('recoveredMean'),
  };
}

/** A text that is measured with a dictionary. */
export interface Subject {
  readonly model: string;
  readonly dictionary: DictionaryId;
  readonly sequence: Sequence;
  readonly nPos: number;
  readonly interventions: readonly InterventionSpec[];
}

/** The loss recovered on this text, when it is asked for. */
export function useLoss({ model, dictionary, sequence, nPos, interventions }: Subject) {
  const { ask } = useActions();
  const work = useCallback(
    async (signal: AbortSignal, onDone: (steps: number) => void): Promise<Loss> => {
      const results: AnalysisResult[] = [];
      for (const baseline of BASELINES) {
        onDone(results.length);
        const analyses = [{ id: 'reconstruction-loss', params: { dictionary, baseline } }];
        const request = { model, ids: sequence.ids.slice(0, nPos), promptLength: sequence.promptLength, interventions, capture: [], logits: false, analyses, generate: null };
        const [result] = (await ask(request, signal)).analyses;
        if (result !== undefined) results.push(result);
      }
      return lossOf(results);
    },
    [ask, model, dictionary, sequence, nPos, interventions],
  );
  return useOnDemand(work);
}
