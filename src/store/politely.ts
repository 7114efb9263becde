import { isAbort } from '../lib/errors';
import type { PageActivity } from './page-activity';

/**
 * Asks the model while the page itself wants nothing; gives way when it does, and asks again afterwards.
 *
 * @param onWait told each time it begins to wait.
 * @throws AbortError
 */
export async function politely<T>(page: PageActivity, signal: AbortSignal, onWait: () => void, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  for (;;) {
    // Idle for a moment only, between two questions, is still busy by the time this goes on.
    while (page.isBusy()) {
      onWait();
      await page.idle(signal);
    }
    signal.throwIfAborted();
    const yielding = new AbortController();
    const unsubscribe = page.onBusy(() => yielding.abort());
    try {
      return await work(AbortSignal.any([signal, yielding.signal]));
    } catch (error) {
      if (signal.aborted || !isAbort(error) || !yielding.signal.aborted) throw error;
    } finally {
      unsubscribe();
    }
  }
}
