import { useCallback, useEffect, useRef, useState } from 'react';
import { isAbort, messageOf } from '../../lib/errors';

/** How something stands that is measured only when a person asks for it. */
export type OnDemand<T> =
  | { readonly status: 'none' }
  | { readonly status: 'running'; readonly done: number }
  | { readonly status: 'ready'; readonly value: T }
  | { readonly status: 'failed'; readonly message: string };

const NONE = { status: 'none' } as const;

/**
 * Measures when asked to. Another subject takes the figures away and ends what runs.
 *
 * @param work the same function as long as its subject is the same; tells how many of its steps are done.
 */
export function useOnDemand<T>(work: (signal: AbortSignal, onDone: (steps: number) => void) => Promise<T>) {
  const [held, setHeld] = useState<{ readonly of: unknown; readonly state: OnDemand<T> } | null>(null);
  const controller = useRef<AbortController | null>(null);
  useEffect(() => () => controller.current?.abort(), [work]);

  const start = useCallback(async () => {
    controller.current?.abort();
    const mine = new AbortController();
    controller.current = mine;
    const show = (state: OnDemand<T>) => {
      if (!mine.signal.aborted) setHeld({ of: work, state });
    };
    show({ status: 'running', done: 0 });
    try {
      show({ status: 'ready', value: await work(mine.signal, (done) => show({ status: 'running', done })) });
    } catch (error) {
      if (!isAbort(error)) show({ status: 'failed', message: messageOf(error) });
    }
  }, [work]);

  const cancel = useCallback(() => {
    controller.current?.abort();
    setHeld(null);
  }, []);
  const state: OnDemand<T> = held !== null && held.of === work ? held.state : NONE;
  return { state, start, cancel };
}
