import { useCallback } from 'react';
import { DictionaryDialogProvider } from '../panels/dictionary-dialog';
import { DictionaryDialog } from './DictionaryDialog';
import { DropModel } from './DropModel';
import { ErrorBoundary } from './ErrorBoundary';
import { FirstLoad } from './FirstLoad';
import { Footer } from './Footer';
import { Header } from './Header';
import { HelpDialog } from './HelpDialog';
import { ModelDialog } from './ModelDialog';
import { Notices } from './Notices';
import { PanelGrid } from './PanelGrid';
import { ShellProvider } from './shell-context';
import styles from './Shell.module.css';
import { StoredDialog } from './StoredDialog';
import { TimingDialog } from './TimingDialog';
import { useShellValue } from './use-shell-value';
import { useShortcuts } from './use-shortcuts';
import { useDocumentTheme } from './use-theme';

/** The page: header, panels, footer, and what opens above them. */
export function Shell() {
  const shell = useShellValue();
  const { openDialog } = shell;
  const openDictionaries = useCallback(() => openDialog('dictionaries'), [openDialog]);
  useDocumentTheme();
  useShortcuts(useCallback(() => openDialog('help'), [openDialog]));
  return (
    <ShellProvider value={shell}>
      <div className={styles.shell}>
        <a className={styles.skip} href="#panels" onClick={skipToPanels}>
          Skip to the panels
        </a>
        <Header />
        <main id="panels" className={styles.main} tabIndex={-1}>
          <ErrorBoundary what="The layout of the panels">
            <DictionaryDialogProvider value={openDictionaries}>
              <PanelGrid />
            </DictionaryDialogProvider>
          </ErrorBoundary>
          <FirstLoad />
        </main>
        <Footer />
      </div>
      <Notices />
      <ModelDialog />
      <DictionaryDialog />
      <StoredDialog />
      <TimingDialog />
      <HelpDialog />
      <DropModel />
    </ShellProvider>
  );
}

/** The address must not change: its hash is the link to the whole state. */
function skipToPanels(event: { preventDefault(): void }) {
  event.preventDefault();
  document.getElementById('panels')?.focus();
}
