import type * as Comlink from 'comlink';
import { UserError } from '../lib/errors';

/**
 * Tells when a worker could not be started, or ended by itself: it says so by this event only, and without it every call would wait
 * for ever. Gives what ends the listening.
 *
 * @param part what the worker does, for the message.
 */
export function onBroken(port: Pick<Comlink.Endpoint, 'addEventListener' | 'removeEventListener'>, part: string, tell: (error: UserError) => void): () => void {
  const listener = (event: Event) => {
    const why = 'message' in event && typeof event.message === 'string' && event.message !== '' ? ` (${event.message})` : '';
    tell(new UserError('worker-failed', `the part of the app that ${part} could not be started${why}. Reload the page.`));
  };
  port.addEventListener('error', listener);
  return () => port.removeEventListener('error', listener);
}

/** The same as a promise, to be raced with an answer. It is never unhandled. */
export function brokenOf(port: Pick<Comlink.Endpoint, 'addEventListener' | 'removeEventListener'>, part: string): Promise<never> {
  const broken = new Promise<never>((_, reject) => void onBroken(port, part, reject));
  broken.catch(() => undefined);
  return broken;
}
