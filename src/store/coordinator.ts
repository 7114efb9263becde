import type { StoreApi } from 'zustand/vanilla';
import { isAbort, messageOf } from '../lib/errors';
import { createAnswerBoard } from './answer-board';
import type { Document, Slot } from './document';
import { createInspected } from './inspected';
import { createPieces } from './pieces';
import { activeModel, movingStrength, needsOf, planAnswers, planTexts, SLOTS, type Whole } from './plan';
import type { Ports } from './ports';
import { createPromptReader } from './prompt-reader';
import { createQuestionDictionaries } from './question-dictionaries';
import type { AnswerQuestion, Question, TextQuestion } from './questions';
import { createResults } from './results';
import { interventionsOf, selectModelInfo } from './selectors';
import type { WorkbenchState } from './state';
import { createTextBoard, type TextStage } from './text-board';

/** Room for answers that may be asked for again. */
const MAX_RESULT_BYTES = 256 * 1024 * 1024;

/** What runs the model for the page. */
export interface Coordinator {
  /** Ends the texts that are being written; what there is of them stays. */
  stop(): void;
  /** Asks for both texts again. */
  regenerate(): void;
  /** Forgets every answer: they are computed anew, on another backend for instance. What is on screen stays meanwhile. */
  forget(): void;
  /** The text of each id of the model in use. */
  piecesOf(ids: readonly number[]): Promise<readonly string[]>;
  dispose(): void;
}

interface Flight {
  readonly question: TextQuestion | AnswerQuestion;
  readonly controller: AbortController;
  /** Which dragged text this is, counted up. */
  readonly serial: number;
  partial: readonly number[];
}

/**
 * Asks the model what is wanted. What is wanted follows from the state alone: after every change the list of questions is made
 * anew, and the first without an answer is asked. One question is in flight; when nobody wants it any more it is cancelled,
 * and an answer that comes late all the same is kept under its own key, where it is shown to nobody else. While a slider moves
 * the text in flight may finish: each answer is shown whole, the newest question waits, those between are dropped and counted.
 */
