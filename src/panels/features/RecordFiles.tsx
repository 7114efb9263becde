import { useState, type DragEvent, type ReactNode } from 'react';
import type { FeatureRef } from '../../anatomy/dictionary';
import { messageOf } from '../../lib/errors';
import { useActions } from '../../store/react';
import { Button, Message } from '../../ui';
import { useLibrary } from './port';
import type { FeatureTable } from './rows';
import styles from './Panel.module.css';

/** Files of records: other files, such as a model's, are for the page around. */
const RECORDS = /\.(json|jsonl|ndjson)(\.gz)?$/i;

/** A place that takes dropped files of feature records, for the dictionary of the selected feature or standing alone. */
export function RecordFiles({ table, feature, children }: { table: FeatureTable; feature: FeatureRef | null; children: ReactNode }) {
  const library = useLibrary();
  const actions = useActions();
  const [isOver, setOver] = useState(false);
  const [problems, setProblems] = useState<readonly string[]>([]);
  const target = table.sections.find(({ dictionary, origin }) => dictionary === feature?.dictionary && origin === 'weights') ?? null;
  const take = async (files: readonly File[]) => {
    try {
      const head = target === null ? null : { dictionary: target.dictionary, title: target.title, hook: target.hook, layer: target.layer };
      const { dictionary, count, problems: found } = await library.importFiles(files, head);
      setProblems(found);
      actions.notify('info', `${count.toLocaleString('en')} feature records were read.`);
      if (target === null) {
        const first = library.getState().columns.find((columns) => columns.dictionary === dictionary)?.index[0];
        if (first !== undefined) actions.selectFeature({ dictionary, index: first });
      }
    } catch (error) {
      setProblems([messageOf(error)]);
    }
  };
  const holdsFiles = (event: DragEvent) => event.dataTransfer.types.includes('Files');
  return (
    <div
      className={styles.drop}
      data-over={isOver || undefined}
      onDragOver={(event) => {
        if (!holdsFiles(event)) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={(event) => {
        if (!(event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget))) setOver(false);
      }}
      onDrop={(event) => {
        setOver(false);
        const files = [...event.dataTransfer.files];
        if (files.length === 0 || !files.every(({ name }) => RECORDS.test(name))) return;
        event.preventDefault();
        event.stopPropagation();
        void take(files);
      }}
    >
      {problems.length === 0 ? null : (
        <Message tone="warning" title="Not everything could be read" action={<Button variant="quiet" onPress={() => setProblems([])}>Dismiss</Button>}>
          {problems.map((problem) => (
            <p key={problem}>{problem}</p>
          ))}
        </Message>
      )}
      {children}
    </div>
  );
}
