import { useState } from 'react';
import type { DictionaryOverrides, DictionarySource } from '../anatomy/dictionary';
import type { ModelInfo } from '../anatomy/model-info';
import { overridesText, readDictionaryAddress, withOverrides } from '../dictionaries';
import { useActions, useWorkbench } from '../store/react';
import { selectModelInfo } from '../store/selectors';
import { Button, Dialog, Disclosure, Message, TextField } from '../ui';
import { DictionaryFiles } from './DictionaryFiles';
import { DictionaryOverridesForm } from './DictionaryOverridesForm';
import styles from './ModelDialog.module.css';
import { OpenDictionaries } from './OpenDictionaries';
import { ShippedDictionaries } from './ShippedDictionaries';
import { useShell } from './shell-context';

/** Which dictionaries are open, what was found in their files, and the ways to others: those that ship, the Hub, an address, files. */
export function DictionaryDialog() {
  const { dialog, openDialog } = useShell();
  const info = useWorkbench(selectModelInfo);
  return (
    <Dialog title="Dictionaries" isOpen={dialog === 'dictionaries'} onClose={() => openDialog(null)}>
      {info === null ? (
        <Message tone="empty" title="No model is loaded">
          <p>A dictionary is opened for the model that it was made for. Load that first.</p>
        </Message>
      ) : (
        <Parts key={info.hash} info={info} />
      )}
    </Dialog>
  );
}

function Parts({ info }: { info: ModelInfo }) {
  const { openDictionary } = useActions();
  const [address, setAddress] = useState('');
  const [overrides, setOverrides] = useState<DictionaryOverrides>({});
  // A failure is shown by the state of the dictionary.
  const open = (source: DictionarySource) => void openDictionary(source);
  const id = readDictionaryAddress(address);
  const submit = () => {
    if (id !== null) open({ kind: 'id', id: withOverrides(id, overrides) });
  };
  return (
    <div className={styles.parts}>
      <OpenDictionaries />
      <ShippedDictionaries modelId={info.id} onOpen={(shipped) => open({ kind: 'id', id: shipped })} />
      <section className={styles.part}>
        <h3>From the Hugging Face Hub or an address</h3>
        <div className={styles.row}>
          <div className={styles.grow}>
            <TextField
              label="Folder or file of one dictionary"
              placeholder="owner/name/folder or https://…"
              value={address}
              onChange={setAddress}
              onSubmit={submit}
              problem={address.trim() === '' || id !== null ? null : 'write owner/name/folder, or an http address.'}
            />
          </div>
          <Button isDisabled={id === null} onPress={submit}>
            Open
          </Button>
        </div>
      </section>
      <section className={styles.part}>
        <h3>From this computer</h3>
        <DictionaryFiles onFiles={(name, files) => open({ kind: 'files', name, files, ...(overridesText(overrides) === '' ? {} : { as: overrides }) })} />
      </section>
      <Disclosure title="Say what the files leave open">
        <DictionaryOverridesForm values={overrides} onChange={setOverrides} />
      </Disclosure>
    </div>
  );
}
