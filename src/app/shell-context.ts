import { createContext, useContext } from 'react';
import type { ModelSource } from '../anatomy/model-info';
import type { StorageChoice } from '../anatomy/weights';
import { must } from '../lib/assert';
import type { VisibilityWatch } from './visibility';

export type DialogName = 'model' | 'dictionaries' | 'stored' | 'timing' | 'help';

/** What parts of the shell share besides the store: which dialog is open, and loading a model so that it can be tried again. */
export interface ShellContextValue {
  readonly dialog: DialogName | null;
  openDialog(name: DialogName | null): void;
  /** Loads a model, kept as `storage` says. */
  load(source: ModelSource): void;
  /** How models that are loaded from now on are kept; null: as they are stored. */
  readonly storage: StorageChoice | null;
  setStorage(storage: StorageChoice | null): void;
  /** Tries the last source again; null when there is nothing that could be. */
  readonly retry: (() => void) | null;
  readonly visibility: VisibilityWatch;
}

const Context = createContext<ShellContextValue | null>(null);
export const ShellProvider = Context.Provider;

export function useShell(): ShellContextValue {
  return must(useContext(Context), 'the ShellProvider around this component');
}
