import { abortError } from '../lib/errors';

/** Lets one piece of work run at a time, in the order in which it came. */
export interface Exclusive {
  /** A call that was cancelled while it waited is never begun. @throws AbortError */
  run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
  /**
   * The same for work that is soon done: long work that is under way may let it in before its turn.
   *
   * @param work told whether it was let in, so that other work goes on when it is done.
   */
  runBriefly<T>(work: (isLetIn: boolean) => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** Called by long work at a place where it can be interrupted: runs the brief work that waits, and settles when that is done. */
  letIn(): Promise<void>;
}

export function createExclusive(): Exclusive {
  let last: Promise<unknown> = Promise.resolve();
  const brief = new Set<() => Promise<unknown>>();

  function run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const turn = last.then(() => {
      if (signal?.aborted === true) throw abortError();
      return work();
    });
    last = turn.catch(() => undefined);
    return turn;
  }

  return {
    run,
    runBriefly: <T>(work: (isLetIn: boolean) => Promise<T>, signal?: AbortSignal) =>
      new Promise<T>((resolve, reject) => {
        let begun: Promise<void> | null = null;
        const begin = (isLetIn: boolean): Promise<void> => {
          brief.delete(enter);
          begun ??= (signal?.aborted === true ? Promise.reject(abortError()) : work(isLetIn)).then(resolve, reject);
          return begun;
        };
        const enter = () => begin(true);
        brief.add(enter);
        void run(() => begin(false));
      }),
    async letIn() {
      for (const enter of [...brief]) await enter();
    },
  };
}
