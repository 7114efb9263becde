import { useCallback } from 'react';
import type { DictionaryId } from '../../anatomy/dictionary';
import type { ModelInfo } from '../../anatomy/model-info';
import type { AnalysisSpec } from '../../anatomy/run';
import { useDictionaries, useOpened } from '../../store/dictionary-choices-react';
import { usePromptSets } from '../../store/prompt-sets-react';
import { useActions, useWorkbench } from '../../store/react';
import { selectModelInfo, selectPanelSettings, selectSequence } from '../../store/selectors';
import type { PromptSetsState } from '../../store/prompt-sets';
import type { WorkbenchState } from '../../store/state';
import { Button, Message, Progress, Segmented, Select, TextField } from '../../ui';
import { Inputs } from './Inputs';
import { asLines } from './lines';
import { Results } from './Results';
import { dictionaryOf, MEANINGS, NEURONS, settings, VIEWS, type Settings } from './settings';
import { useMeasure } from './use-measure';
import styles from './Panel.module.css';

const PANEL = 'feature-statistics';
const selectSettings = (state: WorkbenchState) => selectPanelSettings(state, PANEL, settings);
const selectDocument = (state: WorkbenchState) => state.document;
const selectSet = (state: PromptSetsState) => state.sets.find((one) => one.id === state.currentId) ?? null;

/** Figures over many prompts or a whole layer: how many features are in use, how concepts lie apart, which prompts are alike, what a gradient would choose. */
export default function FeatureStatisticsPanel() {
  const info = useWorkbench(selectModelInfo);
  if (info === null)
    return (
      <Message tone="empty" title="No model yet">
        Features and neurons can be measured when a model is loaded.
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
  return (
    <div className={styles['panel']}>
      <div className={styles['bar']}>
        <Segmented label="view" hideLabel options={VIEWS} value={values.view} onChange={(view) => onChange({ view })} />
      </div>
      <p className={styles['note']}>{MEANINGS[values.view]}</p>
      <div className={styles['bar']}>
        <Select label="of" options={[...options, { value: NEURONS, label: 'neurons' }]} value={dictionary === '' ? NEURONS : dictionary} onChange={(id) => onChange({ dictionary: id, unit: -1 })} />
        {dictionary === '' ? <TextField label={settings.hook.label} value={values.hook} onChange={(hook) => onChange({ hook, unit: -1 })} /> : null}
      </div>
      {opened?.status === 'failed' ? (
        <Message tone="error" title="The dictionary could not be opened">
          {opened.message}
        </Message>
      ) : dictionary !== '' && opened?.status !== 'ready' ? (
        <Progress label="Opening the dictionary" value={null} />
      ) : dictionary === '' && values.view === 'gradient' ? (
        <Message tone="empty" title="Choose a dictionary">
          Only features of a dictionary are selected.
        </Message>
      ) : (
        <Measuring key={`${dictionary} ${values.view}`} info={info} dictionary={dictionary} values={values} onChange={onChange} />
      )}
    </div>
  );
}

function Measuring({ info, dictionary, values, onChange }: { info: ModelInfo; dictionary: DictionaryId; values: Settings; onChange: (change: Partial<Settings>) => void }) {
  const set = usePromptSets(selectSet);
  const sequence = useWorkbench(selectSequence);
  const { state, measure, cancel } = useMeasure(info);
  const own = values.prompts.split(/\r\n|\n|\r/);
  const prompts = asLines(values.prompts.trim() === '' ? (set?.prompts ?? []) : own);
  const run = (change: Partial<Settings> = {}) => {
    const spec = specOf({ ...values, ...change }, dictionary, prompts.text);
    void measure(spec, sequence?.ids ?? [info.config.bosId ?? 0]);
  };
  return (
    <>
      <Inputs values={values} onChange={onChange} setName={set?.name ?? null} used={prompts.used.length} />
      <div className={styles['bar']}>
        <Button variant="primary" isDisabled={state.status === 'running' || (values.view === 'similarity' && prompts.used.length === 0)} onPress={() => run()}>
          Measure
        </Button>
        {state.status === 'running' ? (
          <>
            <Progress label={values.view === 'gradient' ? 'Following the gradient' : 'Running the prompts'} value={null} />
            <Button onPress={cancel}>Cancel</Button>
          </>
        ) : null}
      </div>
      {state.status === 'failed' ? (
        <Message tone="error" title="That could not be measured">
          {state.message}
        </Message>
      ) : null}
      {state.status === 'done' ? (
        <Results
          view={values.view}
          spec={state.spec}
          result={state.result}
          dictionary={dictionary}
          hook={values.hook}
          concept={values.concept}
          onConcept={(concept) => onChange({ concept })}
          onUnit={(unit) => {
            onChange({ unit });
            run({ unit });
          }}
        />
      ) : null}
    </>
  );
}

/** The question behind a view. */
export function specOf(values: Settings, dictionary: DictionaryId, prompts: string): AnalysisSpec {
  const of = { dictionary, ...(dictionary === '' ? { hook: values.hook } : {}) };
  switch (values.view) {
    case 'effective':
      return { id: 'effective-features', params: { ...of, prompts } };
    case 'separability':
      return { id: 'concept-separability', params: { ...of, prompts: values.labelled, unit: values.unit } };
    case 'similarity':
      return { id: 'prompt-similarity', params: { ...of, exemplars: values.exemplars, candidates: prompts, pool: values.pool } };
    case 'gradient':
      return { id: 'gradient-features', params: { dictionary, beta: values.beta, plus: values.plus, minus: values.minus } };
  }
}
