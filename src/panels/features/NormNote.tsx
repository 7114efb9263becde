import { useState } from 'react';
import { useActions } from '../../store/react';
import { Button, Progress } from '../../ui';
import { openSource } from './sources';
import type { FeatureTable } from './rows';
import styles from './Panel.module.css';

/** Sorted by norm: decoder norms stand in the weights, so dictionaries whose weights aren't read have none yet. Offers to read them. */
export function NormNote({ table, only }: { table: FeatureTable; only: string | null }) {
  const actions = useActions();
  const [run, setRun] = useState<{ readonly done: number; readonly total: number; readonly stop: AbortController } | null>(null);
  const missing = table.sections.filter(({ dictionary, norm }) => (only === null || dictionary === only) && norm.every(Number.isNaN)).flatMap(({ dictionary }) => openSource(dictionary) ?? []);
  const read = async () => {
    const stop = new AbortController();
    for (const [done, source] of missing.entries()) {
      setRun({ done, total: missing.length, stop });
      await actions.openDictionary(source);
      if (stop.signal.aborted) break;
    }
    setRun(null);
  };
  if (run !== null)
    return (
      <div className={styles.norms}>
        <Progress label="Reading decoder rows" value={run.done / run.total} detail={`${run.done} of ${run.total}`} />
        <Button onPress={() => run.stop.abort()}>Cancel</Button>
      </div>
    );
  if (missing.length === 0) return null;
  return (
    <p className={styles.summary}>
      Norms stand in the weights, and those of {missing.length === 1 ? 'one dictionary' : `${missing.length} dictionaries`} are not read yet.{' '}
      <Button variant="quiet" onPress={() => void read()}>
        Read them
      </Button>
    </p>
  );
}
