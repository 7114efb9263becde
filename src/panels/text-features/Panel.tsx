import { useCallback, useMemo } from 'react';
import type { DictionaryId } from '../../anatomy/dictionary';
import { startsWithBos } from '../../anatomy/rows';
import type { ModelInfo } from '../../anatomy/model-info';
import { Recomputing } from '../../charts/Recomputing';
import { DictionaryDialogButton } from '../dictionary-dialog';
import { useDictionaries, useOpened } from '../../store/dictionary-choices-react';
import { useFeatureKnowledge } from '../../store/feature-columns-react';
import { useActions, useStoreApi, useWorkbench } from '../../store/react';
import { selectInterventions, selectModelInfo, selectPanelSettings, selectSequence, selectSlot } from '../../store/selectors';
import type { InterventionSpec } from '../../anatomy/run';
import type { WorkbenchState } from '../../store/state';
import { Message, Progress, Select } from '../../ui';
import { Controls } from './Controls';
import { FitLine } from './FitLine';
import { FitWarning } from './FitWarning';
import { Lists } from './Lists';
import { dictionaryOf, settings, type Settings } from './settings';
import type { PromptModel } from './set-run';
import { Strip } from './Strip';
import { useActivations, type Reading } from './use-activations';
import { useLoss } from './use-loss';
import styles from './Panel.module.css';

const PANEL = 'text-features';
const selectSettings = (state: WorkbenchState) => selectPanelSettings(state, PANEL, settings);
const NO_CHANGES: readonly InterventionSpec[] = [];

/** Which features of a dictionary fire in the text, and how well the dictionary describes it. */
export default function TextFeaturesPanel() {
  const info = useWorkbench(selectModelInfo);
  if (info === null)
    return (
      <Message tone="empty" title="No model yet">
        Features appear when a model is loaded.
      </Message>
    );
  return <WithModel info={info} />;
}

function WithModel({ info }: { info: ModelInfo }) {
  const values = useWorkbench(selectSettings);
  const document = useWorkbench((state) => state.document);
  const dictionary = dictionaryOf(values, document, info);
  const { options, entry, isReading, problem } = useDictionaries(info.id, dictionary);
  const actions = useActions();
  const onChange = useCallback((change: Partial<Settings>) => actions.setPanelSettings(PANEL, change), [actions]);
  return (
    <div className={styles['panel']}>
      <div className={styles['controls']}>
        {options.length === 0 ? null : <Select hideLabel label="dictionary" options={options} value={dictionary} onChange={(id) => onChange({ dictionary: id })} />}
        <RunNote />
      </div>
      {problem === null ? null : (
        <Message tone="error" title="The list of dictionaries could not be read">
          {problem}
        </Message>
      )}
      {dictionary === '' ? (
        <Message tone="empty" title={isReading ? 'Looking for dictionaries' : 'No dictionary for this model'} action={<DictionaryDialogButton />}>
          Open one: from the Hugging Face Hub, an address, or a folder of your own.
        </Message>
      ) : (
        <WithDictionary key={dictionary} info={info} dictionary={dictionary} advertisedL0={entry?.l0 ?? null} values={values} onChange={onChange} />
      )}
    </div>
  );
}

/** Whose features are shown, where there are two runs. */
function RunNote() {
  const slot = useWorkbench(selectSlot);
  const isSteering = useWorkbench(selectInterventions).length > 0;
  return isSteering ? <span className={styles['note']}>of the {slot} run</span> : null;
}

interface Within {
  readonly info: ModelInfo;
  readonly dictionary: DictionaryId;
  readonly advertisedL0: number | null;
  readonly values: Settings;
  readonly onChange: (change: Partial<Settings>) => void;
}

function WithDictionary({ info, dictionary, advertisedL0, values, onChange }: Within) {
  const opened = useOpened(dictionary);
  const { reading, phase, message } = useActivations(info, dictionary);
  const dictionaryInfo = opened?.status === 'ready' ? opened.info : null;
  const known = useFeatureKnowledge(dictionary);
  if (opened?.status === 'failed' || phase === 'failed')
    return (
      <Message tone="error" title="This dictionary gives no features here">
        {opened?.status === 'failed' ? opened.message : message}
      </Message>
    );
  return (
    <>
      {opened?.status === 'loading' ? <Progress label="Opening the dictionary" value={shareOf(opened.progress)} /> : null}
      <Controls values={values} hasRecords={known.hasRecords} onChange={onChange} />
      {reading === null ? (
        <Message tone="empty" title="Reading features">
          They appear when there is a text.
        </Message>
      ) : (
        <Recomputing isStale={phase === 'stale'}>
          <Body info={info} reading={reading} isStreaming={phase === 'streaming'} isCurrent={phase === 'current'} {...{ dictionary, dictionaryInfo, advertisedL0, values, onChange, known }} />
        </Recomputing>
      )}
    </>
  );
}

const shareOf = (progress: { loadedBytes: number; totalBytes: number | null } | null) =>
  progress === null || progress.totalBytes === null || progress.totalBytes === 0 ? null : progress.loadedBytes / progress.totalBytes;

interface BodyProps extends Within {
  readonly reading: Reading;
  readonly isStreaming: boolean;
  readonly isCurrent: boolean;
  readonly dictionaryInfo: Parameters<typeof Lists>[0]['dictionaryInfo'];
  readonly known: ReturnType<typeof useFeatureKnowledge>;
}

function Body({ info, dictionary, dictionaryInfo, advertisedL0, values, onChange, reading, isStreaming, isCurrent, known }: BodyProps) {
  const { activations, sequence } = reading;
  const store = useStoreApi();
  const actions = useActions();
  const pinned = useWorkbench((state) => state.document.pinned);
  const hovered = useWorkbench((state) => state.hover.pos);
  const feature = useWorkbench((state) => state.document.feature);
  const isWhole = useWorkbench(selectSequence) === sequence;
  const interventions = useWorkbench((state) => (selectSlot(state) === 'steered' ? selectInterventions(state) : NO_CHANGES));
  const chosen = feature?.dictionary === dictionary ? feature.index : null;
  const model = useMemo<PromptModel>(
    () => ({ hash: info.hash, nCtx: info.config.nCtx, startId: startsWithBos(sequence.ids, info.config) ? info.config.bosId : null }),
    [info, sequence],
  );
  const subject = { model: info.hash, dictionary, sequence, nPos: activations.nPos, interventions };
  const loss = useLoss(subject);
  const onRead = useCallback((id: DictionaryId) => onChange({ dictionary: id }), [onChange]);
  const onHover = useCallback((pos: number | null) => actions.setHover({ pos }), [actions]);
  const watchHover = useCallback((listener: (pos: number | null) => void) => store.subscribe((state) => listener(state.hover.pos)), [store]);
  return (
    <div className={styles['body']}>
      <FitWarning {...{ activations, advertisedL0, subject, onRead }} canTry={isCurrent && isWhole} />
      <Lists
        {...{ info, model, dictionary, dictionaryInfo, values, onChange, reading, isStreaming, chosen, pinned, onHover, watchHover }}
        knownOf={known.knownOf}
      />
      <Strip
        {...{ activations, sequence, chosen, pinned, hovered, isStreaming, onHover }}
        by={values.strip}
        knownOf={known.knownOf}
        onPin={actions.pin}
      />
      <FitLine
        activations={activations}
        advertisedL0={advertisedL0}
        loss={loss.state}
        canMeasure={isCurrent && isWhole}
        onMeasure={() => void loss.start()}
        onCancel={loss.cancel}
      />
    </div>
  );
}
