import { useState } from 'react';
import type { DictionaryId } from '../../anatomy/dictionary';
import type { ModelInfo } from '../../anatomy/model-info';
import { useDictionaries, useOpened } from '../../store/dictionary-choices-react';
import { useFeatureKnowledge } from '../../store/feature-columns-react';
import { featureGroup } from '../../store/feature-group';
import type { InterventionGroup } from '../../store/document';
import { useWorkbench } from '../../store/react';
import { selectAnalysis } from '../../store/selectors';
import { Button, Message, NumberField, Progress, Segmented, Select, Toggle } from '../../ui';
import { EraseForm } from './EraseForm';
import { initialCoefficient, inTextOf, isFeatureOp, OPS, unitFor } from './feature-strength';
import { RestoreForm } from './RestoreForm';
import { activationsSpec, firstDictionary } from './settings';
import styles from './Panel.module.css';

const KINDS = [
  { value: 'one', label: 'one feature' },
  { value: 'erase', label: 'erase a concept' },
  { value: 'restore', label: 'suppressed or deleted?' },
] as const;
type Kind = (typeof KINDS)[number]['value'];

/** Steering by the features of a dictionary: one, a set that stands for a concept, or pushing them back. */
export function FeatureForm({ info, onAdd }: { info: ModelInfo; onAdd: (group: Omit<InterventionGroup, 'uid'>) => void }) {
  const selected = useWorkbench((state) => state.document.feature);
  const [kind, setKind] = useState<Kind>('one');
  const [chosen, setChosen] = useState<DictionaryId | null>(null);
  const dictionary = chosen ?? selected?.dictionary ?? firstDictionary(info);
  const { options, isReading, problem } = useDictionaries(info.id, dictionary);
  const opened = useOpened(dictionary);
  return (
    <div className={styles.form}>
      <Segmented label="what to do" hideLabel options={KINDS} value={kind} onChange={setKind} />
      {options.length === 0 ? (
        <Message tone="empty" title={isReading ? 'Looking for dictionaries' : 'No dictionary for this model'}>
          {problem ?? 'Open one in the panel “Features”: a folder of your own, or one from the Hub.'}
        </Message>
      ) : (
        <Select label="dictionary" options={options} value={dictionary} onChange={setChosen} />
      )}
      {opened?.status === 'loading' ? <Progress label="Opening the dictionary" value={null} /> : null}
      {opened?.status === 'failed' ? (
        <Message tone="error" title="This dictionary can't be opened">
          {opened.message}
        </Message>
      ) : null}
      {opened?.status !== 'ready' ? null : kind === 'one' ? (
        <OneFeature dictionary={opened.info} initial={selected?.dictionary === dictionary ? selected.index : 0} onAdd={onAdd} />
      ) : kind === 'erase' ? (
        <EraseForm info={info} dictionary={opened.info} onAdd={onAdd} />
      ) : (
        <RestoreForm info={info} dictionary={opened.info} />
      )}
    </div>
  );
}

type Opened = Extract<NonNullable<ReturnType<typeof useOpened>>, { status: 'ready' }>['info'];

function OneFeature({ dictionary, initial, onAdd }: { dictionary: Opened; initial: number; onAdd: (group: Omit<InterventionGroup, 'uid'>) => void }) {
  const { knownOf } = useFeatureKnowledge(dictionary.id);
  const [index, setIndex] = useState(initial);
  const [op, setOp] = useState<string>('clamp');
  const [keepError, setKeepError] = useState(true);
  const answer = useWorkbench((state) => selectAnalysis(state, activationsSpec(dictionary.id), 'base'));
  const known = knownOf(index);
  const unit = unitFor(known.maxActivation, inTextOf(answer, index));
  const add = () => {
    if (!isFeatureOp(op)) return;
    const label = known.label === null ? `feature ${index}` : `${index} ${known.label}`;
    const edit = { dictionary: dictionary.id, index, op, coefficient: initialCoefficient(op, unit?.maximum ?? 1), keepError, skipBos: true };
    onAdd(featureGroup(edit, dictionary.spec.hookNameOut, label));
  };
  return (
    <>
      <NumberField label={`feature, 0 to ${dictionary.dSae - 1}`} value={index} min={0} max={dictionary.dSae - 1} step={1} onChange={setIndex} />
      <p className={styles.hint}>{known.label ?? 'no label'}. Selecting a feature in a panel of features fills this in.</p>
      <Segmented label="change of its activation f" options={OPS} value={isFeatureOp(op) ? op : 'clamp'} onChange={setOp} />
      <p className={styles.hint}>
        f′ = {OPS.find(({ value }) => value === op)?.formula ?? ''}.{' '}
        {unit === null ? 'Its maximum is known neither from records nor from this text: one unit is 1.' : `It begins at the maximum, ${unit.maximum.toPrecision(3)} ${unit.source === 'records' ? 'in its records' : 'in this text'}.`}
      </p>
      <Toggle label="keep the error term" isOn={keepError} onChange={setKeepError} />
      <p className={styles.hint}>What the dictionary can't explain is put back, so that only this feature changes. Without it the reconstruction takes the place of the activation.</p>
      <div className={styles.submit}>
        <span />
        <Button variant="primary" onPress={add}>
          Add slider
        </Button>
      </div>
    </>
  );
}
