import { useDictionaryTraining } from '../../store/dictionary-training-react';
import { useActions } from '../../store/react';
import { Button, Disclosure } from '../../ui';
import { saveDictionaryFile } from './save-file';
import styles from './Panel.module.css';

/** Dictionaries of this model that were trained here before and kept. */
export function Kept({ model }: { model: string }) {
  const all = useDictionaryTraining((state) => state.kept);
  const { take, remove, weightsOf } = useDictionaryTraining((state) => state.actions);
  const actions = useActions();
  const kept = all.filter((one) => one.model === model);
  if (kept.length === 0) return null;
  const open = async (id: string) => {
    const opened = await take(id);
    if (opened !== null) actions.selectFeature({ dictionary: opened, index: 0 });
  };
  const save = async (id: string) => {
    const dictionary = await weightsOf(id);
    if (dictionary !== null) await saveDictionaryFile(dictionary);
  };
  return (
    <Disclosure title={`Trained here before (${kept.length})`}>
      <ul className={styles['kept']}>
        {kept.map(({ id, name, bytes }) => (
          <li key={id}>
            <span title={id}>
              {name}, {(bytes / 1e6).toFixed(1)} MB
            </span>
            <Button onPress={() => void open(id)}>Open</Button>
            <Button onPress={() => void save(id)}>Export</Button>
            <Button variant="quiet" onPress={() => void remove(id)}>
              Delete
            </Button>
          </li>
        ))}
      </ul>
    </Disclosure>
  );
}
