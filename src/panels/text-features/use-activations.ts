import { useCallback, useEffect, useMemo, useState } from 'react';
import type { DictionaryId } from '../../anatomy/dictionary';
import type { ModelInfo } from '../../anatomy/model-info';
import type { AnalysisResult } from '../../anatomy/run';
import { useActions, useStoreApi, useWorkbench } from '../../store/react';
import { selectAnalysis, selectSlot, selectText } from '../../store/selectors';
import type { Answer, Sequence, WorkbenchState } from '../../store/state';
import { activationsOf, type Activations } from './activations';
import { createNewestWins } from './newest-wins';
import { activationsSpec } from './settings';

/** Activations with the tokens that they belong to. */
export interface Reading {
  readonly dictionary: DictionaryId;
  readonly sequence: Sequence;
  readonly activations: Activations;
}

export type Phase = 'current' | 'streaming' | 'stale' | 'loading' | 'failed';

const NONE: Answer<AnalysisResult> = { status: 'none' };

/**
 * The features of the shown run: of its whole text when that is there, and meanwhile of what has been written so far. The last
 * reading stays until the next one comes.
 */
export function useActivations(info: ModelInfo, dictionary: DictionaryId): { reading: Reading | null; phase: Phase; message: string | null } {
  const spec = activationsSpec(dictionary);
  const select = useCallback((state: WorkbenchState) => (dictionary === '' ? NONE : selectAnalysis(state, spec)), [spec, dictionary]);
  const answer = useWorkbench(select);
  const whole = useMemo(() => readingOf(answer, dictionary), [answer, dictionary]);
  const live = useStreamed(info, dictionary);
  const [kept, setKept] = useState<Reading | null>(null);
  const isWhole = answer.status === 'ready' && whole !== null;
  const fresh = isWhole ? whole : (live ?? whole);
  // A render with what is kept: React's way to remember from render to render without an effect between.
  if (fresh !== null && fresh !== kept) setKept(fresh);
  const reading = fresh ?? (kept?.dictionary === dictionary ? kept : null);
  if (answer.status === 'failed') return { reading: null, phase: 'failed', message: answer.message };
  const phase = isWhole ? 'current' : live !== null ? 'streaming' : reading !== null ? 'stale' : 'loading';
  return { reading, phase, message: null };
}

function readingOf(answer: Answer<AnalysisResult>, dictionary: DictionaryId): Reading | null {
  if (answer.status === 'none' || answer.sequence === null) return null;
  const activations = activationsOf(answer.status === 'ready' ? answer.value : answer.stale);
  return activations === null ? null : { dictionary, sequence: answer.sequence, activations };
}

/** Reads the text of the shown run while it is written: one question at a time, always about the newest text. Null when none is. */
function useStreamed(info: ModelInfo, dictionary: DictionaryId): Reading | null {
  const store = useStoreApi();
  const { ask } = useActions();
  const [reading, setReading] = useState<Reading | null>(null);
  useEffect(() => {
    if (dictionary === '') return;
    const { nCtx } = info.config;
    const loop = createNewestWins(
      ({ sequence, interventions }: Subject, signal) =>
        ask(
          {
            model: info.hash,
            ids: sequence.ids.slice(0, nCtx),
            promptLength: sequence.promptLength,
            interventions,
            capture: [],
            logits: false,
            analyses: [activationsSpec(dictionary)],
            generate: null,
          },
          signal,
        ),
      (result, { sequence }) => {
        const activations = activationsOf(result.analyses[0]);
        if (activations !== null) setReading({ dictionary, sequence, activations });
      },
    );
    let seen: readonly number[] | null = null;
    const look = (state: WorkbenchState) => {
      const subject = streamed(state);
      if (subject === null) {
        if (seen === null) return;
        seen = null;
        loop.stop();
        setReading(null);
      } else if (subject.sequence.ids !== seen) {
        seen = subject.sequence.ids;
        loop.ask(subject);
      }
    };
    look(store.getState());
    const unsubscribe = store.subscribe(look);
    return () => {
      unsubscribe();
      loop.stop();
      setReading(null);
    };
  }, [store, ask, info, dictionary]);
  return reading;
}

interface Subject {
  readonly sequence: Sequence;
  readonly interventions: WorkbenchState['document']['interventions'][number]['members'];
}

/** The shown run's text while it is being written; not the short ones of a drag, which come and go too fast. */
function streamed(state: WorkbenchState): Subject | null {
  const text = selectText(state, selectSlot(state));
  if (text === null || text.status !== 'running' || text.dragged !== null || text.ids.length === 0) return null;
  return { sequence: text, interventions: text.interventions };
}
