import type { StoreApi } from 'zustand/vanilla';
import type { InterventionSpec, RunResult } from '../anatomy/run';
import type { Slot } from './document';
import type { Pieces } from './pieces';
import type { Clock } from './ports';
import type { TextQuestion } from './questions';
import type { TextRun, WorkbenchState } from './state';

/** How far a text question is. */
export type TextStage =
  | { readonly stage: 'waiting' }
  | { readonly stage: 'done'; readonly result: RunResult; readonly arrivedAt: number }
  | { readonly stage: 'stopped'; readonly ids: readonly number[] }
  | { readonly stage: 'failed'; readonly message: string };

/** What is written into `state.texts`, so that a column never flickers: see each function. */
export interface TextBoard {
  show(question: TextQuestion, stage: TextStage): void;
  /** Tokens that came while it was generated; drawn once per frame, and only while `isCurrent` says so. */
  showPartial(question: TextQuestion, ids: readonly number[], isCurrent: () => boolean): void;
  /** No text can be asked for now: what is there stays, marked as running. */
  hold(slot: Slot): void;
  fail(slot: Slot, message: string, interventions: readonly InterventionSpec[]): void;
  clear(slot: Slot): void;
  /** Whether the answer to this question, whole or stopped, is what stands there. */
  isShown(question: TextQuestion): boolean;
  /** Makes the next `show` write again, also when it is the same question. */
  forget(): void;
}

/**
 * @param retry is called when the text of tokens came that a `show` had to wait for.
 */
export function createTextBoard(store: StoreApi<WorkbenchState>, tools: { pieces: Pieces; clock: Clock; retry: () => void }): TextBoard {
  const { pieces, clock, retry } = tools;
  /** The key of the question whose answer stands in a slot. */
  const answered: Record<Slot, string | null> = { base: null, steered: null };
  const partials = new Map<Slot, () => void>();

  const current = (slot: Slot) => store.getState().texts[slot];
  const put = (slot: Slot, text: TextRun | null) => {
    if (text !== current(slot)) store.setState({ texts: { ...store.getState().texts, [slot]: text } });
  };

  function tokensOf(question: TextQuestion, ids: readonly number[]): readonly string[] | null {
    const { model } = question.request;
    const tokens = pieces.known(model, ids);
    if (tokens === null) void pieces.fetch(model, ids).then(retry, retry);
    return tokens;
  }

  /** A text over the question's prompt, or null while the text of its tokens is on its way. */
  function textOf(question: TextQuestion, newIds: readonly number[], rest: Partial<TextRun>): TextRun | null {
    const { request } = question;
    const ids = [...request.ids, ...newIds];
    const tokens = tokensOf(question, ids);
    if (tokens === null) return null;
    return { ...EMPTY, promptLength: request.ids.length, interventions: request.interventions, ids, tokens, ...rest };
  }

  function drawPartials(): void {
    const draw = [...partials.values()];
    partials.clear();
    for (const one of draw) one();
  }

  const board: TextBoard = {
    show(question, stage) {
      const { slot, key } = question;
      const before = current(slot);
      if (stage.stage === 'waiting') {
        answered[slot] = null;
        // Another prompt: its tokens stand there at once. The same prompt: the old text stays until new tokens come.
        const fits = before !== null && samePrompt(before, question);
        if (fits && before.status !== 'failed') put(slot, before.status === 'running' ? before : { ...before, status: 'running' });
        else {
          const text = textOf(question, [], { status: 'running' });
          if (text !== null) put(slot, text);
        }
        return;
      }
      if (answered[slot] === key && (stage.stage !== 'failed' || before?.message === stage.message)) return;
      if (stage.stage === 'failed') {
        const kept = before !== null && samePrompt(before, question) ? before : { ...EMPTY, promptLength: 0 };
        put(slot, { ...kept, status: 'failed', message: stage.message, dragged: null });
      } else {
        const text = stage.stage === 'stopped' ? textOf(question, stage.ids, { status: 'stopped' }) : whole(question, stage);
        if (text === null) return;
        put(slot, text);
      }
      answered[slot] = key;
      partials.delete(slot);
    },
    showPartial(question, ids, isCurrent) {
      if (partials.size === 0) clock.onFrame(drawPartials);
      partials.set(question.slot, () => {
        if (!isCurrent() || ids.length === 0) return;
        const before = current(question.slot);
        // Behind a drag the short text stays until the long one has caught up with it.
        const isBehind = before !== null && before.dragged !== null && before.ids.length > question.request.ids.length + ids.length;
        if (isBehind) return;
        const text = textOf(question, ids, { status: 'running' });
        if (text !== null) put(question.slot, text);
      });
    },
    hold(slot) {
      const before = current(slot);
      answered[slot] = null;
      if (before !== null && before.status !== 'running') put(slot, { ...before, status: 'running', message: null });
    },
    fail(slot, message, interventions) {
      answered[slot] = null;
      const before = current(slot);
      if (before?.status === 'failed' && before.message === message && before.ids.length === 0) return;
      put(slot, { ...EMPTY, status: 'failed', message, interventions });
    },
    clear(slot) {
      answered[slot] = null;
      put(slot, null);
    },
    isShown: (question) => answered[question.slot] === question.key && current(question.slot)?.status !== 'failed',
    forget() {
      answered.base = null;
      answered.steered = null;
    },
  };

  function whole(question: TextQuestion, { result, arrivedAt }: Extract<TextStage, { stage: 'done' }>): TextRun | null {
    const { generated } = result;
    const { strength } = question;
    return textOf(question, generated?.ids ?? [], {
      status: strength === null ? 'done' : 'running',
      ended: generated?.ended ?? false,
      computedBy: result.computedBy,
      dragged: strength === null ? null : { strength, arrivedAt },
    });
  }
  return board;
}

const EMPTY: TextRun = {
  status: 'running',
  message: null,
  promptLength: 0,
  ids: [],
  tokens: [],
  ended: false,
  interventions: [],
  computedBy: null,
  dragged: null,
};

function samePrompt(text: TextRun, question: TextQuestion): boolean {
  const { ids } = question.request;
  return text.promptLength === ids.length && ids.every((id, index) => text.ids[index] === id);
}
