import { useState } from 'react';
import type { ModelNeeds } from '../anatomy/model-info';
import { useActions } from '../store/react';
import type { ModelState } from '../store/state';
import { Button, Message, Progress } from '../ui';
import { formatBytes, shortHash } from './format';
import styles from './LoadStatus.module.css';
import { FilePickers } from './FilePickers';
import { NeedsFacts } from './NeedsFacts';
import { useShell } from './shell-context';
import { StorageField } from './StorageField';

/** How a load stands: its progress, what went wrong and what can be done, or whose folder is wanted. */
export function LoadStatus({ model }: { model: Exclude<ModelState, { status: 'ready' }> }) {
  const { retry, openDialog, dialog } = useShell();
  const { cancelLoad } = useActions();
  const stays = model.previous ? ` ${model.previous.id} stays in use.` : '';
  switch (model.status) {
    case 'loading': {
      const { progress, needs } = model;
      if (model.isAsking === true && needs)
        return (
          <AskFirst label={model.label} needs={needs} />
        );
      const share = progress?.totalBytes ? Math.min(1, progress.loadedBytes / progress.totalBytes) : null;
      return (
        <div className={styles.loading}>
          <Progress label={`Loading ${model.label}`} value={share} detail={progressWords(progress) + needsWords(needs)} />
          <Button onPress={cancelLoad}>Cancel</Button>
        </div>
      );
    }
    case 'failed':
      return (
        <Message
          tone="error"
          title="The model could not be loaded."
          action={
            <>
              {retry ? <Button onPress={retry}>Try again</Button> : null}
              {dialog === 'model' ? null : <Button onPress={() => openDialog('model')}>Choose another</Button>}
            </>
          }
        >
          <p>
            {model.message}
            {stays}
          </p>
        </Message>
      );
    case 'needs-files':
      return (
        <Message tone="warning" title={`The folder of “${model.name}” is wanted.`}>
          <p>
            A model from somebody’s disk is only named by a link, never carried. Give the same folder: its content hash
            has to begin with <code>{shortHash(model.hash)}</code>.{stays}
          </p>
          <div className={styles.pickers}>
            <FilePickers />
          </div>
        </Message>
      );
  }
}

/** What a large model takes, and how it is to be kept, before its weights are fetched. */
function AskFirst({ label, needs }: { label: string; needs: ModelNeeds }) {
  const { cancelLoad, confirmLoad } = useActions();
  const [storage, setStorage] = useState(needs.storage ?? null);
  return (
    <Message
      tone="warning"
      title={`${label} is large.`}
      action={
        <>
          <Button variant="primary" onPress={() => confirmLoad(storage)}>
            Load it
          </Button>
          <Button onPress={cancelLoad}>Cancel</Button>
        </>
      }
    >
      <NeedsFacts needs={needs} />
      <StorageField value={storage} onChange={setStorage} />
    </Message>
  );
}

/** In short, what a model takes that is on its way. */
function needsWords(needs: ModelNeeds | undefined): string {
  if (needs === undefined) return '';
  const { memoryBytes } = needs.device;
  return ` · takes ${formatBytes(needs.weightBytes)} of memory${memoryBytes === null ? '' : ` (this device has about ${formatBytes(memoryBytes)})`}`;
}

function progressWords(progress: Extract<ModelState, { status: 'loading' }>['progress']): string {
  if (!progress) return 'starting';
  if (progress.stage === 'ready') return 'starting the engine';
  const loaded = formatBytes(progress.loadedBytes);
  return progress.totalBytes === null ? loaded : `${loaded} of ${formatBytes(progress.totalBytes)}`;
}
