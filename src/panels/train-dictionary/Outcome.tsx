import type { TrainingResult } from '../../store/dictionary-training-ports';
import { useDictionaryTraining } from '../../store/dictionary-training-react';
import { useActions } from '../../store/react';
import { Button, Message } from '../../ui';
import { saveDictionaryFile } from './save-file';
import { gateWords, verdictWords } from './words';
import styles from './Panel.module.css';

/** What came out, held against the gates, and what can be done with it. */
export function Outcome({ result }: { result: TrainingResult }) {
  const { take } = useDictionaryTraining((state) => state.actions);
  const actions = useActions();
  const open = async () => {
    const id = await take();
    if (id === null) return;
    actions.selectFeature({ dictionary: id, index: result.evaluation.busiest });
    actions.notify('info', `${result.dictionary.info.name} is open: panels of features and steering can use it. Its busiest feature is selected.`);
  };
  return (
    <Message tone={result.gates.every((gate) => gate.passed) ? 'info' : 'warning'} title={verdictWords(result)}>
      <ul className={styles['gates']}>
        {result.gates.map((gate) => (
          <li key={gate.name}>{gateWords(gate)}</li>
        ))}
      </ul>
      {result.dictionary.info.architecture === 'vsae' ? (
        <p className={styles['note']}>
          A vSAE, judged as it is used: z = μ, without noise. SAELens has no such architecture; the export is the TopK dictionary that computes the same.
        </p>
      ) : null}
      <div className={styles['bar']}>
        <Button variant="primary" onPress={() => void open()}>
          Use it
        </Button>
        <Button onPress={() => void saveDictionaryFile(result.dictionary)}>Export as SAELens</Button>
      </div>
    </Message>
  );
}
