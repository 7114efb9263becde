import { useCallback, useEffect, useRef, useState } from 'react';
import type { ModelInfo } from '../../anatomy/model-info';
import { isAbort, messageOf, UserError } from '../../lib/errors';
import { useActions } from '../../store/react';
import { maxima } from './detect';
import { fitConcepts, parseExamples, type Fitted } from './fit';
import { rowsOf } from './rows';
import { activationsSpec, MOST_FEATURES } from './settings';

export type FitState =
  | { readonly status: 'idle' }
  | { readonly status: 'running'; readonly done: number; readonly total: number }
  | { readonly status: 'done'; readonly fitted: readonly Fitted[] }
  | { readonly status: 'failed'; readonly message: string };

/** Runs the examples and finds features and thresholds. Ends with `cancel` and when the panel goes. @param onDone is given what was found. */
export function useFit(info: ModelInfo, dictionary: string, onDone: (fitted: readonly Fitted[]) => void) {
  const { ask, encode } = useActions();
  const [state, setState] = useState<FitState>({ status: 'idle' });
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), [info, dictionary]);
  const fit = useCallback(
    async (text: string) => {
      running.current?.abort();
      const mine = new AbortController();
      running.current = mine;
      const show = (next: FitState) => {
        if (running.current === mine) setState(next);
      };
      try {
        const examples = parseExamples(text);
        const found: ReadonlyMap<number, number>[] = [];
        for (const { prompt } of examples) {
          show({ status: 'running', done: found.length, total: examples.length });
          const { bosId, nCtx } = info.config;
          const ids = [...(bosId === null ? [] : [bosId]), ...(await encode(prompt))].slice(0, nCtx);
          mine.signal.throwIfAborted();
          const analyses = [activationsSpec(dictionary)];
          const result = await ask({ model: info.hash, ids, promptLength: ids.length, interventions: [], capture: [], logits: false, analyses, generate: null }, mine.signal);
          const rows = rowsOf(result.analyses[0]);
          if (rows === null) throw new UserError('no-features', 'the model gave no features for an example.');
          found.push(maxima(rows));
        }
        const fitted = fitConcepts(examples, found, MOST_FEATURES);
        mine.signal.throwIfAborted();
        show({ status: 'done', fitted });
        onDone(fitted);
      } catch (error) {
        show(isAbort(error) ? { status: 'idle' } : { status: 'failed', message: messageOf(error) });
      }
    },
    [ask, encode, info, dictionary, onDone],
  );
  const cancel = useCallback(() => running.current?.abort(), []);
  return { state, fit, cancel };
}
