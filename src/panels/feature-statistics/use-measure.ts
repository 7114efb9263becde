import { useCallback, useEffect, useRef, useState } from 'react';
import type { ModelInfo } from '../../anatomy/model-info';
import type { AnalysisResult, AnalysisSpec } from '../../anatomy/run';
import { isAbort, messageOf } from '../../lib/errors';
import { useActions } from '../../store/react';

export type Measured =
  | { readonly status: 'idle' }
  | { readonly status: 'running' }
  | { readonly status: 'done'; readonly result: AnalysisResult; readonly spec: AnalysisSpec }
  | { readonly status: 'failed'; readonly message: string };

/** Asks for an analysis when told to. The newest question wins; `cancel`, another model or a panel that goes ends it. @param ids of the text that it is about. */
export function useMeasure(info: ModelInfo) {
  const { ask } = useActions();
  const [state, setState] = useState<Measured>({ status: 'idle' });
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), [info]);
  const measure = useCallback(
    async (spec: AnalysisSpec, ids: readonly number[]) => {
      running.current?.abort();
      const mine = new AbortController();
      running.current = mine;
      setState({ status: 'running' });
      try {
        const request = { model: info.hash, ids, promptLength: ids.length, interventions: [], capture: [], logits: false, analyses: [spec], generate: null };
        const [result] = (await ask(request, mine.signal)).analyses;
        if (running.current === mine && result !== undefined) setState({ status: 'done', result, spec });
      } catch (error) {
        if (running.current === mine) setState(isAbort(error) ? { status: 'idle' } : { status: 'failed', message: messageOf(error) });
      }
    },
    [ask, info],
  );
  const cancel = useCallback(() => running.current?.abort(), []);
  return { state, measure, cancel };
}
