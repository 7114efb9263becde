import { useCallback } from 'react';
import type { DictionaryId } from '../../anatomy/dictionary';
import { splitOverrides, withOverrides } from '../../dictionaries';
import { Button, Disclosure, Message, Progress } from '../../ui';
import type { Activations } from './activations';
import { ALTERNATIVES, fitOf, fitWarning } from './fit';
import styles from './Panel.module.css';
import type { Subject } from './use-loss';
import { useReadings, type Reading } from './use-readings';

export interface FitWarningProps {
  readonly activations: Activations;
  /** L0 that the dictionary's files or its catalogue give; null where they don't. */
  readonly advertisedL0: number | null;
  readonly subject: Subject;
  /** False while the text is still being written. */
  readonly canTry: boolean;
  /** The same dictionary, read otherwise. */
  readonly onRead: (dictionary: DictionaryId) => void;
}

/** Said above everything else, when the dictionary likely isn't read as it was trained: other readings can be tried on this text. */
export function FitWarning({ activations, advertisedL0, subject, canTry, onRead }: FitWarningProps) {
  const { state, start, cancel } = useReadings(subject);
  const { dictionary } = subject;
  const onOverrides = useCallback((said: string) => onRead(withOverrides(dictionary, splitOverrides(said).overrides)), [dictionary, onRead]);
  const warning = fitWarning(fitOf(activations), advertisedL0);
  if (warning === null) return null;
  return (
    <Message tone="warning" title="This dictionary may not fit">
      <p>{warning}</p>
      {state.status === 'running' ? (
        <div className={styles['progress']}>
          <Progress label="Encoding the text in other ways" value={null} />
          <Button onPress={cancel}>Cancel</Button>
        </div>
      ) : state.status === 'ready' ? (
        <Readings readings={state.value} dictionary={dictionary} onRead={onOverrides} />
      ) : (
        <Button isDisabled={!canTry} onPress={() => void start()}>
          Try other readings
        </Button>
      )}
      {state.status === 'failed' ? <p>They could not be tried: {state.message}</p> : null}
      <Disclosure title="Usual reasons">
        <ul className={styles['reasons']}>
          {ALTERNATIVES.map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      </Disclosure>
    </Message>
  );
}

interface ReadingsProps {
  readonly readings: readonly Reading[];
  readonly dictionary: DictionaryId;
  readonly onRead: (overrides: string) => void;
}

/** What each reading leaves unexplained, best first. */
function Readings({ readings, dictionary, onRead }: ReadingsProps) {
  // What was dropped or trained here has no address that could say how it is read.
  const isNamed = !/^(files|trained):/.test(dictionary);
  const sorted = readings.toSorted((a, b) => (Number.isNaN(a.fvu) ? 1 : Number.isNaN(b.fvu) ? -1 : a.fvu - b.fvu));
  return (
    <>
      <table className={styles['readings']}>
        <caption>how this dictionary fares on this text, read otherwise</caption>
        <thead>
          <tr>
            <th scope="col">reading</th>
            <th scope="col">unexplained</th>
            <th scope="col">L0</th>
            {isNamed ? <th scope="col">use</th> : null}
          </tr>
        </thead>
        <tbody>
          {sorted.map(({ label, overrides, fvu, l0 }) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              <td>{Number.isFinite(fvu) ? `${(100 * fvu).toFixed(1)}%` : '–'}</td>
              <td>{Number.isFinite(l0) ? l0.toFixed(1) : '–'}</td>
              {isNamed ? <td>{overrides === null || overrides === '' ? null : <Button variant="quiet" onPress={() => onRead(overrides)}>Read it so</Button>}</td> : null}
            </tr>
          ))}
        </tbody>
      </table>
      <p className={styles['note']}>
        One thing is changed at a time. A reconstructed check, meant for 2,000 tokens: on a short text only large differences count.
        {isNamed ? null : ' To use another reading, open the files again and say so under “Say what the files leave open” in the Dictionaries dialog.'}
      </p>
    </>
  );
}
