import { createContext, useContext } from 'react';
import { Button } from '../ui';

/** Shows the dialog in which dictionaries are opened; null where the page has none. The app fills it. */
const Context = createContext<(() => void) | null>(null);
export const DictionaryDialogProvider = Context.Provider;

/** The way to the dialog in which dictionaries are opened, exported and closed. */
export function useDictionaryDialog(): (() => void) | null {
  return useContext(Context);
}

/** A button that leads there; nothing where there is no dialog. */
export function DictionaryDialogButton({ children = 'Open a dictionary' }: { children?: string }) {
  const show = useDictionaryDialog();
  return show === null ? null : <Button onPress={show}>{children}</Button>;
}
