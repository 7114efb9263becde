import { useState } from 'react';
import type { DictionaryId, DictionaryInfo } from '../anatomy/dictionary';
import { messageOf } from '../lib/errors';
import { useActions, useWorkbench } from '../store/react';
import type { DictionaryState, WorkbenchState } from '../store/state';
import { Button, Disclosure, Message, Progress } from '../ui';
import { saveBytes } from './download';
import dialog from './DictionaryDialog.module.css';
import { formatBytes } from './format';
import styles from './ModelDialog.module.css';
import { usePort } from './port';

const selectDictionaries = (state: WorkbenchState) => state.dictionaries;

/** What is open or on its way: what was found in the files, how to be rid of it, and the way out of the app. */
export function OpenDictionaries() {
  const dictionaries = useWorkbench(selectDictionaries);
  if (dictionaries.size === 0) return null;
  return (
    <section className={styles.part}>
      <h3>Open for this model</h3>
      <ul className={dialog.list}>
        {[...dictionaries].map(([id, state]) => (
          <li key={id} aria-label={id} className={dialog.item}>
            <One id={id} state={state} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function One({ id, state }: { id: DictionaryId; state: DictionaryState }) {
  const { closeDictionary } = useActions();
  const close = () => void closeDictionary(id);
  if (state.status === 'ready') return <Ready info={state.info} onClose={close} />;
  if (state.status === 'failed')
    return (
      <Message tone="error" title="The dictionary could not be opened." action={<Button onPress={close}>Remove from the list</Button>}>
        <p className={dialog.name}>{id}</p>
        <p>{state.message}</p>
      </Message>
    );
  const { progress } = state;
  const share = progress?.totalBytes ? Math.min(1, progress.loadedBytes / progress.totalBytes) : null;
  const detail = progress === null ? 'starting' : progress.stage === 'files' ? formatBytes(progress.loadedBytes) : 'unpacking';
  return (
    <div className={styles.row}>
      <div className={styles.grow}>
        <Progress label={`Opening ${id}`} value={share} detail={detail} />
      </div>
      <Button onPress={close}>Cancel</Button>
    </div>
  );
}

function Ready({ info, onClose }: { info: DictionaryInfo; onClose: () => void }) {
  const { exportDictionary } = usePort();
  const { notify } = useActions();
  const [isExporting, setExporting] = useState(false);
  const { spec } = info;
  const write = async () => {
    setExporting(true);
    try {
      saveBytes(`${info.name.replace(/[^\w.-]+/g, '_')}.zip`, await exportDictionary(info.id), 'application/zip');
    } catch (error) {
      notify('error', `the dictionary could not be exported: ${messageOf(error)}`);
    } finally {
      setExporting(false);
    }
  };
  const place = spec.hookName === spec.hookNameOut ? spec.hookName : `${spec.hookName} → ${spec.hookNameOut}`;
  return (
    <>
      <div className={styles.row}>
        <span className={styles.grow}>
          <strong className={dialog.name}>{info.name}</strong>
        </span>
        <Button isDisabled={isExporting} onPress={() => void write()}>
          Export as SAELens
        </Button>
        <Button onPress={onClose}>Close</Button>
      </div>
      <p className={styles.note}>
        {info.format}, {info.architecture}: {info.dSae} features at <code>{place}</code> (width {info.dIn}
        {info.dOut === info.dIn ? '' : ` → ${info.dOut}`}
        {spec.k === null ? '' : `, k = ${spec.k}`}), {info.storedDtype}, {formatBytes(info.bytes)}.
        {info.modelName === null ? '' : ` Made for ${info.modelName}.`}
      </p>
      <Disclosure title="What was found in its files">
        <ul className={dialog.notes}>
          {info.notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      </Disclosure>
    </>
  );
}
