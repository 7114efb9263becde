import { useEffect, useState } from 'react';
import type { DictionaryId } from '../anatomy/dictionary';
import { readCatalogue, type DictionaryEntry } from '../dictionaries';
import { isAbort, messageOf } from '../lib/errors';
import { useWorkbench } from '../store/react';
import type { WorkbenchState } from '../store/state';
import { Button, Message } from '../ui';
import dialog from './DictionaryDialog.module.css';
import styles from './ModelDialog.module.css';

const selectDictionaries = (state: WorkbenchState) => state.dictionaries;

type Read = { readonly entries: readonly DictionaryEntry[] } | { readonly problem: string } | null;

/** The dictionaries that ship for a model, with what their training measured. Nothing is shown for a model without any. */
export function ShippedDictionaries({ modelId, onOpen }: { modelId: string; onOpen: (id: DictionaryId) => void }) {
  const [read, setRead] = useState<Read>(null);
  const opened = useWorkbench(selectDictionaries);
  useEffect(() => {
    const controller = new AbortController();
    readCatalogue(modelId, document.baseURI, controller.signal).then(
      (entries) => setRead({ entries }),
      (error: unknown) => {
        if (!isAbort(error) && !controller.signal.aborted) setRead({ problem: messageOf(error) });
      },
    );
    return () => controller.abort();
  }, [modelId]);
  if (read === null) return null;
  if ('problem' in read)
    return (
      <Message tone="error" title="The list of dictionaries can’t be read.">
        <p>{read.problem}</p>
      </Message>
    );
  if (read.entries.length === 0) return null;
  return (
    <section className={styles.part}>
      <h3>That come with the model ({read.entries.length})</h3>
      <p className={styles.note}>
        L0: features that are active at a token, on average. Explained variance: how much of the activations they rebuild, 1 is all. resid_post is the stream after a layer, mlp_out what its MLP adds.
      </p>
      <ul className={dialog.list}>
        {read.entries.map((entry) => {
          const isOpen = opened.get(entry.id)?.status === 'ready';
          return (
            <li key={entry.id} className={styles.row}>
              <span className={styles.grow}>
                <span className={dialog.name}>{entry.title}</span>: {measured(entry)}.
              </span>
              <Button isDisabled={isOpen} onPress={() => onOpen(entry.id)}>
                {isOpen ? 'Is open' : 'Open'}
                <span className={dialog.unseen}> {entry.folder}</span>
              </Button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function measured({ dSae, l0, explainedVariance }: DictionaryEntry): string {
  const parts = [`${dSae} features`];
  if (l0 !== null) parts.push(`L0 ${l0.toFixed(1)}`);
  if (explainedVariance !== null) parts.push(`explained variance ${explainedVariance.toFixed(3)}`);
  return parts.join(', ');
}
