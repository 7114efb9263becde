/** One question in flight and the newest one waiting; those between are never asked. */
export interface Newest<Q> {
  ask(question: Q): void;
  /** Nothing that is under way is told any more. */
  stop(): void;
}

/**
 * @param answer computes; an older answer that comes while a newer question waits is told too, so that something is seen while typing.
 */
export function createNewest<Q, A>(answer: (question: Q) => Promise<A>, told: { onAnswer: (answer: A, question: Q) => void; onError: (error: unknown, question: Q) => void }): Newest<Q> {
  let waiting: { readonly question: Q } | null = null;
  let isBusy = false;
  let era = 0;

  async function work(): Promise<void> {
    isBusy = true;
    const mine = era;
    while (waiting !== null && mine === era) {
      const { question }: { readonly question: Q } = waiting;
      waiting = null;
      try {
        const found = await answer(question);
        if (mine === era) told.onAnswer(found, question);
      } catch (error) {
        if (mine === era) told.onError(error, question);
      }
    }
    if (mine === era) isBusy = false;
  }
  return {
    ask(question) {
      waiting = { question };
      if (!isBusy) void work();
    },
    stop() {
      era += 1;
      waiting = null;
      isBusy = false;
    },
  };
}
