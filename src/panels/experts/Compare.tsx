import type { ModelInfo } from '../../anatomy/model-info';
import { useActions } from '../../store/react';
import { Button, Message, NumberField, Progress, Select, TextArea } from '../../ui';
import { overrides, promptsOf, randomExperts, type RankedExpert } from './ranking';
import { HOW, settings, type How } from './settings';
import { useComparison } from './use-comparison';
import styles from './Panel.module.css';

export interface CompareSettings {
  readonly divide: boolean;
  readonly first: string;
  readonly second: string;
  readonly count: number;
  readonly how: How;
}

/** Two sets of prompts, the experts that tell them apart, and the way to override those. */
export function Compare({ info, values, onChange }: { info: ModelInfo; values: CompareSettings; onChange: (change: Partial<CompareSettings>) => void }) {
  const { state, start, cancel } = useComparison(info);
  const { addGroup } = useActions();
  const { divide, first, second, count, how } = values;
  const key = JSON.stringify([divide, promptsOf(first), promptsOf(second)]);
  const isReady = promptsOf(first).length > 0 && promptsOf(second).length > 0;
  const override = (experts: readonly RankedExpert[], label: string) => addGroup({ label, enabled: true, members: overrides(experts, how) });
  const verb = how === 'force' ? 'stimulated' : 'suppressed';
  return (
    <section className={styles['compare']} aria-label="two sets of prompts">
      <h3>Experts that tell two sets of prompts apart</h3>
      {info.hasTokenizer ? null : <p className={styles['note']}>This model came without a tokenizer: it reads no text.</p>}
      <div className={styles['sets']}>
        <TextArea label="Prompts that show it, one a line" value={first} rows={3} onChange={(text) => onChange({ first: text })} />
        <TextArea label="Prompts that don’t, one a line" value={second} rows={3} onChange={(text) => onChange({ second: text })} />
      </div>
      <div className={styles['row']}>
        {state.status === 'running' ? (
          <>
            <Progress label="prompts" value={state.of === 0 ? 0 : state.done / state.of} detail={`${state.done} of ${state.of}`} />
            <Button onPress={cancel}>Cancel</Button>
          </>
        ) : (
          <Button isDisabled={!isReady || !info.hasTokenizer} onPress={() => start(promptsOf(first), promptsOf(second), divide, key)}>
            Compare
          </Button>
        )}
      </div>
      {state.status === 'failed' ? (
        <Message tone="error" title="The prompts could not be compared">
          {state.message}
        </Message>
      ) : null}
      {state.status === 'done' ? (
        <>
          {state.key === key ? null : <p className={styles['note']}>Of the prompts before you changed them.</p>}
          <Ranking ranked={state.ranked.slice(0, count)} isShare={divide} />
          <div className={styles['row']}>
            <NumberField label="Experts" value={count} min={settings.count.min} max={settings.count.max} step={1} onChange={(value) => onChange({ count: value })} />
            <Select label="What happens to them" value={how} options={HOW} onChange={(value) => onChange({ how: value })} />
            <Button variant="primary" onPress={() => override(state.ranked.slice(0, count), `${count} distinctive experts ${verb}`)}>
              Override them
            </Button>
            <Button onPress={() => override(randomExperts(state.ranked, count, 1), `${count} random experts ${verb}`)}>As many random ones</Button>
          </div>
        </>
      ) : null}
    </section>
  );
}

function Ranking({ ranked, isShare }: { ranked: readonly RankedExpert[]; isShare: boolean }) {
  const digits = isShare ? 3 : 2;
  return (
    <table className={styles['table']}>
      <caption>the most distinctive experts of the first prompts</caption>
      <thead>
        <tr>
          <th scope="col">expert</th>
          <th scope="col">first, mean</th>
          <th scope="col">second, mean</th>
          <th scope="col">difference</th>
        </tr>
      </thead>
      <tbody>
        {ranked.map(({ layer, expert, first, second, distinct }) => (
          <tr key={`${layer}.${expert}`}>
            <th scope="row">
              layer {layer}, expert {expert}
            </th>
            <td>{first.toFixed(digits)}</td>
            <td>{second.toFixed(digits)}</td>
            <td>{distinct.toFixed(digits)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
