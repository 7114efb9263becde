import { initialDocument } from './document';
import type { WorkbenchState } from './state';

/** The state before anything was loaded. */
export const initialState: Omit<WorkbenchState, 'actions'> = {
  document: initialDocument,
  history: { past: [], future: [], merge: null },
  session: { theme: 'system' },
  hover: { pos: null },
  drag: null,
  visiblePanels: null,
  model: { status: 'loading', label: '', progress: null, previous: null },
  loaded: null,
  backend: { current: null, all: [], switching: false },
  texts: { base: null, steered: null },
  inspected: null,
  answers: new Map(),
  dictionaries: new Map(),
  notices: [],
  verdict: null,
  timing: { painted: [], dropped: 0 },
};
