import { useEffect, useRef, useState } from 'react';
import type { DictionaryInfo } from '../../anatomy/dictionary';
import type { ModelInfo } from '../../anatomy/model-info';
import { isAbort, messageOf } from '../../lib/errors';
import { nats, percent, visible } from '../../lib/token-text';
import { useActions, useStoreApi, useWorkbench } from '../../store/react';
import { selectInterventions, selectText } from '../../store/selectors';
import { Button, Message, NumberField, Progress, Segmented } from '../../ui';
import { restorationOf, type Restoration } from './restoration';
import styles from './Panel.module.css';

/** The strengths that the source tries. */
const ALPHAS = ['1', '2', '5', '10'].map((value) => ({ value, label: value }));
const TOP = 20;

/** Pushes features of the steered run back to the base run's values: does its answer return? */
export function RestoreForm({ info, dictionary }: { info: ModelInfo; dictionary: DictionaryInfo }) {
  const store = useStoreApi();
  const { ask, pieces } = useActions();
  const isSteering = useWorkbench(selectInterventions).length > 0;
  const [alpha, setAlpha] = useState('1');
  const [top, setTop] = useState(TOP);
  const [isRunning, setRunning] = useState(false);
  const [outcome, setOutcome] = useState<{ readonly result: Restoration; readonly answer: string } | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const controller = useRef<AbortController | null>(null);
  useEffect(() => () => controller.current?.abort(), []);

  const run = async () => {
    controller.current?.abort();
    const mine = new AbortController();
    controller.current = mine;
    setOutcome(null);
    setProblem(null);
    const state = store.getState();
    const text = selectText(state, 'base');
    if (text === null || text.promptLength === 0) return setProblem('there is no text yet.');
    setRunning(true);
    try {
      const ids = text.ids.slice(0, text.promptLength);
      const analyses = [{ id: 'feature-restoration', params: { dictionary: dictionary.id, alpha: Number(alpha), top } }];
      const request = { model: info.hash, ids, promptLength: ids.length, interventions: selectInterventions(state), capture: [], logits: false, analyses, generate: null };
      const result = restorationOf((await ask(request, mine.signal)).analyses[0]);
      const [answer = ''] = result === null ? [] : await pieces([result.answerId]);
      if (result !== null && !mine.signal.aborted) setOutcome({ result, answer });
    } catch (error) {
      if (!isAbort(error)) setProblem(messageOf(error));
    } finally {
      if (controller.current === mine) setRunning(false);
    }
  };
  return (
    <>
      <p className={styles.hint}>
        Suppression or Deletion: features of the run that the sliders change are pushed back, z′ = z_changed + α (z_unchanged − z_changed), and D(z′) takes the place of the activation at every token of the prompt. If the answer returns, it was held
        down, not deleted. The source steers the class token of an image model too; a language model has none, so only features are reported. The unchanged run stands for the original: two checkpoints can't be compared yet.
      </p>
      <div className={styles.where}>
        <Segmented label="α" options={ALPHAS} value={alpha} onChange={setAlpha} />
        <NumberField label="experts: the features that moved most" value={top} min={1} max={1000} step={1} onChange={setTop} />
        <Button variant="primary" isDisabled={!isSteering || isRunning} onPress={() => void run()}>
          Push back
        </Button>
      </div>
      {isSteering ? null : <p className={styles.hint}>Nothing is changed yet: switch a slider on first, such as one that ablates or erases.</p>}
      {isRunning ? (
        <div className={styles.running}>
          <Progress label="Running it with these features, with all, and with ten random draws" value={null} />
          <Button onPress={() => controller.current?.abort()}>Cancel</Button>
        </div>
      ) : null}
      {problem === null ? null : (
        <Message tone="error" title="This could not be computed">
          {problem}
        </Message>
      )}
      {outcome === null ? null : <Outcome {...outcome} />}
    </>
  );
}

function Outcome({ result, answer }: { result: Restoration; answer: string }) {
  const rate = (value: number | null) => (value === null || !result.isLost ? '–' : value.toFixed(2).replace('-', '−'));
  return (
    <>
      <table className={styles.table}>
        <caption>
          The unchanged model's next token is <code>{visible(answer)}</code>
        </caption>
        <thead>
          <tr>
            <th scope="col">run</th>
            <th scope="col">P of it</th>
            <th scope="col">KL, nats</th>
            <th scope="col">came back</th>
          </tr>
        </thead>
        <tbody>
          {result.arms.map((arm) => (
            <tr key={arm.name}>
              <th scope="row">{arm.name}</th>
              <td>{arm.logprob === null ? '–' : percent(arm.logprob)}</td>
              <td>{nats(arm.kl)}</td>
              <td>{rate(arm.rate)}</td>
            </tr>
          ))}
          <tr>
            <th scope="row">as many random features{result.random === null ? '' : `, ${result.random.draws} draws`}</th>
            <td />
            <td />
            <td>{result.random === null || !result.isLost ? '–' : `${rate(result.random.mean)} (${rate(result.random.low)} to ${rate(result.random.high)})`}</td>
          </tr>
        </tbody>
      </table>
      <p className={styles.hint}>
        {result.isSeen && !result.isLost
          ? 'Nothing was lost: the change makes this answer likelier, so there is no share of a loss that could come back. Take a change that takes the answer away.'
          : result.isSeen
          ? 'Came back: share of the lost log-probability. The experts say something only outside of the range of random features, and beyond SAE only.'
          : 'The change is not seen at this layer: both runs have the same features there, so there is nothing to push back. Take a dictionary of a later layer.'}
      </p>
    </>
  );
}
