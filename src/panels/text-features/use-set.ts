import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { DictionaryId } from '../../anatomy/dictionary';
import { isAbort, messageOf } from '../../lib/errors';
import { createPageActivity } from '../../store/page-activity';
import type { PromptSet } from '../../store/prompt-sets';
import { useActions, useStoreApi } from '../../store/react';
import { runSet, type PromptModel, type SetProgress } from './set-run';
import { activationsSpec } from './settings';

/** The run of a prompt set through a dictionary, with progress and a way out. */
export function useSet(model: PromptModel, dictionary: DictionaryId) {
  const store = useStoreApi();
  const { encode, ask } = useActions();
  const [progress, setProgress] = useState<SetProgress | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [isRunning, setRunning] = useState(false);
  const controller = useRef<AbortController | null>(null);
  const page = useMemo(() => createPageActivity(store), [store]);
  const { hash, nCtx, startId } = model;

  const cancel = useCallback(() => controller.current?.abort(), []);
  // What was asked of another model or dictionary is no answer to this one.
  useEffect(() => cancel, [cancel, hash, dictionary]);

  const run = useCallback(
    async (set: PromptSet) => {
      controller.current?.abort();
      const mine = new AbortController();
      controller.current = mine;
      setProblem(null);
      setProgress(null);
      setRunning(true);
      try {
        await runSet(
          { encode, ask },
          { hash, nCtx, startId },
          { setId: set.id, dictionary, prompts: set.prompts, spec: activationsSpec(dictionary), signal: mine.signal },
          { idle: page.idle, onProgress: (now) => !mine.signal.aborted && setProgress(now) },
        );
      } catch (error) {
        if (!isAbort(error) && controller.current === mine) setProblem(messageOf(error));
      } finally {
        if (controller.current === mine) setRunning(false);
      }
    },
    [encode, ask, hash, nCtx, startId, dictionary, page],
  );

  const isOurs = progress !== null && progress.model === hash && progress.dictionary === dictionary;
  return { progress: isOurs ? progress : null, problem, isRunning, run, cancel };
}
