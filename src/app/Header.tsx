import { useWorkbench, useActions } from '../store/react';
import { selectCanRedo, selectCanUndo, selectInterventions, selectModelInfo, selectSlot } from '../store/selectors';
import { panels } from '../panels';
import { panelsIn } from '../store/layout';
import { Button, IconButton, Menu, Segmented } from '../ui';
import { HelpIcon, PanelsIcon, RedoIcon, ThemeIcon, UndoIcon } from '../ui/icons';
import { BackendMenu } from './BackendMenu';
import { CopyLink } from './CopyLink';
import styles from './Header.module.css';
import { Mark } from './Mark';
import { selectLayout, selectModel, selectTheme } from './selectors';
import { useShell } from './shell-context';
import { writeThemeHint } from './theme-hint';
import { useResetLayout } from './use-reset-layout';

/** The top of the page: what computes, which run is shown, and what can be done with the whole document. */
export function Header() {
  const { openDialog } = useShell();
  return (
    <header className={styles.header}>
      <h1 className={styles.name}>
        <Mark /> Lacuna
      </h1>
      <div className={styles.group}>
        <ModelButton />
        <DictionariesButton />
        <BackendMenu />
      </div>
      <div className={styles.space} />
      <ShownSwitch />
      <div className={styles.group}>
        <History />
        <PanelsMenu />
        <CopyLink />
        <ThemeMenu />
        <IconButton label="Help and shortcuts" icon={<HelpIcon />} onPress={() => openDialog('help')} />
      </div>
    </header>
  );
}

function ModelButton() {
  const model = useWorkbench(selectModel);
  const info = useWorkbench(selectModelInfo);
  const { openDialog } = useShell();
  const name = info ? info.id.replace(/\/+$/, '').split('/').at(-1) : null;
  const shown = model.status === 'loading' ? `${model.label}…` : (name ?? 'Choose a model');
  return (
    <Button variant="quiet" onPress={() => openDialog('model')}>
      <span className={styles.label}>Model</span> <strong className={styles.model}>{shown}</strong>
    </Button>
  );
}

function DictionariesButton() {
  const { openDialog } = useShell();
  return (
    <Button variant="quiet" onPress={() => openDialog('dictionaries')}>
      Dictionaries
    </Button>
  );
}

function ShownSwitch() {
  const shown = useWorkbench(selectSlot);
  const canSteer = useWorkbench(selectInterventions).length > 0;
  const { show } = useActions();
  return (
    <Segmented
      hideLabel
      label="Run that the panels show"
      options={[
        { value: 'base', label: 'Base' },
        { value: 'steered', label: 'Steered', tone: 'steer', isDisabled: !canSteer },
      ]}
      value={shown}
      onChange={show}
    />
  );
}

function History() {
  const canUndo = useWorkbench(selectCanUndo);
  const canRedo = useWorkbench(selectCanRedo);
  const { undo, redo } = useActions();
  return (
    <>
      <IconButton label="Undo" icon={<UndoIcon />} isDisabled={!canUndo} onPress={undo} />
      <IconButton label="Redo" icon={<RedoIcon />} isDisabled={!canRedo} onPress={redo} />
    </>
  );
}

function PanelsMenu() {
  const open = panelsIn(useWorkbench(selectLayout));
  const { openPanel, closePanel } = useActions();
  const reset = useResetLayout();
  return (
    <Menu
      label="Panels"
      icon={<PanelsIcon />}
      items={[
        ...[...panels.all].sort((a, b) => a.title.localeCompare(b.title, 'en')).map((panel) => ({ id: panel.id, label: panel.title, isOn: open.includes(panel.id) })),
        { id: 'reset:layout', label: 'Reset layout' },
      ]}
      onAction={(id) => {
        if (id === 'reset:layout') reset();
        else if (open.includes(id)) closePanel(id);
        else openPanel(id);
      }}
    />
  );
}

const themes = [
  { id: 'system', label: 'As the system' },
  { id: 'light', label: 'Light' },
  { id: 'dark', label: 'Dark' },
] as const;

function ThemeMenu() {
  const theme = useWorkbench(selectTheme);
  const { setTheme } = useActions();
  return (
    <Menu
      label="Theme"
      icon={<ThemeIcon />}
      items={themes.map((item) => ({ ...item, isOn: item.id === theme }))}
      onAction={(id) => {
        const chosen = themes.find((item) => item.id === id);
        if (!chosen) return;
        setTheme(chosen.id);
        writeThemeHint(chosen.id);
      }}
    />
  );
}
