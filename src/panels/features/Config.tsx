import type { DictionaryInfo } from '../../anatomy/dictionary';
import type { DictionaryState } from '../../store/state';
import type { ShippedDictionary } from '../../dictionaries/records';
import { Button, Disclosure, Progress } from '../../ui';
import { figure } from './words';
import styles from './Dashboard.module.css';

export interface ConfigProps {
  readonly title: string;
  readonly shipped: ShippedDictionary | null;
  readonly state: DictionaryState | null;
  readonly onOpen: (() => void) | null;
}

/** What the dictionary is, and whether its weights are here. */
export function Config({ title, shipped, state, onOpen }: ConfigProps) {
  const measured = shippedRows(shipped);
  const known = new Set(measured.map(([name]) => name));
  const rows = state?.status === 'ready' ? [...measured, ...infoRows(state.info).filter(([name]) => !known.has(name))] : measured;
  return (
    <Disclosure level={4} title={`The dictionary: ${title}`}>
      <dl className={styles.config}>
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {state?.status === 'ready' ? (
        <ul className={styles.notes}>
          {state.info.notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      ) : null}
      {state?.status === 'loading' ? <Progress label="Reading its weights" value={shareOf(state.progress)} /> : null}
      {state?.status === 'failed' ? (
        <p className={styles.problem} role="alert">
          {state.message}
        </p>
      ) : null}
      {state === null || state.status === 'failed' ? (
        onOpen === null ? (
          <p className={styles.note}>Its weights aren’t here: give its files to test texts and to steer.</p>
        ) : (
          <p className={styles.note}>
            Its weights are read when a text is tested or a feature steers. <Button variant="quiet" onPress={onOpen}>Read them now</Button>
          </p>
        )
      ) : null}
    </Disclosure>
  );
}

function shareOf(progress: Extract<DictionaryState, { status: 'loading' }>['progress']): number | null {
  return progress === null || progress.totalBytes === null || progress.totalBytes === 0 ? null : progress.loadedBytes / progress.totalBytes;
}

type Row = readonly [string, string];

function shippedRows(shipped: ShippedDictionary | null): Row[] {
  if (shipped === null) return [];
  const { hook, dIn, dSae, live, l0, explainedVariance } = shipped;
  return [
    ['hook', hook],
    ['d_in', String(dIn)],
    ['d_sae', String(dSae)],
    ...(live === null ? [] : [['live features', `${live} of ${dSae}`] as const]),
    ...(l0 === null ? [] : [['L0 (mean active features)', figure(l0, 1)] as const]),
    ...(explainedVariance === null ? [] : [['explained variance', figure(explainedVariance, 3)] as const]),
  ];
}

function infoRows({ spec, dIn, dOut, dSae, format, architecture, storedDtype, bytes, modelName, hash }: DictionaryInfo): Row[] {
  return [
    ['hook', spec.hookName === spec.hookNameOut ? spec.hookName : `${spec.hookName} → ${spec.hookNameOut}`],
    ['d_in', String(dIn)],
    ...(dOut === dIn ? [] : [['d_out', String(dOut)] as const]),
    ['d_sae', String(dSae)],
    ['encoder', spec.encoder + (spec.k === null ? '' : `, k = ${spec.k}`)],
    ['architecture in its files', architecture],
    ['format', format],
    ['stored as', `${storedDtype}, ${(bytes / 1e6).toFixed(1)} MB`],
    ['input', [spec.applyBDecToInput ? 'b_dec subtracted' : 'as it is', spec.normalizeActivations === 'none' ? '' : spec.normalizeActivations, spec.centerInput ? 'centred' : ''].filter(Boolean).join(', ')],
    ...(modelName === null ? [] : [['model that the files name', modelName] as const]),
    ['content', hash.slice(0, 12)],
  ];
}
