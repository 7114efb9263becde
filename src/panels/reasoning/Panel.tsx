import { useCallback, useMemo } from 'react';
import type { DictionaryId, DictionaryInfo } from '../../anatomy/dictionary';
import type { ModelInfo } from '../../anatomy/model-info';
import { DictionaryDialogButton } from '../dictionary-dialog';
import { useDictionaries, useOpened } from '../../store/dictionary-choices-react';
import { BUILT_IN_MODEL } from '../../store/document';
import { useActions, useWorkbench } from '../../store/react';
import { selectAnalysis, selectModelInfo, selectPanelSettings } from '../../store/selectors';
import type { WorkbenchState } from '../../store/state';
import { Button, Disclosure, Message, NumberField, Progress, Select, Slider, TextArea, Toggle } from '../../ui';
import { Conclusions } from './Conclusions';
import { formatConcepts } from './concepts';
import { demo } from './demo';
import type { Fitted } from './fit';
import { reason } from './reason';
import { rowsOf } from './rows';
import { activationsSpec, dictionaryOf, settings, type Settings } from './settings';
import { useFit } from './use-fit';
import styles from './Panel.module.css';

const PANEL = 'reasoning';
const selectSettings = (state: WorkbenchState) => selectPanelSettings(state, PANEL, settings);
const selectDocument = (state: WorkbenchState) => state.document;

/** Rules over what features say of the prompt, what follows from them, and steering toward it. */
export default function ReasoningPanel() {
  const info = useWorkbench(selectModelInfo);
  if (info === null)
    return (
      <Message tone="empty" title="No model yet">
        Rules are applied to the features of a prompt, when a model is loaded.
      </Message>
    );
  return <WithModel info={info} />;
}

function WithModel({ info }: { info: ModelInfo }) {
  const values = useWorkbench(selectSettings);
  const dictionary = dictionaryOf(values, useWorkbench(selectDocument), info);
  const { options } = useDictionaries(info.id, dictionary);
  const opened = useOpened(dictionary);
  const actions = useActions();
  const onChange = useCallback((change: Partial<Settings>) => actions.setPanelSettings(PANEL, change), [actions]);
  const runDemo = () => {
    onChange({ examples: demo.examples, rules: demo.rules, concepts: '', ordered: false, alpha: demo.alpha });
    actions.setPrompt({ kind: 'text', text: demo.prompt });
  };
  return (
    <div className={styles['panel']}>
      <div className={styles['bar']}>
        {options.length === 0 ? null : <Select hideLabel label="dictionary" options={options} value={dictionary} onChange={(id) => onChange({ dictionary: id })} />}
        {info.id === BUILT_IN_MODEL ? <Button onPress={runDemo}>Set up the demonstration</Button> : null}
      </div>
      {dictionary === '' ? (
        <Message tone="empty" title="No dictionary for this model" action={<DictionaryDialogButton />}>
          Rules are about features, and those come from a dictionary. Open one, or train one in the panel “Train a dictionary”.
        </Message>
      ) : opened?.status === 'failed' ? (
        <Message tone="error" title="The dictionary could not be opened">
          {opened.message}
        </Message>
      ) : opened?.status === 'ready' ? (
        <WithDictionary key={dictionary} info={info} dictionary={dictionary} about={opened.info} values={values} onChange={onChange} />
      ) : (
        <Progress label="Opening the dictionary" value={null} />
      )}
    </div>
  );
}

interface Given {
  readonly info: ModelInfo;
  readonly dictionary: DictionaryId;
  readonly about: DictionaryInfo;
  readonly values: Settings;
  readonly onChange: (change: Partial<Settings>) => void;
}

function WithDictionary({ info, dictionary, about, values, onChange }: Given) {
  const spec = activationsSpec(dictionary);
  const select = useCallback((state: WorkbenchState) => selectAnalysis(state, spec), [spec]);
  const answer = useWorkbench(select);
  const result = answer.status === 'ready' ? answer.value : answer.status === 'none' ? null : answer.stale;
  const sequence = answer.status === 'none' ? null : answer.sequence;
  const rows = useMemo(() => rowsOf(result), [result]);
  const reasoned = useMemo(() => (rows === null || sequence === null || values.concepts.trim() === '' ? null : reason(values, rows, sequence.promptLength)), [rows, sequence, values]);
  const onFitted = useCallback((fitted: readonly Fitted[]) => onChange({ concepts: formatConcepts(fitted) }), [onChange]);
  const { state, fit, cancel } = useFit(info, dictionary, onFitted);
  return (
    <>
      <Disclosure title="Examples" isOpen={values.concepts.trim() === ''}>
        <TextArea label="concept | prompt, one a line" rows={6} value={values.examples} onChange={(examples) => onChange({ examples })} />
        <div className={styles['examples']}>
          <Button variant="primary" isDisabled={state.status === 'running'} onPress={() => void fit(values.examples)}>
            Find features for them
          </Button>
          {state.status === 'running' ? (
            <>
              <Progress label="Running the examples" value={state.done / state.total} detail={`${state.done} of ${state.total}`} />
              <Button onPress={cancel}>Cancel</Button>
            </>
          ) : null}
        </div>
        {state.status === 'failed' ? (
          <Message tone="error" title="No features found">
            {state.message}
          </Message>
        ) : null}
        {state.status === 'done' ? (
          <p className={styles['note']} role="status">
            Balanced accuracy of the first feature on these examples: {state.fitted.map(({ name, balancedAccuracy }) => `${name} ${(100 * balancedAccuracy).toFixed(0)}%`).join(', ')}. Held-out prompts will do worse.
          </p>
        ) : null}
      </Disclosure>
      <TextArea mono label="concepts: features > threshold, one a line" rows={4} placeholder="dog: 120, 33 > 0.8" value={values.concepts} onChange={(concepts) => onChange({ concepts })} />
      <TextArea mono label="rules, one a line" rows={3} placeholder="dog and not night -> play" value={values.rules} onChange={(rules) => onChange({ rules })} />
      <Disclosure title="How it is read">
        <div className={styles['knobs']}>
          <Toggle label={settings.ordered.label} isOn={values.ordered} onChange={(ordered) => onChange({ ordered })} />
          <Toggle label={settings.onePerToken.label} isOn={values.onePerToken} onChange={(onePerToken) => onChange({ onePerToken })} />
          <NumberField label={settings.strongest.label} min={0} max={100} step={1} value={values.strongest} onChange={(strongest) => onChange({ strongest })} />
          <NumberField label={settings.detect.label} min={1} max={20} step={1} value={values.detect} onChange={(detect) => onChange({ detect })} />
          <Slider label={settings.alpha.label} min={0} max={2} step={0.05} value={values.alpha} onChange={(alpha) => onChange({ alpha })} />
        </div>
      </Disclosure>
      {answer.status === 'failed' ? (
        <Message tone="error" title="The features of this text could not be computed">
          {answer.message}
        </Message>
      ) : null}
      {reasoned === null ? (
        <p className={styles['note']}>{values.concepts.trim() === '' ? 'Find features for the examples, or write concepts down: then the rules are applied to the prompt.' : 'Waiting for the features of the text.'}</p>
      ) : reasoned.ok ? (
        <Conclusions reasoning={reasoned.value} tokens={sequence?.tokens ?? []} info={about} alpha={values.alpha} />
      ) : (
        <Message tone="error" title="That can’t be read">
          {reasoned.message}
        </Message>
      )}
    </>
  );
}
