import type { ModelInfo } from '../../anatomy/model-info';
import { useWorkbench } from '../../store/react';
import { selectModelInfo } from '../../store/selectors';
import { Button, Message, Progress } from '../../ui';
import { gpt2Small } from './expected';
import { FigureTable } from './FigureTable';
import { isGpt2Small, verdictOf } from './layout';
import { questionCount } from './runs';
import { useSelfTest } from './use-self-test';
import styles from './Panel.module.css';

/** The published runs of GPT-2 small, run here. */
export default function SelfTestPanel() {
  const info = useWorkbench(selectModelInfo);
  if (info === null || !isGpt2Small(info.config))
    return (
      <Message tone="empty" title="Load GPT-2 small">
        These runs were published for GPT-2 small (12 layers, width 768, 12 heads, 50,257 tokens), with its weights and tokenizer. Press Model at the top and load openai-community/gpt2 from the Hugging Face Hub (about 550 MB), or its folder from your disk.
        {info === null ? '' : ` Loaded now: ${info.id}.`}
      </Message>
    );
  if (!info.hasTokenizer)
    return (
      <Message tone="warning" title="The tokenizer is missing">
        The runs begin with texts: load GPT-2 small with its tokenizer.json.
      </Message>
    );
  return <Runs info={info} />;
}

function Runs({ info }: { info: ModelInfo }) {
  const { state, start, cancel } = useSelfTest(gpt2Small, info.hash, info.config);
  const figures = state.status === 'idle' ? [] : state.figures;
  const questions = questionCount(gpt2Small);
  return (
    <div className={styles.panel}>
      <div className={styles.bar}>
        {state.status === 'running' ? (
          <>
            <Progress label="Running" value={state.done} detail={`${Math.round(state.done * questions)} of ${questions}`} />
            <Button onPress={cancel}>Cancel</Button>
          </>
        ) : (
          <Button variant="primary" onPress={start}>
            {state.status === 'idle' ? 'Run the five runs' : 'Run again'}
          </Button>
        )}
        <p className={styles.verdict} role="status">
          {state.status === 'idle' ? `${questions} short runs, one after the other.` : null}
          {state.status === 'done' ? verdictOf(figures) : null}
          {state.status === 'cancelled' ? 'Cancelled. The figures so far stay.' : null}
        </p>
      </div>
      {state.status === 'failed' ? (
        <Message tone="error" title="The runs ended early">
          {state.message}
        </Message>
      ) : null}
      {figures.length > 0 ? <FigureTable figures={figures} /> : null}
    </div>
  );
}
