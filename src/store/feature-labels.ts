import * as v from 'valibot';
import type { StoreApi } from 'zustand/vanilla';
import type { DictionaryId } from '../anatomy/dictionary';
import { messageOf } from '../lib/errors';
import type { Document } from './document';
import type { Storage } from './ports';
import type { WorkbenchState } from './state';

const KEY = 'feature-labels';

/** By what a dictionary is (its content's hash), or its name while it isn't open; then by feature index. */
type Kept = Record<string, Record<string, string>>;
const keptSchema = v.record(v.string(), v.record(v.string(), v.string()));

/**
 * Keeps a person's own labels in this browser across documents, and puts them into the document when their dictionary is open;
 * where a link brings another label for the same feature, the link's stands. What is kept follows from steps that change labels
 * and nothing else: writing one, taking it away, undoing that. A link's labels are not the person's own.
 */
export function keepFeatureLabels(store: StoreApi<WorkbenchState>, storage: Storage): () => void {
  let kept: Kept | null = null;
  let hasTold = false;
  let writing: Promise<void> = Promise.resolve();

  const keyOf = (id: DictionaryId): string => {
    const state = store.getState().dictionaries.get(id);
    return state?.status === 'ready' ? state.info.hash : id;
  };

  function merge(): void {
    if (kept === null) return;
    const { document, dictionaries } = store.getState();
    let labels = document.featureLabels;
    for (const [id, state] of dictionaries) {
      if (state.status !== 'ready') continue;
      const mine = { ...kept[id], ...kept[state.info.hash] };
      const own = labels[id] ?? {};
      const added = Object.entries(mine).filter(([index]) => own[index] === undefined);
      if (added.length > 0) labels = { ...labels, [id]: { ...Object.fromEntries(added), ...own } };
    }
    // No step of its own: nobody did anything.
    if (labels !== document.featureLabels) store.setState({ document: { ...document, featureLabels: labels } });
  }

  function follow(now: Document['featureLabels'], before: Document['featureLabels']): void {
    const step = stepOf(now, before);
    if (kept !== null) kept = step(kept);
    // Another tab may have kept labels meanwhile: the step is taken from what is stored, not from what was.
    writing = writing.then(async () => storage.write(KEY, step(parse(await storage.read(KEY))))).catch(tell);
  }

  /** What a change of the document's labels is to those that are kept. */
  function stepOf(now: Document['featureLabels'], before: Document['featureLabels']): (kept: Kept) => Kept {
    const changes = [...new Set([...Object.keys(now), ...Object.keys(before)])]
      .filter((id) => now[id] !== before[id])
      .map((id) => ({ id, key: keyOf(id), written: changed(now[id], before[id]), gone: Object.keys(before[id] ?? {}).filter((index) => now[id]?.[index] === undefined) }));
    return (labels) => {
      const next: Kept = { ...labels };
      for (const { id, key, written, gone } of changes) {
        const all = { ...next[id], ...next[key], ...written };
        for (const index of gone) delete all[index];
        delete next[id];
        next[key] = all;
        if (Object.keys(all).length === 0) delete next[key];
      }
      return next;
    };
  }

  function tell(error: unknown): void {
    if (!hasTold) store.getState().actions.notify('warning', `this browser keeps none of your labels for the next visit: ${messageOf(error)}`);
    hasTold = true;
  }

  storage.read(KEY).then(
    (stored) => {
      kept = parse(stored);
      merge();
    },
    (error: unknown) => {
      kept = {};
      tell(error);
    },
  );

  return store.subscribe((state, before) => {
    const isStep = state.document !== before.document && isLabelStep(state.document, before.document);
    if (isStep) follow(state.document.featureLabels, before.document.featureLabels);
    else if (state.dictionaries !== before.dictionaries || state.document.featureLabels !== before.document.featureLabels) merge();
  });
}

function parse(stored: unknown): Kept {
  const read = v.safeParse(keptSchema, stored);
  return read.success ? read.output : {};
}

/** Whether two documents differ in their labels alone. */
function isLabelStep(now: Document, before: Document): boolean {
  return now.featureLabels !== before.featureLabels && (Object.keys(now) as (keyof Document)[]).every((name) => name === 'featureLabels' || now[name] === before[name]);
}

function changed(now: Readonly<Record<string, string>> = {}, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(now).filter(([index, label]) => before[index] !== label));
}
