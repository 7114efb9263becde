import type { BackendStatus, ModelInfo } from '../anatomy/model-info';
import { useActions, useWorkbench } from '../store/react';
import { selectModelInfo } from '../store/selectors';
import { Menu } from '../ui';
import styles from './Header.module.css';
import { selectBackend } from './selectors';
import { useSurvey } from './use-survey';

/** What stands beside a backend's name: why it can't be used, or what it is. */
export function backendNote(status: BackendStatus): string {
  if (!status.usable) return status.problem ?? 'can’t be used here';
  if (status.software) return ['software adapter (slow)', status.device].filter(Boolean).join(': ');
  return status.device ?? 'usable';
}

/** How the weights are kept: as they are stored, or as what. */
export function weightsNote({ storedDtype }: ModelInfo, current: BackendStatus | null): string {
  const storage = current?.storage ?? storedDtype;
  return storage === storedDtype ? `${storedDtype} stored` : `${storage} weights (stored ${storedDtype})`;
}

const SURVEY = 'survey';

/** What computes every number, and the others that could. */
export function BackendMenu() {
  const { current, all, switching } = useWorkbench(selectBackend);
  const info = useWorkbench(selectModelInfo);
  const { setBackend } = useActions();
  const { isTrying, survey, surveyOnce } = useSurvey();
  const name = switching ? 'switching…' : (current?.name ?? 'no backend yet');
  const precision = info ? `float32 arithmetic, ${weightsNote(info, current)}` : 'float32 arithmetic';
  return (
    <Menu
      label={`Backend: ${name}, ${precision}`}
      onOpen={surveyOnce}
      items={[
        ...all.map((status) => ({
          id: status.name,
          label: status.name,
          note: backendNote(status),
          isDisabled: !status.usable || switching,
          isOn: status.name === current?.name,
        })),
        {
          id: SURVEY,
          label: isTrying ? 'Trying them…' : 'Try which ones work here',
          isDisabled: isTrying,
        },
      ]}
      onAction={(id) => {
        if (id === SURVEY) survey();
        const chosen = all.find((status) => status.name === id);
        // Whether it worked is told by a notice; the work stays as it is either way.
        if (chosen && chosen.name !== current?.name) setBackend(chosen.name).catch(() => undefined);
      }}
    >
      <span>
        <span className={styles.label}>Backend</span> <strong>{name}</strong>
        <span className={styles.detail}> · {precision}</span>
      </span>
    </Menu>
  );
}
