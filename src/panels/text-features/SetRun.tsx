import type { PromptSet, PromptSetsState } from '../../store/prompt-sets';
import { usePromptSets } from '../../store/prompt-sets-react';
import { useActions } from '../../store/react';
import { Button, Message, Progress, Select } from '../../ui';
import type { SetProgress } from './set-run';
import styles from './Panel.module.css';

const selectCurrent = (state: PromptSetsState) => state.sets.find((one) => one.id === state.currentId) ?? null;

export interface SetRunProps {
  readonly progress: SetProgress | null;
  readonly problem: string | null;
  readonly isRunning: boolean;
  readonly canRun: boolean;
  readonly run: (set: PromptSet) => Promise<void>;
  readonly cancel: () => void;
}

/** Which prompt set the list is over, and its run. */
export function SetRun({ progress, problem, isRunning, canRun, run, cancel }: SetRunProps) {
  const sets = usePromptSets((state) => state.sets);
  const current = usePromptSets(selectCurrent);
  const { select } = usePromptSets((state) => state.actions);
  const actions = useActions();
  if (current === null)
    return (
      <Message tone="empty" title="No prompt set" action={<Button onPress={() => actions.openPanel('prompt-sets')}>Open prompt sets</Button>}>
        Upload prompts in the panel “Prompt sets”; they are encoded here one after the other, in the unchanged model.
      </Message>
    );
  return (
    <>
      <div className={styles['controls']}>
        <Select hideLabel label="prompt set" options={sets.map(({ id, name, prompts }) => ({ value: id, label: `${name} (${prompts.length})` }))} value={current.id} onChange={select} />
        {isRunning ? (
          <div className={styles['progress']}>
            <Progress label="Encoding prompts" value={(progress?.done ?? 0) / Math.max(1, current.prompts.length)} detail={`${progress?.done ?? 0} of ${progress?.total ?? current.prompts.length}`} />
            <Button onPress={cancel}>Cancel</Button>
          </div>
        ) : (
          <Button isDisabled={!canRun} onPress={() => void run(current)}>
            Encode {current.prompts.length} prompts
          </Button>
        )}
        {progress === null ? null : (
          <span className={styles['note']} role="status">
            over {progress.prompts.length} of {progress.total} prompts{progress.failed > 0 ? `, ${progress.failed} could not be read` : ''}
            {progress.setId === current.id ? '' : ' of another set'}
          </span>
        )}
      </div>
      {problem === null ? null : (
        <Message tone="error" title="The run ended early">
          {problem}
        </Message>
      )}
    </>
  );
}
