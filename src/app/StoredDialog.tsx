import { useState } from 'react';
import type { StoredModel } from '../anatomy/model-info';
import { Button, Dialog, Message } from '../ui';
import { openStoredModels, type StoredModels } from '../workers';
import { formatBytes } from './format';
import { useShell } from './shell-context';
import styles from './StoredDialog.module.css';
import { useStoredModels, type Allowance } from './use-stored-models';

/**
 * Models that were downloaded and are kept in this browser: what they take, and the way to be rid of them.
 *
 * @param open starts whoever can read the storage.
 */
export function StoredDialog({ open = openStoredModels }: { open?: () => StoredModels }) {
  const { dialog, openDialog } = useShell();
  const isOpen = dialog === 'stored';
  const { overview, allowance, problem, remove, persist } = useStoredModels(isOpen, open);
  return (
    <Dialog title="Stored models" isOpen={isOpen} onClose={() => openDialog('model')}>
      <div className={styles.parts}>
        {problem === null ? null : (
          <Message tone="error" title="The storage can’t be read.">
            <p>{problem}</p>
          </Message>
        )}
        {overview === null ? (
          <p className={styles.note}>Reading…</p>
        ) : !overview.available ? (
          <Message tone="info" title="This browser stores nothing here.">
            <p>Private windows often don’t. Models are downloaded anew each time; everything else works.</p>
          </Message>
        ) : overview.models.length === 0 ? (
          <Message tone="empty" title="Nothing is stored.">
            <p>Models from the Hugging Face Hub or a URL are kept here, so that they are downloaded once.</p>
          </Message>
        ) : (
          <>
            <StoredTable models={overview.models} onRemove={remove} />
            <div className={styles.row}>
              <span className={styles.grow}>Together {formatBytes(overview.bytes)}; what two models share counts once.</span>
              <Button onPress={() => remove(null)}>Delete all</Button>
            </div>
          </>
        )}
        <Allowed allowance={allowance} onPersist={persist} />
        <p className={styles.note}>
          The built-in model and models from your disk aren’t stored: the first lies in the browser’s cache, the others stay
          where they are.
        </p>
      </div>
    </Dialog>
  );
}

function StoredTable({ models, onRemove }: { models: readonly StoredModel[]; onRemove: (from: string) => void }) {
  return (
    <table className={styles.table}>
      <thead>
        <tr>
          <th scope="col">model</th>
          <th scope="col">from</th>
          <th scope="col">size</th>
          <th scope="col">stored</th>
          <th />
        </tr>
      </thead>
      <tbody>
        {models.map((model) => (
          <tr key={model.from}>
            <th scope="row">{nameOf(model.from)}</th>
            <td className={styles.from}>{placeOf(model.from)}</td>
            <td>
              {formatBytes(model.bytes)}
              {model.isWhole ? null : <div>unfinished</div>}
              {model.sharedBytes > 0 ? <div>{formatBytes(model.sharedBytes)} shared</div> : null}
            </td>
            <td>
              <time dateTime={model.date}>{model.date.slice(0, 10)}</time>
            </td>
            <td>
              <Button onPress={() => onRemove(model.from)}>
                Delete<span className={styles.unseen}> {nameOf(model.from)}</span>
              </Button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function nameOf(from: string): string {
  if (from.startsWith('hf:')) return from.slice(3);
  return decodeURI(from).replace(/\/+$/, '').split('/').at(-1) ?? from;
}

function placeOf(from: string): string {
  return from.startsWith('hf:') ? 'Hugging Face Hub' : from;
}

function Allowed({ allowance: { usage, quota, isPersistent }, onPersist }: { allowance: Allowance; onPersist: () => Promise<boolean> }) {
  const [isRefused, setRefused] = useState(false);
  if (quota === null) return null;
  return (
    <div className={styles.row}>
      <span className={styles.grow}>
        This site uses {formatBytes(usage ?? 0)} of the {formatBytes(quota)} that the browser grants it.{' '}
        {isPersistent === true
          ? 'The browser keeps it until you delete it.'
          : isRefused
            ? 'The browser did not agree to keep it: it may be cleared when the disk runs full.'
            : 'It may be cleared by the browser when the disk runs full.'}
      </span>
      {isPersistent === false ? <Button onPress={() => void onPersist().then((granted) => setRefused(!granted))}>Keep it</Button> : null}
    </div>
  );
}
