import type { StoreApi } from 'zustand/vanilla';
import type { FeatureRef } from '../../anatomy/dictionary';
import { stableJson } from '../../lib/stable-json';
import { MAX_FEATURE_LABEL, type Document, type InterventionGroup } from '../document';
import { pushStep, stepBack, stepForward } from '../history';
import { withPanel, withoutPanel } from '../layout';
import type { Clock } from '../ports';
import type { Actions, WorkbenchState } from '../state';

export type DocumentActions = Pick<
  Actions,
  | 'setPrompt' | 'setSampling' | 'addGroup' | 'updateGroup' | 'removeGroup' | 'dragCoefficients' | 'endDrag'
  | 'setPanelSettings' | 'setLayout' | 'openPanel' | 'closePanel' | 'pin' | 'show' | 'selectFeature' | 'labelFeature' | 'undo' | 'redo' | 'replaceDocument'
>;

interface Merge {
  readonly key: string;
  readonly forMs: number;
}

/** Quick changes of one thing, such as a settings slider on the move, are one step when they follow within this time. */
const QUICK_MS = 1000;

/** The changes of the document. Each is one undo step unless it says otherwise; what changes nothing is no step. */
export function createDocumentActions(store: StoreApi<WorkbenchState>, clock: Clock): DocumentActions {
  const { getState: get, setState: set } = store;

  /** Changes the document by one step. `merge`: which steps it may join, and for how long. `drag`: set in the same moment. */
  function change(part: Partial<Document>, merge?: Merge, drag?: WorkbenchState['drag']): void {
    const { document, history } = get();
    const changed = (Object.keys(part) as (keyof Document)[]).some(
      (name) => part[name] !== document[name] && stableJson(part[name]) !== stableJson(document[name]),
    );
    const along = drag === undefined ? {} : { drag };
    if (!changed) {
      set(along);
      return;
    }
    const now = clock.now();
    const join = merge === undefined ? null : { key: merge.key, now, until: now + merge.forMs };
    set({ ...along, document: { ...document, ...part }, history: pushStep(history, document, join) });
  }

  const edited = (uid: string, edit: (group: InterventionGroup) => InterventionGroup) =>
    get().document.interventions.map((group) => (group.uid === uid ? edit(group) : group));

  function travel(step: typeof stepBack): void {
    actions.endDrag();
    const { history, document } = get();
    const next = step(history, document);
    if (next !== null) set(next);
  }

  const actions: DocumentActions = {
    setPrompt: (prompt) => change({ prompt }),
    setSampling: (part) =>
      change(
        { sampling: { ...get().document.sampling, ...part } },
        { key: `sampling ${Object.keys(part).join()}`, forMs: QUICK_MS },
      ),
    addGroup: (group) => {
      const { interventions } = get().document;
      const uid = freshUid(interventions);
      change({ interventions: [...interventions, { ...group, uid }] });
      return uid;
    },
    updateGroup: (uid, part) => change({ interventions: edited(uid, (group) => ({ ...group, ...part })) }),
    removeGroup: (uid) => {
      actions.endDrag();
      change({ interventions: get().document.interventions.filter((group) => group.uid !== uid) });
    },
    dragCoefficients: (uid, coefficients) => {
      if (get().drag?.groupUid !== uid) actions.endDrag();
      // Joined until endDrag clears the key, however long the hand rests.
      const interventions = edited(uid, (group) => withCoefficients(group, coefficients));
      change({ interventions }, { key: `drag ${uid}`, forMs: Infinity }, { groupUid: uid, strength: coefficients[0] ?? 0 });
    },
    endDrag: () => {
      if (get().drag !== null) set({ drag: null, history: { ...get().history, merge: null } });
    },
    setPanelSettings: (panelId, values) => {
      const { panelSettings } = get().document;
      change(
        { panelSettings: { ...panelSettings, [panelId]: { ...panelSettings[panelId], ...values } } },
        { key: `settings ${panelId} ${Object.keys(values).join()}`, forMs: QUICK_MS },
      );
    },
    setLayout: (layout) => change({ layout }, { key: 'layout', forMs: QUICK_MS }),
    openPanel: (panelId) => change({ layout: withPanel(get().document.layout, panelId) }),
    closePanel: (panelId) => change({ layout: withoutPanel(get().document.layout, panelId) }),
    pin: (pinned) => change({ pinned }, { key: 'pin', forMs: Infinity }),
    show: (shown) => change({ shown }),
    selectFeature: (feature) => change({ feature }, { key: 'feature', forMs: Infinity }),
    labelFeature: ({ dictionary, index }, label) => change({ featureLabels: withLabel(get().document.featureLabels, { dictionary, index }, label) }),
    undo: () => travel(stepBack),
    redo: () => travel(stepForward),
    replaceDocument: (document) => {
      actions.endDrag();
      change(document);
    },
  };
  return actions;
}

function withCoefficients(group: InterventionGroup, coefficients: readonly number[]): InterventionGroup {
  const members = group.members.map((member, index) => {
    const coefficient = coefficients[index];
    return coefficient === undefined ? member : { ...member, params: { ...member.params, coefficient } };
  });
  return { ...group, members };
}

/** The labels with one of them written, or taken away. A dictionary without labels is not named. */
function withLabel(labels: Document['featureLabels'], { dictionary, index }: FeatureRef, label: string | null): Document['featureLabels'] {
  const { [dictionary]: own = {}, ...others } = labels;
  const rest = Object.fromEntries(Object.entries(own).filter(([at]) => at !== String(index)));
  const next = label === null || label.trim() === '' ? rest : { ...rest, [String(index)]: label.trim().slice(0, MAX_FEATURE_LABEL) };
  return Object.keys(next).length === 0 ? others : { ...others, [dictionary]: next };
}

/** Short, and new in this document. */
function freshUid(groups: readonly InterventionGroup[]): string {
  const used = new Set(groups.map((group) => group.uid));
  let n = groups.length + 1;
  while (used.has(`g${n}`)) n += 1;
  return `g${n}`;
}
