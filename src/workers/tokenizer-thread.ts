import * as Comlink from 'comlink';
import { UserError } from '../lib/errors';
import type { OpenTokenizer } from '../models';
import { brokenOf } from './broken';
import { createExclusive } from './exclusive';
import { unwrap, type Outcome } from './protocol';
import type { TokenizerApi } from './tokenizer-api';

/** A thread that serves a `TokenizerApi`: a Worker, or what stands for one outside browsers. */
export interface Thread extends Comlink.Endpoint {
  terminate(): unknown;
}

/** Milliseconds for a text of no length. A real tokenizer splits a hundred thousand characters in that time, even on a slow device. */
const PATIENCE = 1400;
/** Characters, ids or bytes of a file that may take a millisecond more: what a machine with twenty other things to do was seen to need, and as much again. */
const PER_MS = { text: 20, ids: 20, file: 1_000 } as const;
/** An answer may be waiting behind the clock when this thread was busy itself. */
const GRACE = 100;

/**
 * Opens each tokenizer in a thread of its own and ends that thread when it doesn't answer in time, as one with a pattern that
 * backtracks without end would not. The next text is given to a fresh thread.
 *
 * @param start starts a thread.
 */
export function threadedTokenizers(start: () => Thread): OpenTokenizer {
  return async (file, configText) => {
    const turn = createExclusive();
    let thread: Thread | null = null;
    let remote: Comlink.Remote<TokenizerApi> | null = null;
    let isClosed = false;
    let close = (): void => undefined;
    /** Fails once this is closed: what is under way then never comes back by itself. */
    const closed = new Promise<never>((_, reject) => (close = () => reject(replaced())));
    closed.catch(() => undefined);
    const end = () => {
      thread?.terminate();
      thread = null;
      remote = null;
    };
    const inTime = async <T>(limit: number, work: Promise<Outcome<T>>): Promise<T> => {
      const clock = lateAfter(PATIENCE + limit);
      try {
        const outcome = await Promise.race([work, clock.late, closed]);
        if (outcome !== null) return unwrap(outcome);
      } finally {
        clock.stop();
      }
      end();
      throw endless();
    };
    const open = async (): Promise<Comlink.Remote<TokenizerApi>> => {
      if (isClosed) throw replaced();
      if (remote !== null) return remote;
      const fresh = start();
      thread = fresh;
      const opened = Comlink.wrap<TokenizerApi>(fresh);
      await Promise.race([opened.ready(), brokenOf(fresh, 'splits texts into tokens'), closed]);
      await inTime(file.size / PER_MS.file, opened.open(file, configText));
      remote = opened;
      return opened;
    };
    const ask = <T>(limit: number, question: (api: Comlink.Remote<TokenizerApi>) => Promise<Outcome<T>>): Promise<T> =>
      turn.run(async () => inTime(limit, question(await open())));
    try {
      await turn.run(open);
    } catch (error) {
      end();
      throw error;
    }
    return {
      encode: (text) => ask(text.length / PER_MS.text, (api) => api.encode(text, true)),
      encodePlain: (text) => ask(text.length / PER_MS.text, (api) => api.encode(text, false)),
      decode: (ids) => ask(ids.length / PER_MS.ids, (api) => api.decode(ids)),
      pieces: (ids) => ask(ids.length / PER_MS.ids, (api) => api.pieces(ids)),
      close() {
        isClosed = true;
        close();
        end();
      },
    };
  };
}

function lateAfter(milliseconds: number): { readonly late: Promise<null>; stop(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => (timer = setTimeout(() => resolve(null), GRACE)), milliseconds);
  });
  return { late, stop: () => clearTimeout(timer) };
}

function replaced(): UserError {
  return new UserError('other-model', 'another model was loaded while this text was being split into tokens. Ask again.');
}

function endless(): UserError {
  return new UserError(
    'endless-tokenizer',
    'the tokenizer of this model goes on without end here, and was stopped: a pattern in its tokenizer.json is at fault. Get the file from another source, or load the model without it and give token ids.',
  );
}
