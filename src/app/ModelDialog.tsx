import { useState } from 'react';
import { catalogue } from '../models/catalogue';
import { readHubAddress } from '../models/hub-address';
import { useWorkbench } from '../store/react';
import { selectModelInfo } from '../store/selectors';
import { Button, Dialog, TextField } from '../ui';
import { FilePickers } from './FilePickers';
import { LoadStatus } from './LoadStatus';
import styles from './ModelDialog.module.css';
import { ModelFacts } from './ModelFacts';
import { selectModel } from './selectors';
import { useShell } from './shell-context';
import { StorageField } from './StorageField';

/** Which model is in use, and the ways to another: the catalogue, the Hugging Face Hub, a URL, or files from the disk. */
export function ModelDialog() {
  const { dialog, openDialog, load, storage, setStorage } = useShell();
  const model = useWorkbench(selectModel);
  const info = useWorkbench(selectModelInfo);
  const [url, setUrl] = useState('');
  const [hub, setHub] = useState('');
  const problem = urlProblem(url);
  const submit = () => {
    if (url.trim() === '' || problem !== null) return;
    const address = /^https?:/.test(url.trim()) ? readHubAddress(url) : null;
    load(address === null ? { kind: 'url', url: url.trim() } : { kind: 'hub', ...address });
  };
  const isInUse = (id: string) => info?.id === id && (info.storageWish ?? null) === storage;
  const address = readHubAddress(hub);
  const submitHub = () => {
    if (address !== null) load({ kind: 'hub', ...address });
  };
  return (
    <Dialog title="Model" isOpen={dialog === 'model'} onClose={() => openDialog(null)}>
      <div className={styles.parts}>
        {model.status === 'ready' ? null : (
          <div className={styles.status}>
            <LoadStatus model={model} />
          </div>
        )}
        {info ? <ModelFacts info={info} /> : null}
        <section className={styles.part}>
          <h3>How a model is kept</h3>
          <StorageField value={storage} onChange={setStorage} />
          <p className={styles.note}>
            As stored changes no number. float16 takes two bytes a weight and int8 one: a float32 file is rounded then, and the
            numerics report says what that does to the numbers. It holds for the next model that is loaded.
          </p>
        </section>
        <section className={styles.part}>
          <h3>From the catalogue</h3>
          {catalogue.map(({ id, title }) => (
            <div key={id} className={styles.row}>
              <span className={styles.grow}>
                <strong>{title}</strong>: comes with the app, works offline.
              </span>
              <Button isDisabled={isInUse(id)} onPress={() => load({ kind: 'catalogue', id })}>
                {isInUse(id) ? 'In use' : 'Load'}
              </Button>
            </div>
          ))}
        </section>
        <section className={styles.part}>
          <h3>From the Hugging Face Hub</h3>
          <div className={styles.row}>
            <div className={styles.grow}>
              <TextField
                label="Name of a public model, with a revision if you like"
                placeholder="owner/name or owner/name@revision"
                value={hub}
                onChange={setHub}
                onSubmit={submitHub}
                problem={hub.trim() === '' || address !== null ? null : 'write owner/name, or owner/name@revision.'}
              />
            </div>
            <Button isDisabled={address === null} onPress={submitHub}>
              Load
            </Button>
          </div>
        </section>
        <section className={styles.part}>
          <h3>From a URL</h3>
          <div className={styles.row}>
            <div className={styles.grow}>
              <TextField
                label="A folder with config.json and safetensors"
                placeholder="https://huggingface.co/…/resolve/main"
                value={url}
                onChange={setUrl}
                onSubmit={submit}
                problem={problem}
              />
            </div>
            <Button isDisabled={url.trim() === '' || problem !== null} onPress={submit}>
              Load
            </Button>
          </div>
        </section>
        <section className={styles.part}>
          <h3>From this computer</h3>
          <p className={styles.note}>
            A folder with config.json, one or more .safetensors and, if there is one, tokenizer.json. It can also be
            dropped anywhere on this window. Nothing is sent anywhere.
          </p>
          <FilePickers />
        </section>
        <section className={styles.part}>
          <h3>Kept in this browser</h3>
          <div className={styles.row}>
            <span className={styles.grow}>What was downloaded is kept, so that it is downloaded once.</span>
            <Button onPress={() => openDialog('stored')}>Stored models</Button>
          </div>
        </section>
      </div>
    </Dialog>
  );
}

function urlProblem(text: string): string | null {
  if (text.trim() === '') return null;
  const url = URL.parse(text.trim(), location.href);
  if (url === null) return 'that is not a URL.';
  return /^https?:$/.test(url.protocol) ? null : 'only http and https can be fetched.';
}