export function createCoordinator(store: StoreApi<WorkbenchState>, ports: Ports): Coordinator {
  const { runner, clock } = ports;
  const results = createResults(MAX_RESULT_BYTES);
  const failures = new Map<string, string>();
  const stopped = new Map<string, readonly number[]>();
  const pieces = createPieces(runner);
  const prompts = createPromptReader(runner, update);
  const texts = createTextBoard(store, { pieces, clock, retry: update });
  const answers = createAnswerBoard(store);
  const inspected = createInspected(store, texts);
  const dictionaries = createQuestionDictionaries(store);
  let flight: Flight | null = null;
  let wantedTexts: TextQuestion[] = [];
  /** The newest dragged text that came. */
  let dragged: { question: TextQuestion; stage: TextStage; serial: number } | null = null;
  let serial = 0;
  let waiting: string | null = null;
  let modelHash: string | null = null;
  /** The next text can't be asked yet, and nothing else may take its turn. */
  let isReading = false;
  let isUpdating = false;
  let isAgain = false;

  /** Brings everything in line with the state. May be called at any time, also from within. */
  function update(): void {
    isAgain = true;
    if (isUpdating) return;
    isUpdating = true;
    try {
      while (isAgain) {
        isAgain = false;
        launch(plan());
      }
    } finally {
      isUpdating = false;
    }
  }

  /** Shows what is known and gives what is wanted, most urgent first. */
  function plan(): (TextQuestion | AnswerQuestion)[] {
    const state = store.getState();
    const model = activeModel(state);
    wantedTexts = [];
    if (model === null) {
      if (!state.backend.switching) empty();
      return [];
    }
    if (model.hash !== modelHash) {
      empty(); // numbers of another model have other shapes: nothing of them may stand beside the new ones
      modelHash = model.hash;
    }
    const prompt = prompts.read(state.document.prompt, model);
    const isDragging = movingStrength(state) !== null;
    if (prompt.status === 'ready') {
      const planned = planTexts(state, model, prompt.ids);
      for (const slot of SLOTS) {
        const question = planned[slot];
        if (question === null) texts.clear(slot);
        else showText(question);
      }
      if (!isDragging) dragged = null;
      wantedTexts = (isDragging ? [planned.steered, planned.base] : [planned.base, planned.steered]).filter((one) => one !== null);
      countDropped(isDragging ? planned.steered : null);
    } else {
      const steering = interventionsOf(state.document);
      if (prompt.status === 'reading') SLOTS.forEach(texts.hold);
      else texts.fail('base', prompt.message, []);
      if (steering.length === 0) texts.clear('steered');
      else if (prompt.status === 'unfit') texts.fail('steered', prompt.message, steering);
      dragged = null;
      countDropped(null);
    }
    const wholeText = (slot: Slot) => inspected.wholeText(slot, wantedTexts.find((one) => one.slot === slot));
    const whole: Record<Slot, Whole> = { base: wholeText('base'), steered: wholeText('steered') };
    inspected.follow(whole);
    const needs = needsOf(store.getState(), model, ports);
    const wanted = planAnswers(store.getState(), model, { needs, texts: whole, prompt, isIndependent: ports.isIndependent });
    answers.show(wanted, (question) => {
      const result = results.get(question.key);
      const message = problemOf(question);
      return result !== null ? { result } : message !== undefined ? { message } : null;
    });
    // While the hand is on a slider only texts are asked: nothing may stand in their way.
    const rest = isDragging ? [] : [...wanted.values()].filter((question) => question !== null);
    isReading = prompt.status === 'reading';
    const all = [...wantedTexts, ...rest];
    dictionaries.openMissing(all.map(({ request }) => request));
    return all;
  }

  function empty(): void {
    SLOTS.forEach(texts.clear);
    answers.clear();
    dragged = null;
    waiting = null;
    inspected.clear();
  }

  function showText(question: TextQuestion): void {
    const { key, strength } = question;
    const result = results.get(key);
    if (strength !== null && result !== null && dragged?.question.key !== key) {
      serial += 1; // an older text that is still in flight must not come after this one
      dragged = { question, serial, stage: { stage: 'done', result, arrivedAt: clock.now() } };
    }
    const message = problemOf(question);
    const ids = stopped.get(key);
    if (message !== undefined) texts.show(question, { stage: 'failed', message });
    else if (strength !== null && dragged !== null) texts.show(dragged.question, dragged.stage);
    else if (ids !== undefined) texts.show(question, { stage: 'stopped', ids });
    else if (result !== null) texts.show(question, { stage: 'done', result, arrivedAt: clock.now() });
    else if (!texts.isShown(question)) texts.show(question, { stage: 'waiting' });
  }

  /** Counts the dragged text that a newer one replaced before it was asked. */
  function countDropped(next: TextQuestion | null): void {
    const { timing } = store.getState();
    if (waiting !== null && waiting !== next?.key) store.setState({ timing: { ...timing, dropped: timing.dropped + 1 } });
    waiting = next !== null && isOpen(next) && flight?.question.key !== next.key ? next.key : null;
  }

  /** Why there is no answer, or undefined where there is none of the kind: it failed, or its dictionary can't be had. */
  function problemOf({ key, request }: Question): string | undefined {
    const message = failures.get(key);
    if (message !== undefined || results.get(key) !== null) return message;
    const gate = dictionaries.gateOf(request);
    return gate.kind === 'refused' ? gate.message : undefined;
  }

  /** True while nothing is known about the question and it can be asked. */
  function isOpen(question: TextQuestion | AnswerQuestion): boolean {
    const { key } = question;
    if (stopped.has(key) || failures.has(key) || dictionaries.gateOf(question.request).kind !== 'ready') return false;
    const isShown = question.kind === 'text' ? texts.isShown(question) : answers.isShown(question);
    return !isShown && results.get(key) === null;
  }

  /** Cancels what nobody wants and asks the next question when nothing is in flight. */
  function launch(wanted: readonly (TextQuestion | AnswerQuestion)[]): void {
    const next = wanted.find(isOpen);
    if (flight === null) {
      if (next !== undefined && !isReading) void ask(next);
      return;
    }
    const { question, controller } = flight;
    const isWanted = wanted.some((one) => one.key === question.key);
    const mayFinish = question.kind === 'text' && question.strength !== null && movingStrength(store.getState()) !== null;
    const isInTheWay = question.kind === 'answer' && next?.kind === 'text';
    if (isInTheWay || !(isWanted || mayFinish)) controller.abort();
  }

  async function ask(question: TextQuestion | AnswerQuestion): Promise<void> {
    const isDragged = question.kind === 'text' && question.strength !== null;
    if (isDragged) serial += 1;
    const mine: Flight = { question, controller: new AbortController(), serial, partial: [] };
    flight = mine;
    if (waiting === question.key) waiting = null;
    const isStreamed = question.kind === 'text' && !isDragged;
    try {
      const result = await runner.run(question.request, mine.controller.signal, isStreamed ? (partial) => stream(mine, partial.ids) : undefined);
      // With the text of its tokens the answer can be shown at once, and panels are asked before anything less urgent.
      if (result.generated !== null) await pieces.fetch(question.request.model, result.generated.ids);
      results.put(question.key, result);
      if (isDragged && (dragged === null || dragged.serial < mine.serial) && movingStrength(store.getState()) !== null)
        dragged = { question, serial: mine.serial, stage: { stage: 'done', result, arrivedAt: clock.now() } };
    } catch (error) {
      if (!isAbort(error)) failures.set(question.key, messageOf(error));
    }
    flight = null;
    update();
  }

  function stream(mine: Flight, ids: readonly number[]): void {
    mine.partial = ids;
    const { question } = mine;
    if (question.kind !== 'text') return;
    texts.showPartial(question, ids, () => flight === mine && wantedTexts.some((one) => one.key === question.key) && isOpen(question));
  }

  /** The new tokens there are of a text: those that came, or those of the drag that ended at the same coefficients. */
  function soFar(question: TextQuestion): readonly number[] {
    if (flight !== null && flight.question.key === question.key && flight.partial.length > 0) return flight.partial;
    const text = store.getState().texts[question.slot];
    return text !== null && text.dragged !== null && text.interventions === question.request.interventions
      ? text.ids.slice(text.promptLength)
      : [];
  }

  const unsubscribe = store.subscribe((state, before) => {
    if (state.document !== before.document) forgiveFailures(state.document, before.document);
    if (INPUTS.some((name) => state[name] !== before[name])) update();
  });

  /** A question that failed is asked again after the next change that a person would expect to matter. */
  function forgiveFailures(now: Document, before: Document): void {
    const hasChanged = (names: readonly (keyof Document)[]) => names.some((name) => now[name] !== before[name]);
    if (hasChanged(['model', 'prompt', 'sampling', 'interventions', 'analyses', 'panelSettings', 'shown'])) {
      failures.clear();
      prompts.retry();
    }
    if (hasChanged(['prompt', 'sampling'])) stopped.clear();
  }

  function abandon(): void {
    flight?.controller.abort();
    failures.clear();
    stopped.clear();
    prompts.retry();
    texts.forget();
  }

  return {
    stop() {
      for (const question of wantedTexts) {
        if (isOpen(question)) stopped.set(question.key, soFar(question));
      }
      if (flight?.question.kind === 'text') flight.controller.abort();
      update();
    },
    regenerate() {
      const keys = wantedTexts.map(({ key }) => key);
      abandon();
      keys.forEach(results.forget);
      dictionaries.retry(wantedTexts.map(({ request }) => request));
      update();
    },
    forget() {
      abandon();
      results.clear();
      answers.forget();
      update();
    },
    async piecesOf(ids) {
      const model = selectModelInfo(store.getState())?.hash ?? '';
      await pieces.fetch(model, ids);
      return pieces.known(model, ids) ?? ids.map((id) => `[${id}]`);
    },
    dispose() {
      unsubscribe();
      flight?.controller.abort();
    },
  };
}

/** The parts of the state that questions follow from. */
const INPUTS = ['document', 'drag', 'visiblePanels', 'model', 'loaded', 'backend', 'dictionaries'] as const;
