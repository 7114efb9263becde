import type { DictionaryId } from '../anatomy/dictionary';
import type { ComputedBy, InterventionSpec } from '../anatomy/run';
import { isPageBusy } from '../store/page-activity';
import { selectModelInfo } from '../store/selectors';
import type { TextRun, WorkbenchState } from '../store/state';

/** A text as `lacuna.state()` tells it. */
export interface SnapshotText {
  readonly status: TextRun['status'];
  readonly message: string | null;
  readonly promptLength: number;
  readonly ids: readonly number[];
  readonly newIds: readonly number[];
  /** The new tokens, put together. */
  readonly text: string;
  readonly interventions: readonly InterventionSpec[];
  readonly computedBy: ComputedBy | null;
}

/** The page's state as plain JSON: a copy that can be kept, compared and sent elsewhere. */
export interface Snapshot extends Pick<WorkbenchState, 'document' | 'drag' | 'backend' | 'timing' | 'verdict' | 'notices'> {
  readonly model: { readonly status: WorkbenchState['model']['status']; readonly id: string | null; readonly hash: string | null };
  readonly texts: { readonly base: SnapshotText | null; readonly steered: SnapshotText | null };
  /** How far the opening of each dictionary is. */
  readonly dictionaries: Readonly<Record<DictionaryId, string>>;
  /** How far each question of the panels is, by its key. */
  readonly answers: Readonly<Record<string, string>>;
  readonly undoSteps: number;
  /** True while the page still computes something that it wants to show. */
  readonly busy: boolean;
}

export function snapshot(state: WorkbenchState): Snapshot {
  const { document, drag, backend, timing, verdict, notices } = state;
  const info = selectModelInfo(state);
  return structuredClone({
    document,
    drag,
    backend,
    timing,
    verdict,
    notices,
    model: { status: state.model.status, id: info?.id ?? null, hash: info?.hash ?? null },
    texts: { base: textOf(state.texts.base), steered: textOf(state.texts.steered) },
    dictionaries: Object.fromEntries([...state.dictionaries].map(([id, { status }]) => [id, status])),
    answers: Object.fromEntries([...state.answers].map(([key, answer]) => [key, answer.status])),
    undoSteps: state.history.past.length,
    busy: isPageBusy(state),
  });
}

function textOf(run: TextRun | null): SnapshotText | null {
  if (run === null) return null;
  const { status, message, promptLength, ids, tokens, interventions, computedBy } = run;
  const text = tokens.slice(promptLength).join('');
  return { status, message, promptLength, ids, newIds: ids.slice(promptLength), text, interventions, computedBy };
}
