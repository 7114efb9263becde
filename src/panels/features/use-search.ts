import { useEffect, useMemo, useRef, useState } from 'react';
import type { DictionaryId } from '../../anatomy/dictionary';
import { messageOf } from '../../lib/errors';
import type { OwnLabel, SearchAnswer, SearchIn, ServiceProgress } from '../../dictionaries/records';
import { createNewest, type Newest } from './newest';
import { useLibrary, useLibraryState } from './port';
import type { OwnLabels } from './rows';

export interface Asked {
  readonly text: string;
  readonly where: readonly SearchIn[];
  readonly dictionary: DictionaryId | null;
  readonly own: OwnLabels;
}

export type SearchState =
  | { readonly status: 'idle' }
  | { readonly status: 'preparing'; readonly progress: ServiceProgress | null }
  | { readonly status: 'ready'; readonly answer: SearchAnswer; /** What was asked. */ readonly text: string; /** From asking to having the answer. */ readonly milliseconds: number }
  | { readonly status: 'failed'; readonly message: string };

/** More rows than anybody reads. */
const LIMIT = 1000;
const IDLE: SearchState = { status: 'idle' };

/** What the newest question found. The first one makes the records ready for search, which is told as it goes. */
export function useSearch({ text, where, dictionary, own }: Asked): SearchState {
  const library = useLibrary();
  const columns = useLibraryState((state) => state.columns);
  const [state, setState] = useState<SearchState>(IDLE);
  const newest = useRef<Newest<Asked>>(undefined);
  const isReady = useRef(false);
  const isEmpty = text.trim() === '';

  useEffect(() => {
    isReady.current = false;
    const asking = createNewest<Asked, { readonly answer: SearchAnswer; readonly milliseconds: number }>(
      async (asked) => {
        if (!isReady.current) {
          setState({ status: 'preparing', progress: null });
          await library.prepare((progress) => setState({ status: 'preparing', progress }));
          isReady.current = true;
        }
        const began = performance.now();
        const answer = await library.search({ ...asked, own: ownList(asked.own), limit: LIMIT });
        return { answer, milliseconds: performance.now() - began };
      },
      {
        onAnswer: (answered, asked) => setState({ status: 'ready', text: asked.text, ...answered }),
        onError: (error) => setState({ status: 'failed', message: messageOf(error) }),
      },
    );
    newest.current = asking;
    return () => asking.stop();
    // Other records, such as imported ones, are searched anew.
  }, [library, columns]);

  const asked = useMemo(() => ({ text, where, dictionary, own }), [text, where, dictionary, own]);
  useEffect(() => {
    if (!isEmpty) newest.current?.ask(asked);
  }, [asked, isEmpty, columns]);
  return isEmpty ? IDLE : state;
}

function ownList(own: OwnLabels): OwnLabel[] {
  return Object.entries(own).flatMap(([dictionary, labels]) => Object.entries(labels).map(([index, text]) => ({ dictionary, index: Number(index), text })));
}
