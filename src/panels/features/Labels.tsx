import { useState } from 'react';
import type { FeatureRef } from '../../anatomy/dictionary';
import { isGoodLabel, LABEL_AUC, type FeatureLabel } from '../../dictionaries/records';
import { Button, Dialog, TextField } from '../../ui';
import type { ForeignLabels } from './library';
import { neuronpediaApi, neuronpediaPage } from './neuronpedia';
import { figure } from './words';
import styles from './Dashboard.module.css';

export interface LabelsProps {
  readonly feature: FeatureRef;
  readonly own: string | null;
  readonly onLabel: (label: string | null) => void;
  readonly labels: readonly FeatureLabel[];
  readonly foreign: ForeignLabels | null;
  /** `model/source`, or null where the dictionary isn't known there. */
  readonly neuronpediaId: string | null;
  readonly onFetch: () => void;
}

/** What a feature is called, by whom, and how well that was tested. */
export function Labels({ feature, own, onLabel, labels, foreign, neuronpediaId, onFetch }: LabelsProps) {
  return (
    <section className={styles.part} aria-label="labels">
      <OwnLabel key={`${feature.dictionary} ${feature.index} ${own ?? ''}`} own={own} onLabel={onLabel} />
      <ul className={styles.labels}>
        {labels.map((label, at) => (
          <Label key={at} label={label} />
        ))}
        {labels.length === 0 ? <li className={styles.note}>No label was proposed: there were too few held-out contexts to test one, or nobody wrote one.</li> : null}
        {foreign?.status === 'ready' ? foreign.labels.map((label, at) => <Label key={`foreign ${at}`} label={label} from="Neuronpedia" />) : null}
        {foreign?.status === 'ready' && foreign.labels.length === 0 ? <li className={styles.note}>Neuronpedia has no label for it.</li> : null}
        {foreign?.status === 'failed' ? (
          <li className={styles.problem} role="alert">
            {foreign.message}
          </li>
        ) : null}
      </ul>
      {neuronpediaId === null ? null : <Neuronpedia id={neuronpediaId} index={feature.index} isBusy={foreign?.status === 'loading'} isDone={foreign?.status === 'ready'} onFetch={onFetch} />}
    </section>
  );
}

/** A person's own label. It is kept on this computer and in links. */
function OwnLabel({ own, onLabel }: { own: string | null; onLabel: (label: string | null) => void }) {
  const [text, setText] = useState(own ?? '');
  const isChanged = text.trim() !== (own ?? '');
  const save = () => onLabel(text.trim() === '' ? null : text.trim());
  return (
    <div className={styles.ownLabel}>
      <TextField hideLabel label="My label" placeholder="My label for this feature" value={text} onChange={setText} onSubmit={save} />
      <Button isDisabled={!isChanged} onPress={save}>
        {text.trim() === '' && own !== null ? 'Remove label' : 'Save label'}
      </Button>
    </div>
  );
}

function Label({ label, from }: { label: FeatureLabel; from?: string }) {
  const { text, author, method, auc, controlAuc } = label;
  const score = auc === null ? '' : ` · AUC ${figure(auc, 2)}${controlAuc === null ? '' : `, another feature’s label ${figure(controlAuc, 2)} (0.50 expected)`}`;
  return (
    <li>
      {isGoodLabel(label) ? (
        <span className={styles.label}>{text}</span>
      ) : (
        <span>
          <em>no label</em>: the best rule scores below {LABEL_AUC} <span className={styles.weak}>({text})</span>
        </span>
      )}
      <span className={styles.by} title={method ?? undefined}>
        {author}
        {from === undefined ? '' : `, by way of ${from}`}
        {score}
      </span>
    </li>
  );
}

/** The way to Neuronpedia: nothing goes there before somebody says yes. */
function Neuronpedia({ id, index, isBusy, isDone, onFetch }: { id: string; index: number; isBusy: boolean; isDone: boolean; onFetch: () => void }) {
  const [isAsking, setAsking] = useState(false);
  return (
    <p className={styles.links}>
      <a href={neuronpediaPage(id, index)} target="_blank" rel="noreferrer">
        Its page on Neuronpedia
      </a>
      {isDone ? null : (
        <Button variant="quiet" isDisabled={isBusy} onPress={() => setAsking(true)}>
          {isBusy ? 'Asking Neuronpedia…' : 'Fetch labels from Neuronpedia'}
        </Button>
      )}
      <Dialog title="Fetch labels from Neuronpedia?" isOpen={isAsking} onClose={() => setAsking(false)}>
        <p>
          This asks <code className={styles.address}>{neuronpediaApi(id, index)}</code>. The request names the model, the dictionary and the feature; your prompts and labels stay here. Like any
          request it tells that site your network address. The labels that come back are other people’s, and are shown as such.
        </p>
        <Button
          variant="primary"
          onPress={() => {
            setAsking(false);
            onFetch();
          }}
        >
          Fetch
        </Button>
      </Dialog>
    </p>
  );
}
