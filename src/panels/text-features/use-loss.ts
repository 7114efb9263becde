import { useCallback, useEffect, useRef, useState } from 'react';
import type { DictionaryId } from '../../anatomy/dictionary';
import type { AnalysisResult, InterventionSpec } from '../../anatomy/run';
import { isAbort, messageOf } from '../../lib/errors';
import { useActions } from '../../store/react';
import type { Sequence } from '../../store/state';

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

export type LossState =
  | { readonly status: 'none' }
  | { readonly status: 'running'; readonly done: number }
  | { readonly status: 'ready'; readonly loss: Loss }
  | { readonly status: 'failed'; readonly message: string };

/** The loss recovered on this text, when it is asked for. Another text, dictionary or run takes the figures away. */
export function useLoss(subject: { model: string; dictionary: DictionaryId; sequence: Sequence | null; nPos: number; interventions: readonly InterventionSpec[] }) {
  const { model, dictionary, sequence, nPos, interventions } = subject;
  const { ask } = useActions();
  const [held, setHeld] = useState<{ readonly of: Sequence; readonly state: LossState } | null>(null);
  const controller = useRef<AbortController | null>(null);
  useEffect(() => () => controller.current?.abort(), [model, dictionary, sequence, interventions]);

  const measure = useCallback(async () => {
    if (sequence === null) return;
    controller.current?.abort();
    const mine = new AbortController();
    controller.current = mine;
    const show = (state: LossState) => {
      if (!mine.signal.aborted) setHeld({ of: sequence, state });
    };
    try {
      const results: AnalysisResult[] = [];
      for (const baseline of BASELINES) {
        show({ status: 'running', done: results.length });
        const analyses = [{ id: 'reconstruction-loss', params: { dictionary, baseline } }];
        const request = { model, ids: sequence.ids.slice(0, nPos), promptLength: sequence.promptLength, interventions, capture: [], logits: false, analyses, generate: null };
        const [result] = (await ask(request, mine.signal)).analyses;
        if (result !== undefined) results.push(result);
      }
      show({ status: 'ready', loss: lossOf(results) });
    } catch (error) {
      if (!isAbort(error)) show({ status: 'failed', message: messageOf(error) });
    }
  }, [ask, model, dictionary, sequence, nPos, interventions]);

  const cancel = useCallback(() => {
    controller.current?.abort();
    setHeld(null);
  }, []);
  const state: LossState = held !== null && held.of === sequence ? held.state : { status: 'none' };
  return { state, measure, cancel };
}
