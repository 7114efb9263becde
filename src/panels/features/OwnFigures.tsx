import { useEffect, useRef, useState } from 'react';
import type { FeatureRef } from '../../anatomy/dictionary';
import { isAbort, messageOf } from '../../lib/errors';
import type { FeatureRecord } from '../../dictionaries/records';
import { usePromptSets } from '../../store/prompt-sets-react';
import type { PromptSetsState } from '../../store/prompt-sets';
import { useActions, useStoreApi, useWorkbench } from '../../store/react';
import { selectModelInfo } from '../../store/selectors';
import type { WorkbenchState } from '../../store/state';
import { Button, Progress } from '../../ui';
import { nearestFeatures } from './nearest';
import { recordFromTexts, type ReadText } from './own-record';
import { useAsk } from './use-ask';
import styles from './Dashboard.module.css';

/** Texts that are read at most: enough to see what a feature does. */
const MAX_TEXTS = 200;
const NEIGHBOURS = 5;
const selectSet = (state: PromptSetsState) => state.sets.find(({ id }) => id === state.currentId) ?? null;
const selectPrompt = (state: WorkbenchState) => (state.document.prompt.kind === 'ids' ? null : state.document.prompt.text);

/** For a feature without a record: density, histogram and contexts from the prompt set, or from the prompt. */
export function OwnFigures({ feature, onRecord, isDone }: { feature: FeatureRef; onRecord: (record: FeatureRecord) => void; isDone: boolean }) {
  const { ofText } = useAsk(feature);
  const actions = useActions();
  const store = useStoreApi();
  const set = usePromptSets(selectSet);
  const prompt = useWorkbench(selectPrompt);
  const bosId = useWorkbench(selectModelInfo)?.config.bosId ?? null;
  const [state, setState] = useState<{ readonly done: number; readonly total: number } | string | null>(null);
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);
  const texts = set === null ? (prompt === null ? [] : [prompt]) : set.prompts.slice(0, MAX_TEXTS);
  const compute = async () => {
    const mine = new AbortController();
    running.current = mine;
    const read: ReadText[] = [];
    try {
      for (const [at, text] of texts.entries()) {
        setState({ done: at, total: texts.length });
        read.push(await ofText(text, mine.signal));
        mine.signal.throwIfAborted();
      }
      // After the texts the dictionary is open.
      const opened = store.getState().dictionaries.get(feature.dictionary);
      const dSae = opened?.status === 'ready' ? opened.info.dSae : 0;
      const neighbours = await nearestFeatures(feature.index, dSae, NEIGHBOURS, (rows) => actions.decoderRows(feature.dictionary, rows), mine.signal);
      setState(null);
      onRecord({ ...recordFromTexts(feature.index, read, bosId !== null), neighbours });
    } catch (error) {
      if (!isAbort(error) && !mine.signal.aborted) setState(messageOf(error));
    }
  };
  if (texts.length === 0) return null;
  const what = set === null ? 'the prompt' : `${texts.length} prompts of ${set.name}`;
  return (
    <div className={styles.part}>
      {typeof state === 'string' ? (
        <p className={styles.problem} role="alert">
          {state}
        </p>
      ) : null}
      {state !== null && typeof state !== 'string' ? (
        <div className={styles.running}>
          <Progress label="Reading texts" value={state.done / state.total} detail={`${state.done} of ${state.total}`} />
          <Button
            onPress={() => {
              running.current?.abort();
              setState(null);
            }}
          >
            Cancel
          </Button>
        </div>
      ) : (
        <p className={styles.note}>
          {isDone ? `Computed from ${what}: correlations are not known. ` : ''}
          <Button onPress={() => void compute()}>{isDone ? 'Compute again' : `Compute from ${what}`}</Button>
        </p>
      )}
    </div>
  );
}
