import { useRef, useState, type DragEvent } from 'react';
import { messageOf } from '../lib/errors';
import { useActions } from '../store/react';
import { Button } from '../ui';
import { FolderIcon, UploadIcon } from '../ui/icons';
import dialog from './DictionaryDialog.module.css';
import { readDropped } from './dropped-files';
import styles from './ModelDialog.module.css';
import { filesSource } from './source';

type OnFiles = (name: string, files: readonly File[]) => void;

/** A dictionary from the disk: dropped here, or picked. Nothing leaves the computer. */
export function DictionaryFiles({ onFiles }: { onFiles: OnFiles }) {
  const folder = useRef<HTMLInputElement>(null);
  const files = useRef<HTMLInputElement>(null);
  const { notify } = useActions();
  const [isOver, setOver] = useState(false);
  const give = (list: readonly File[], folderName: string | null) => {
    const source = filesSource(list, folderName);
    if (list.length > 0 && source.kind === 'files') onFiles(source.name, list);
  };
  const take = (input: HTMLInputElement) => {
    const picked = [...(input.files ?? [])];
    // Emptied, so that the same folder can be picked again.
    input.value = '';
    give(picked, null);
  };
  const drop = async (event: DragEvent) => {
    // The window would take it for a model.
    event.preventDefault();
    setOver(false);
    try {
      const dropped = await readDropped(event.dataTransfer);
      give(dropped.files, dropped.folderName);
    } catch (error) {
      notify('error', `what was dropped could not be read: ${messageOf(error)}`);
    }
  };
  return (
    <div
      className={`${dialog.drop} ${isOver ? dialog.over : ''}`}
      data-testid="dictionary-drop"
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => void drop(event)}
    >
      <p className={styles.note}>
        Drop a folder or its files here: SAELens, Gemma Scope, sparsify, OpenAI, dictionary_learning, Qwen-Scope, circuit-tracer, Llama-Scope, TinyModel. Nothing is sent
        anywhere, and nothing in them is run.
      </p>
      <div className={styles.row}>
        <Button onPress={() => folder.current?.click()}>
          <FolderIcon /> Pick a folder
        </Button>
        <Button onPress={() => files.current?.click()}>
          <UploadIcon /> Pick files
        </Button>
        <input ref={folder} type="file" hidden aria-label="Dictionary folder" {...{ webkitdirectory: '' }} onChange={(event) => take(event.target)} />
        <input ref={files} type="file" hidden multiple aria-label="Dictionary files" onChange={(event) => take(event.target)} />
      </div>
    </div>
  );
}
