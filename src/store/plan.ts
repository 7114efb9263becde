import type { ModelInfo } from '../anatomy/model-info';
import type { AnalysisSpec } from '../anatomy/run';
import { analysisKey, captureKey, endOfPromptKey } from './answer-keys';
import type { Slot } from './document';
import { panelsIn } from './layout';
import type { Needs, Ports } from './ports';
import type { ReadPrompt } from './prompt-reader';
import { endOfPromptQuestion, independentQuestion, inspectionQuestions, textQuestion, type AnswerQuestion, type TextQuestion } from './questions';
import { interventionsOf, selectModelInfo, selectSlot } from './selectors';
import type { Sequence, WorkbenchState } from './state';

export const SLOTS: readonly Slot[] = ['base', 'steered'];

/** The model that the document names and that is loaded, or null: only then is anything asked. */
export function activeModel(state: WorkbenchState): ModelInfo | null {
  const { loaded, document } = state;
  if (loaded === null || state.backend.switching || !isSameModel(loaded, document.model)) return null;
  return selectModelInfo(state);
}

type Ref = WorkbenchState['document']['model'];

/** Whether two names mean the same model, kept alike; the hash decides only for dropped ones, which nothing else identifies. */
export function isSameModel(a: Ref, b: Ref): boolean {
  if (a.storage !== b.storage) return false;
  if (a.kind === 'catalogue') return b.kind === 'catalogue' && a.id === b.id;
  if (a.kind === 'url') return b.kind === 'url' && a.url === b.url;
  if (a.kind === 'hub') return b.kind === 'hub' && a.id === b.id && a.revision === b.revision;
  return b.kind === 'files' && a.hash === b.hash;
}

/** The raw coefficient of the slider that moves, or null: also when the group it moves is off. */
export function movingStrength(state: WorkbenchState): number | null {
  const { drag, document } = state;
  if (drag === null) return null;
  return document.interventions.some((group) => group.uid === drag.groupUid && group.enabled) ? drag.strength : null;
}

/** The texts that are wanted. `steered` is null while nothing steers. */
export function planTexts(state: WorkbenchState, model: ModelInfo, prompt: readonly number[]): Record<Slot, TextQuestion | null> {
  const { sampling } = state.document;
  const interventions = interventionsOf(state.document);
  const base = textQuestion(model, prompt, { slot: 'base', interventions: [], sampling, strength: null });
  if (interventions.length === 0) return { base, steered: null };
  const strength = movingStrength(state);
  return { base, steered: textQuestion(model, prompt, { slot: 'steered', interventions, sampling, strength }) };
}

/** What visible panels, and the document itself, want to know. A panel that is closed or off screen is not asked. */
export function needsOf(state: WorkbenchState, model: ModelInfo, ports: Pick<Ports, 'needsOf'>): Needs {
  const { document, visiblePanels, inspected } = state;
  const open = panelsIn(document.layout).filter((id) => visiblePanels === null || visiblePanels.includes(id));
  const needs = ports.needsOf(open, document, model.config, inspected?.ids.length ?? 0, model);
  return { ...needs, analyses: [...needs.analyses, ...document.analyses] };
}

/** What there is of a run to look at: its whole text, nothing yet, or nothing at all. */
export type Whole = Sequence | 'unwritten' | 'failed';

/**
 * Every answer that is wanted, most urgent first, with its question, or null while that can't be asked yet: the text is still
 * being written, or the prompt is being read. Of a text that failed nothing is wanted, nor of a prompt that can't be run.
 */
export function planAnswers(
  state: WorkbenchState,
  model: ModelInfo,
  given: {
    needs: Needs;
    texts: Readonly<Record<Slot, Whole>>;
    prompt: ReadPrompt;
    isIndependent: Ports['isIndependent'];
  },
): Map<string, AnswerQuestion | null> {
  const { needs, texts, prompt, isIndependent } = given;
  const steering = interventionsOf(state.document);
  const alone: AnalysisSpec[] = [];
  const dependent: AnalysisSpec[] = [];
  for (const spec of needs.analyses) (isIndependent(spec.id) ? alone : dependent).push(spec);

  const wanted = new Map<string, AnswerQuestion | null>();
  /** Questions about one run, kept under `asSlot`'s keys. */
  const inspect = (slot: Slot, asSlot: Slot | null, asked: Pick<Needs, 'capture' | 'analyses'>) => {
    const sequence = texts[slot];
    if (sequence === 'failed') return;
    for (const hook of asked.capture) wanted.set(captureKey(hook), null);
    for (const spec of asked.analyses) wanted.set(analysisKey(spec, asSlot), null);
    if (sequence === 'unwritten') return;
    const run = { sequence, asSlot, interventions: slot === 'steered' ? steering : [] };
    for (const question of inspectionQuestions(model, run, asked)) wanted.set(question.answerKey, question);
  };
  // What stands beside the texts is cheap and looked at first.
  for (const slot of SLOTS) if (hasSlot(slot)) inspect(slot, slot, { capture: [], analyses: needs.ofSlot?.[slot] ?? [] });
  inspect(selectSlot(state), null, { capture: needs.capture, analyses: dependent });
  for (const slot of SLOTS) {
    if (!hasSlot(slot)) continue;
    const interventions = slot === 'steered' ? steering : [];
    if (prompt.status === 'reading') wanted.set(endOfPromptKey(slot), null);
    if (prompt.status === 'ready') wanted.set(endOfPromptKey(slot), endOfPromptQuestion(model, prompt.ids, { slot, interventions }));
  }
  // Last: they take longest, and are asked once.
  for (const spec of alone) wanted.set(analysisKey(spec), independentQuestion(model, spec));
  return wanted;

  function hasSlot(slot: Slot): boolean {
    return slot === 'base' || steering.length > 0;
  }
}
