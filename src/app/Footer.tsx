import { useMemo } from 'react';
import type { BackendStatus, ModelInfo } from '../anatomy/model-info';
import { useWorkbench } from '../store/react';
import { selectModelInfo } from '../store/selectors';
import { Button } from '../ui';
import { ClockIcon } from '../ui/icons';
import styles from './Footer.module.css';
import { formatCount, formatMilliseconds } from './format';
import { selectBackend, selectTiming } from './selectors';
import { useShell } from './shell-context';
import { summariseTiming } from './timing';

/** Whether the weights are the stored numbers, or what they were made. */
function weightsWords({ storedDtype }: ModelInfo, current: BackendStatus | null): string {
  const storage = current?.storage ?? storedDtype;
  return storage === storedDtype ? `weights as stored (${storedDtype})` : `weights kept as ${storage} (stored as ${storedDtype})`;
}

/** The line at the bottom: what the numbers above were computed from, and how fast. */
export function Footer() {
  const info = useWorkbench(selectModelInfo);
  const timing = useWorkbench(selectTiming);
  const { current } = useWorkbench(selectBackend);
  const { openDialog } = useShell();
  const summary = useMemo(() => summariseTiming(timing.painted), [timing.painted]);
  return (
    <footer className={styles.footer}>
      <span className={styles.facts}>
        {info
          ? `${formatCount(info.parameters)} parameters · ${info.config.nLayers} layers × ${info.config.nHeads} heads · context ${info.config.nCtx} · ${weightsWords(info, current)}, nothing folded or centred`
          : 'no model yet'}
      </span>
      <Button variant="quiet" onPress={() => openDialog('timing')}>
        <ClockIcon />
        {summary.forward
          ? `forward p95 ${formatMilliseconds(summary.forward.p95)} · ${summary.textsPerSecond?.toFixed(1) ?? '–'} texts/s`
          : 'Timing'}
      </Button>
    </footer>
  );
}
