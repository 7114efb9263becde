import { useCallback, useSyncExternalStore } from 'react';
import type { ModelInfo } from '../../anatomy/model-info';
import type { WeightStorage } from '../../anatomy/weights';
import { useActions, useWorkbench } from '../../store/react';
import { selectModelInfo, selectPanelSettings } from '../../store/selectors';
import type { WorkbenchState } from '../../store/state';
import { Button, Message, NumberField, Progress, Segmented } from '../../ui';
import { DifferenceTable } from './DifferenceTable';
import { ErrorMap } from './ErrorMap';
import { bytesNeeded, referenceFor } from './job';
import { useNumericsJob } from './port';
import { POSITIONS, settings, VIEWS } from './settings';
import { Summary } from './Summary';
import styles from './Panel.module.css';

const PANEL = 'numerics';
const selectSettings = (state: WorkbenchState) => selectPanelSettings(state, PANEL, settings);
const selectBase = (state: WorkbenchState) => state.texts.base;
const selectBackend = (state: WorkbenchState) => state.backend.current?.name ?? null;
const selectStorage = (state: WorkbenchState) => state.backend.current?.storage ?? null;

/** This backend against the float32 reference, at every hook point. */
export default function NumericsPanel() {
  const info = useWorkbench(selectModelInfo);
  if (info === null)
    return (
      <Message tone="empty" title="No model yet">
        Numbers can be compared when a model is loaded.
      </Message>
    );
  return <WithModel info={info} />;
}

function WithModel({ info }: { info: ModelInfo }) {
  const job = useNumericsJob();
  const state = useSyncExternalStore(job.subscribe, job.state);
  const { view, positions } = useWorkbench(selectSettings);
  const base = useWorkbench(selectBase);
  const backend = useWorkbench(selectBackend);
  const storage = useWorkbench(selectStorage) ?? keptAsStored(info);
  const actions = useActions();
  const onChange = useCallback((change: Partial<{ view: typeof view; positions: number }>) => actions.setPanelSettings(PANEL, change), [actions]);
  const prompt = base === null ? [] : base.ids.slice(0, base.promptLength);
  const nPos = Math.min(positions, prompt.length);
  const report = state.status === 'done' && state.report.model === info.hash ? state.report : null;
  const obstacle = job.obstacle(info, storage, nPos);
  const { model, compared } = bytesNeeded(info, storage, nPos);
  const isRunning = state.status === 'running';

  return (
    <div className={styles['panel']}>
      <div className={styles['controls']}>
        {isRunning ? (
          <Button onPress={() => job.cancel()}>Cancel</Button>
        ) : (
          <Button
            variant="primary"
            isDisabled={backend === null || nPos === 0 || obstacle !== null}
            onPress={() => {
              if (backend !== null) void job.compare({ info, backend, storage, ids: prompt, most: positions });
            }}
          >
            Compare
          </Button>
        )}
        <NumberField label="tokens at most" {...POSITIONS} value={positions} onChange={(value) => onChange({ positions: value })} />
        {report === null ? null : (
          <Segmented label="view" hideLabel options={VIEWS} value={view} onChange={(value) => onChange({ view: value })} />
        )}
      </div>
      {obstacle === null ? null : (
        <Message tone="warning" title="This model can't be compared here">
          {obstacle}
        </Message>
      )}
      {isRunning ? <Progress label={state.doing} value={state.share} /> : null}
      {state.status === 'failed' ? (
        <Message tone="error" title="Nothing could be compared">
          {state.message}
        </Message>
      ) : null}
      {report === null ? (
        isRunning || obstacle !== null ? null : (
          <Message tone="empty" title={nPos === 0 ? 'Waiting for a prompt' : 'Not compared yet'}>
            Compare loads the model a second time, computes the first {nPos} of {prompt.length} tokens of the prompt with{' '}
            {referenceFor(backend ?? 'wasm')} and float32 weights too, and ends that engine afterwards. It takes about {megabytes(model)} for the second copy and{' '}
            {megabytes(compared)} for what is compared at a time.
          </Message>
        )
      ) : (
        <div className={styles['body']}>
          {report.backend === backend && report.storage === storage ? null : (
            <Message tone="warning" title={`This report is of ${report.backend} with ${report.storage} weights`}>
              Another backend computes now, or the weights are kept otherwise. Compare again.
            </Message>
          )}
          <Summary report={report} info={info} />
          {view === 'map' ? <ErrorMap report={report} /> : <DifferenceTable differences={report.differences} />}
        </div>
      )}
    </div>
  );
}

/** The storage of a model of which no answer has told yet. */
function keptAsStored({ storageWish, storedDtype }: ModelInfo): WeightStorage {
  const stored = storedDtype === 'float16' || storedDtype === 'bfloat16' ? storedDtype : 'float32';
  return storageWish ?? stored;
}

function megabytes(bytes: number): string {
  return `${Math.max(1, bytes / 1e6).toFixed(0)} MB`;
}
