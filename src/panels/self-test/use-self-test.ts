import { useCallback, useEffect, useRef, useState } from 'react';
import { isAbort, messageOf } from '../../lib/errors';
import { useActions } from '../../store/react';
import type { ModelShape } from './asker';
import type { PublishedRuns } from './expected';
import type { Figure } from './figures';
import { runSelfTest } from './runs';

export type SelfTestState =
  | { readonly status: 'idle' }
  | { readonly status: 'running'; readonly done: number; readonly figures: readonly Figure[] }
  /** `cancelled` and `failed` keep the figures that came. */
  | { readonly status: 'done' | 'cancelled'; readonly figures: readonly Figure[] }
  | { readonly status: 'failed'; readonly message: string; readonly figures: readonly Figure[] };

/** Runs the published runs on the model with this hash. Ends when the panel goes, or the model does. */
export function useSelfTest(published: PublishedRuns, model: string, shape: ModelShape): { state: SelfTestState; start: () => void; cancel: () => void } {
  const actions = useActions();
  const { dModel, nHeads } = shape;
  const [held, setHeld] = useState<{ model: string; state: SelfTestState }>({ model, state: { status: 'idle' } });
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), [model]);

  const start = useCallback(() => {
    running.current?.abort();
    const mine = new AbortController();
    running.current = mine;
    let figures: readonly Figure[] = [];
    let done = 0;
    const show = (state: SelfTestState) => {
      if (running.current === mine) setHeld({ model, state });
    };
    const showRunning = () => show({ status: 'running', done, figures });
    showRunning();
    runSelfTest(published, actions, {
      model,
      shape: { dModel, nHeads },
      signal: mine.signal,
      onProgress: (share) => {
        done = share;
        showRunning();
      },
      onFigures: (more) => {
        figures = [...figures, ...more];
        showRunning();
      },
    }).then(
      () => show({ status: 'done', figures }),
      (error: unknown) => show(isAbort(error) ? { status: 'cancelled', figures } : { status: 'failed', message: messageOf(error), figures }),
    );
  }, [actions, model, published, dModel, nHeads]);
  const cancel = useCallback(() => running.current?.abort(), []);
  return { state: held.model === model ? held.state : { status: 'idle' }, start, cancel };
}
