import { useActions, useWorkbench } from '../../store/react';
import { selectPanelSettings } from '../../store/selectors';
import type { WorkbenchState } from '../../store/state';
import type { ParamValues } from '../../lib/params';
import { settings } from './settings';

const PANEL = 'features';
export type Settings = ParamValues<typeof settings>;

const selectSettings = (state: WorkbenchState): Settings => selectPanelSettings(state, PANEL, settings);

export function useSettings(): readonly [Settings, (change: Partial<Settings>) => void] {
  const values = useWorkbench(selectSettings);
  const actions = useActions();
  return [values, (change) => actions.setPanelSettings(PANEL, change)];
}
