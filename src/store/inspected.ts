import type { StoreApi } from 'zustand/vanilla';
import type { Slot } from './document';
import type { Whole } from './plan';
import type { TextQuestion } from './questions';
import { selectSlot } from './selectors';
import type { Sequence, WorkbenchState } from './state';
import type { TextBoard } from './text-board';

/** What panels look at: the shown run's text when it was last whole. */
export interface Inspected {
  /** The text of a slot, once it is whole or stopped. `question` is what is wanted there now. */
  wholeText(slot: Slot, question: TextQuestion | undefined): Whole;
  /** Makes the shown run's text what panels look at when it is whole; what they looked at stays until then. */
  follow(whole: Readonly<Record<Slot, Whole>>): void;
  clear(): void;
}

export function createInspected(store: StoreApi<WorkbenchState>, texts: Pick<TextBoard, 'isShown'>): Inspected {
  /** By the ids of the text, so that a sequence keeps its identity. */
  const sequences = new WeakMap<readonly number[], Sequence>();
  const put = (inspected: Sequence | null) => {
    if (inspected !== store.getState().inspected) store.setState({ inspected });
  };
  return {
    wholeText(slot, question) {
      const text = store.getState().texts[slot];
      if (text?.status === 'failed') return 'failed';
      if (text === null || question === undefined || question.strength !== null || !texts.isShown(question)) return 'unwritten';
      const before = sequences.get(text.ids);
      if (before !== undefined) return before;
      const sequence = { ids: text.ids, tokens: text.tokens, promptLength: text.promptLength };
      sequences.set(text.ids, sequence);
      return sequence;
    },
    follow(whole) {
      const shown = whole[selectSlot(store.getState())];
      if (shown !== 'unwritten') put(shown === 'failed' ? null : shown);
    },
    clear: () => put(null),
  };
}
