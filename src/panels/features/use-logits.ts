import { useEffect, useState } from 'react';
import type { FeatureRef } from '../../anatomy/dictionary';
import type { AnalysisResult, RunRequest } from '../../anatomy/run';
import { isAbort, messageOf } from '../../lib/errors';
import type { FeatureRecord, Histogram, TokenValue } from '../../dictionaries/records';
import { useActions, useWorkbench } from '../../store/react';
import { selectModelInfo } from '../../store/selectors';
import { numbersOf } from './activations';
import { featureKey } from './library';

/** What a feature's decoder row speaks for, computed from its weights. */
export type Logits = Pick<FeatureRecord, 'topLogits' | 'bottomLogits'> & { readonly logitHistogram: Histogram };

const TOP = 10;

/** The product of the decoder row with W_U, once the dictionary's weights are open. */
export function useLogits(feature: FeatureRef, isOpen: boolean): { readonly logits: Logits | null; readonly problem: string | null } {
  const actions = useActions();
  const info = useWorkbench(selectModelInfo);
  const [model, start] = [info?.hash ?? '', info?.config.bosId ?? 0];
  const key = `${model} ${featureKey(feature)}`;
  const { dictionary, index } = feature;
  const [held, setHeld] = useState<{ readonly key: string; readonly logits: Logits | null; readonly problem: string | null } | null>(null);
  useEffect(() => {
    if (!isOpen) return undefined;
    const mine = new AbortController();
    const request: RunRequest = {
      model,
      ids: [start],
      promptLength: 1,
      interventions: [],
      capture: [],
      logits: false,
      analyses: [{ id: 'decoder-logits', params: { dictionary, feature: index, top: TOP } }],
      generate: null,
    };
    const read = async () => {
      const { analyses } = await actions.ask(request, mine.signal);
      return logitsOf(analyses[0] ?? {}, actions.pieces);
    };
    read().then(
      (logits) => !mine.signal.aborted && setHeld({ key, logits, problem: null }),
      (error: unknown) => !mine.signal.aborted && !isAbort(error) && setHeld({ key, logits: null, problem: messageOf(error) }),
    );
    return () => mine.abort();
  }, [actions, isOpen, key, model, start, dictionary, index]);
  return held?.key === key ? held : { logits: null, problem: null };
}

async function logitsOf(result: AnalysisResult, pieces: (ids: readonly number[]) => Promise<readonly string[]>): Promise<Logits> {
  const side = async (name: 'top' | 'bottom'): Promise<readonly TokenValue[]> => {
    const values = numbersOf(result[`${name}Values`]);
    const tokens = await pieces(numbersOf(result[`${name}Ids`]));
    return tokens.map((token, at) => ({ token, value: values[at] ?? null }));
  };
  const [topLogits, bottomLogits] = await Promise.all([side('top'), side('bottom')]);
  return { topLogits, bottomLogits, logitHistogram: { values: numbersOf(result['binValues']), heights: numbersOf(result['binHeights']) } };
}
