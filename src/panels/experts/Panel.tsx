import { useCallback, useMemo } from 'react';
import type { ModelInfo } from '../../anatomy/model-info';
import { Recomputing } from '../../charts/Recomputing';
import { useActions, useWorkbench } from '../../store/react';
import { selectAnalysis, selectModelInfo, selectPanelSettings } from '../../store/selectors';
import type { WorkbenchState } from '../../store/state';
import { Message, Toggle } from '../../ui';
import { ActivationMap } from './ActivationMap';
import { Compare } from './Compare';
import { expertSpec } from './needs';
import { mapOf } from './ranking';
import { settings } from './settings';
import styles from './Panel.module.css';

const PANEL = 'experts';
const selectSettings = (state: WorkbenchState) => selectPanelSettings(state, PANEL, settings);

/** Which experts the prompt is routed to, and which ones tell two sets of prompts apart. */
export default function ExpertsPanel() {
  const info = useWorkbench(selectModelInfo);
  if (info === null)
    return (
      <Message tone="empty" title="No model yet">
        Experts appear when a model that has some is loaded.
      </Message>
    );
  if (info.config.experts === null)
    return (
      <Message tone="empty" title="This model has no experts">
        Every token passes through the whole MLP of each layer. Models with a mixture of experts, such as Mixtral, OLMoE or Qwen3-MoE, choose a few of many small MLPs
        for each token. To see which, press Model at the top and load one.
      </Message>
    );
  return <WithExperts info={info} />;
}

function WithExperts({ info }: { info: ModelInfo }) {
  const values = useWorkbench(selectSettings);
  const spec = expertSpec(values.divide);
  const answer = useWorkbench(useCallback((state: WorkbenchState) => selectAnalysis(state, spec), [spec]));
  const actions = useActions();
  const result = answer.status === 'ready' ? answer.value : answer.status === 'none' ? null : answer.stale;
  const map = useMemo(() => mapOf(result), [result]);
  return (
    <div className={styles['panel']}>
      <div className={styles['row']}>
        <span className={styles['note']}>
          {info.config.experts?.perToken} of {info.config.experts?.count} experts for each token
        </span>
        <Toggle label="Divide by the number of tokens" isOn={values.divide} onChange={(divide) => actions.setPanelSettings(PANEL, { divide })} />
      </div>
      {answer.status === 'failed' ? (
        <Message tone="error" title="The experts could not be counted">
          {answer.message}
        </Message>
      ) : null}
      {map === null ? (
        answer.status === 'failed' ? null : (
          <Message tone="empty" title="Waiting for a text">
            The map appears when the text is there.
          </Message>
        )
      ) : (
        <Recomputing isStale={answer.status !== 'ready'}>
          <ActivationMap map={map} isShare={values.divide} />
        </Recomputing>
      )}
      <Compare info={info} values={values} onChange={(change) => actions.setPanelSettings(PANEL, change)} />
    </div>
  );
}
