/** Runs a question again and again as its subject changes: one at a time, and of those that wait only the newest. */
export interface NewestWins<T> {
  ask(subject: T): void;
  /** Forgets what waits, cancels what runs. */
  stop(): void;
}

/**
 * @param work a question; what it throws is dropped, as the next subject asks again.
 * @param onAnswer told of every answer that wasn't stopped.
 */
export function createNewestWins<T, R>(work: (subject: T, signal: AbortSignal) => Promise<R>, onAnswer: (answer: R, subject: T) => void): NewestWins<T> {
  let waiting: { readonly subject: T } | null = null;
  let running: AbortController | null = null;

  async function go(subject: T): Promise<void> {
    const mine = new AbortController();
    running = mine;
    try {
      const answer = await work(subject, mine.signal);
      if (!mine.signal.aborted) onAnswer(answer, subject);
    } catch {
      // A subject that changes with every token is asked about again.
    }
    if (running !== mine) return;
    running = null;
    const next = waiting;
    waiting = null;
    if (next !== null) void go(next.subject);
  }

  return {
    ask(subject) {
      if (running === null) void go(subject);
      else waiting = { subject };
    },
    stop() {
      waiting = null;
      running?.abort();
      running = null;
    },
  };
}
