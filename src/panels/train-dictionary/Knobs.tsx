import type { ModelInfo } from '../../anatomy/model-info';
import { usePromptSets } from '../../store/prompt-sets-react';
import { useActions } from '../../store/react';
import { Button, Message, NumberField, Select } from '../../ui';
import { hookOf, requestOf, type Knobs as KnobValues } from './plan';
import { useDictionaryTraining } from '../../store/dictionary-training-react';
import { POINTS, settings } from './settings';
import { VariationalKnobs, VariationalNote } from './VariationalKnobs';
import styles from './Panel.module.css';

const PANEL = 'train-dictionary';
const WHOLE = ['k', 'steps', 'seed'] as const;

/** What to train on what, and the button that begins. */
export function Knobs({ info, knobs, label }: { info: ModelInfo; knobs: KnobValues; label: string }) {
  const sets = usePromptSets((state) => state.sets);
  const currentId = usePromptSets((state) => state.currentId);
  const select = usePromptSets((state) => state.actions.select);
  const { start } = useDictionaryTraining((state) => state.actions);
  const actions = useActions();
  const change = (values: Partial<KnobValues>) => actions.setPanelSettings(PANEL, values);
  const set = sets.find(({ id }) => id === currentId) ?? null;
  if (set === null)
    return (
      <Message tone="empty" title="No prompts yet" action={<Button onPress={() => actions.openPanel('prompt-sets')}>Open prompt sets</Button>}>
        A dictionary is trained on the activations of a prompt set: upload one in the panel Prompt sets. More and longer prompts make a better one.
      </Message>
    );
  const points = POINTS.filter(({ value }) => hookOf({ point: value, layer: 0 }, info) !== null);
  const hook = hookOf(knobs, info);
  const request = requestOf(knobs, info, set);
  return (
    <>
      <div className={styles['knobs']}>
        <Select label={settings.architecture.label} options={settings.architecture.options} value={knobs.architecture} onChange={(architecture) => change({ architecture })} />
        <Select label="prompt set" options={sets.map(({ id, name, prompts }) => ({ value: id, label: `${name} (${prompts.length})` }))} value={set.id} onChange={select} />
        <Select label="read" options={points} value={knobs.point} onChange={(point) => change({ point })} />
        <NumberField label={`layer, 0 to ${info.config.nLayers - 1}`} min={0} max={info.config.nLayers - 1} step={1} value={Math.min(knobs.layer, info.config.nLayers - 1)} onChange={(layer) => change({ layer })} />
        <Select label="features" options={settings.width.options.map(({ value }) => ({ value, label: `${value} × ${info.config.dModel} = ${Number(value) * info.config.dModel}` }))} value={knobs.width} onChange={(width) => change({ width })} />
        {WHOLE.map((name) => (
          <NumberField key={name} label={settings[name].label} min={settings[name].min} max={settings[name].max} step={1} value={knobs[name]} onChange={(value) => change({ [name]: value })} />
        ))}
        <Select label={settings.batch.label} options={settings.batch.options} value={knobs.batch} onChange={(batch) => change({ batch })} />
        {knobs.architecture === 'vsae' ? (
          <VariationalKnobs knobs={knobs} change={change} />
        ) : (
          <NumberField label={settings.lr.label} min={settings.lr.min} max={settings.lr.max} step={settings.lr.step} value={knobs.lr} onChange={(lr) => change({ lr })} />
        )}
      </div>
      {knobs.architecture === 'vsae' ? <VariationalNote /> : null}
      <p className={styles['note']}>
        {hook ?? 'This model has no such point.'}: {(Number(knobs.batch) * knobs.steps).toLocaleString('en')} tokens in all. Small sets are repeated. A few minutes give a teaching dictionary, not one to
        draw conclusions from.
      </p>
      <div>
        <Button variant="primary" isDisabled={request === null || !info.hasTokenizer} onPress={() => request !== null && void start(request)}>
          {label}
        </Button>
      </div>
    </>
  );
}
