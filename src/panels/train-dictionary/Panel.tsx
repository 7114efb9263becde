import { useDictionaryTraining } from '../../store/dictionary-training-react';
import { useWorkbench } from '../../store/react';
import { selectModelInfo, selectPanelSettings } from '../../store/selectors';
import type { WorkbenchState } from '../../store/state';
import { Button, Message, Progress } from '../../ui';
import { Curves } from './Curves';
import { Kept } from './Kept';
import { Knobs } from './Knobs';
import { Outcome } from './Outcome';
import { settings } from './settings';
import { dataWords, variationalWords } from './words';
import styles from './Panel.module.css';

const selectKnobs = (state: WorkbenchState) => selectPanelSettings(state, 'train-dictionary', settings);

/** Trains a small dictionary on the prompt set: knobs, curves while it trains, a verdict, and the way to use it. */
export default function TrainDictionaryPanel() {
  const info = useWorkbench(selectModelInfo);
  const knobs = useWorkbench(selectKnobs);
  const status = useDictionaryTraining((state) => state.status);
  const isRestored = useDictionaryTraining((state) => state.isRestored);
  const message = useDictionaryTraining((state) => state.message);
  const storageProblem = useDictionaryTraining((state) => state.storageProblem);
  const result = useDictionaryTraining((state) => state.result);
  if (info === null)
    return (
      <Message tone="empty" title="No model yet">
        A dictionary can be trained when a model is loaded.
      </Message>
    );
  if (!isRestored) return <Progress label="Looking for a stored training" value={null} />;
  const isUnderWay = status !== 'idle' && status !== 'failed' && status !== 'done';
  return (
    <div className={styles['panel']}>
      {isUnderWay ? null : <Knobs info={info} knobs={knobs} label={status === 'done' ? 'Train another' : 'Train'} />}
      {message === null ? null : (
        <Message tone="error" title="The training stopped">
          {message}
        </Message>
      )}
      {storageProblem === null ? null : (
        <Message tone="warning" title="Not stored">
          {storageProblem}
        </Message>
      )}
      {result === null ? null : <Outcome result={result} />}
      {status === 'idle' || status === 'failed' ? null : <Training />}
      <Kept model={info.hash} />
    </div>
  );
}

/** How far it is, and its curves. */
function Training() {
  const status = useDictionaryTraining((state) => state.status);
  const request = useDictionaryTraining((state) => state.request);
  const data = useDictionaryTraining((state) => state.data);
  const collecting = useDictionaryTraining((state) => state.collecting);
  const step = useDictionaryTraining((state) => state.step);
  const points = useDictionaryTraining((state) => state.points);
  const { pause, resume, finish, discard } = useDictionaryTraining((state) => state.actions);
  if (request === null) return null;
  const { steps, k, dSae, variational } = request.settings;
  return (
    <>
      <div className={styles['bar']}>
        {collecting !== null ? (
          <Progress
            label={collecting.isWaiting ? 'Waiting for the page' : 'Reading activations'}
            value={collecting.done / Math.max(1, collecting.total)}
            detail={`${collecting.done} of ${collecting.total} prompts`}
          />
        ) : (
          <Progress label={LABELS[status] ?? 'Training'} value={step / steps} detail={`step ${step} of ${steps}`} />
        )}
        {status === 'running' || status === 'collecting' ? <Button onPress={pause}>{status === 'running' ? 'Pause' : 'Stop'}</Button> : null}
        {status === 'paused' ? (
          <Button variant="primary" onPress={() => void resume()}>
            Resume
          </Button>
        ) : null}
        {(status === 'running' || status === 'paused') && step > 0 ? <Button onPress={() => void finish()}>Finish here</Button> : null}
        {status === 'paused' || status === 'done' ? (
          <Button variant="quiet" onPress={() => void discard()}>
            Discard
          </Button>
        ) : null}
      </div>
      <p className={styles['note']} role="status">
        {request.promptsName}, {request.hook}, {variational === undefined ? 'TopK' : variationalWords(variational)}, {dSae} features of which {k} a token.{' '}
        {status === 'paused' ? 'Paused: it is kept in this browser and goes on after a reload too. ' : ''}
        {data === null ? '' : dataWords(data, request)}
      </p>
      <Curves points={points} steps={steps} k={k} isVariational={variational !== undefined} />
    </>
  );
}

const LABELS: Readonly<Record<string, string>> = { paused: 'Paused', finishing: 'Measuring what came out', done: 'Trained' };
