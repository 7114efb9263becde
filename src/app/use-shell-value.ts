import { useCallback, useMemo, useState } from 'react';
import type { ModelSource } from '../anatomy/model-info';
import type { StorageChoice } from '../anatomy/weights';
import { useActions, useWorkbench } from '../store/react';
import { selectModelRef } from './selectors';
import type { DialogName, ShellContextValue } from './shell-context';
import { sourceOf } from './source';
import { createVisibilityWatch } from './visibility';

/** What the parts of one shell share; made once, at its top. */
export function useShellValue(): ShellContextValue {
  const named = useWorkbench(selectModelRef);
  const { loadModel, setVisiblePanels } = useActions();
  const [dialog, openDialog] = useState<DialogName | null>(null);
  const [last, setLast] = useState<ModelSource | null>(null);
  const visibility = useMemo(() => createVisibilityWatch(setVisiblePanels), [setVisiblePanels]);
  const [storage, setStorage] = useState<StorageChoice | null>(null);
  const load = useCallback(
    (given: ModelSource) => {
      const source = storage === null || given.storage !== undefined ? given : { ...given, storage };
      setLast(source);
      // A failure is shown by the state of the model.
      loadModel(source).catch(() => undefined);
    },
    [loadModel, storage],
  );
  const retry = useMemo(() => {
    const source = last ?? sourceOf(named);
    return source ? () => load(source) : null;
  }, [last, load, named]);
  return useMemo(
    () => ({ dialog, openDialog, load, storage, setStorage, retry, visibility }),
    [dialog, load, storage, retry, visibility],
  );
}
