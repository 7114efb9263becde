import { useEffect, useRef, useState } from 'react';
import { messageOf } from '../lib/errors';
import { useActions } from '../store/react';
import styles from './DropModel.module.css';
import { looksLikeDictionary, looksLikeModel, readDropped } from './dropped-files';
import { useShell } from './shell-context';
import { filesSource } from './source';

const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;

/** A model folder can be dropped anywhere on the window, and so can a dictionary's. What a panel takes for itself (it stops the event) is left alone. */
export function DropModel() {
  const { load, openDialog } = useShell();
  const { notify, openDictionary } = useActions();
  const [isOver, setOver] = useState(false);
  const reached = useRef(false);

  useEffect(() => {
    const onOverFirst = () => {
      // If nobody below takes the event it reaches the window afterwards; otherwise the sign goes away.
      reached.current = false;
      requestAnimationFrame(() => setOver(reached.current));
    };
    const onOver = (event: DragEvent) => {
      if (event.defaultPrevented || !carriesFiles(event)) return;
      event.preventDefault();
      reached.current = true;
    };
    const onLeave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false);
    };
    const onDrop = async (event: DragEvent) => {
      setOver(false);
      if (event.defaultPrevented || !event.dataTransfer || !carriesFiles(event)) return;
      event.preventDefault();
      try {
        const { files, folderName } = await readDropped(event.dataTransfer);
        const source = filesSource(files, folderName);
        if (looksLikeDictionary(files) && source.kind === 'files') {
          openDialog('dictionaries');
          await openDictionary({ kind: 'files', name: source.name, files });
        } else if (looksLikeModel(files)) load(source);
        else
          notify(
            'info',
            'that is not a model folder (no config.json or .safetensors). Lists of prompts go onto the prompt sets panel.',
          );
      } catch (error) {
        notify('error', `what was dropped could not be read: ${messageOf(error)}`);
      }
    };
    const drop = (event: DragEvent) => void onDrop(event);
    window.addEventListener('dragover', onOverFirst, true);
    window.addEventListener('dragover', onOver);
    window.addEventListener('dragleave', onLeave);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('dragover', onOverFirst, true);
      window.removeEventListener('dragover', onOver);
      window.removeEventListener('dragleave', onLeave);
      window.removeEventListener('drop', drop);
    };
  }, [load, notify, openDialog, openDictionary]);

  return isOver ? (
    <div className={styles.over}>Drop a model folder (config.json, .safetensors, tokenizer.json) or a dictionary (cfg.json, weights)</div>
  ) : null;
}
