import type { ChatMessage } from '../anatomy/chat';
import type { ComputedBy, GenerateSpec, InterventionSpec, RunRequest, RunResult } from '../anatomy/run';
import type { DictionaryId, DictionaryInfo, FeatureRef, OpenSource } from '../anatomy/dictionary';
import type { BackendStatus, LoadProgress, ModelInfo, ModelNeeds, ModelSource } from '../anatomy/model-info';
import type { StorageChoice } from '../anatomy/weights';
import type { AnyParamValues } from '../lib/params';
import type { Document, InterventionGroup, LayoutColumn, ModelRef, Prompt, Slot } from './document';

export type ModelState =
  | {
      readonly status: 'loading';
      readonly label: string;
      readonly progress: LoadProgress | null;
      readonly previous: ModelInfo | null;
      /** What the model takes, once that is known. */
      readonly needs?: ModelNeeds;
      /** Set while a large model waits for `confirmLoad` or `cancelLoad`. */
      readonly isAsking?: boolean;
    }
  | { readonly status: 'ready'; readonly info: ModelInfo }
  | { readonly status: 'failed'; readonly message: string; readonly previous: ModelInfo | null }
  /** A link names a dropped model: the person has to give its folder again. */
  | { readonly status: 'needs-files'; readonly name: string; readonly hash: string; readonly previous: ModelInfo | null };

/** A dictionary that was asked for. */
export type DictionaryState =
  | { readonly status: 'loading'; readonly progress: LoadProgress | null }
  | { readonly status: 'ready'; readonly info: DictionaryInfo }
  | { readonly status: 'failed'; readonly message: string };

/** The text of one run as it stands: streaming, whole, or failed. */
export interface TextRun {
  readonly status: 'running' | 'done' | 'failed' | 'stopped';
  readonly message: string | null;
  readonly promptLength: number;
  /** Prompt and new tokens. `tokens[i]` is the text of `ids[i]`. */
  readonly ids: readonly number[];
  readonly tokens: readonly string[];
  readonly ended: boolean;
  /** The interventions that made it. */
  readonly interventions: readonly InterventionSpec[];
  readonly computedBy: ComputedBy | null;
  /**
   * Set when this text was computed while a slider moved: the slider's raw coefficient, and when the answer arrived
   * (milliseconds of the clock port, which in the page is `performance.now()`). The text panel passes both on to `recordPaint`.
   */
  readonly dragged: { readonly strength: number; readonly arrivedAt: number } | null;
}

/**
 * An answer to one of the panels' questions. `stale`: the answer to the previous question, kept on screen meanwhile.
 * `sequence`: the positions that the value (or the stale value) runs over, so that labels always fit the numbers; null for
 * analyses of the model alone and where there is no value.
 */
export type Answer<T> =
  | { readonly status: 'none' }
  | { readonly status: 'loading'; readonly stale: T | null; readonly sequence: Sequence | null }
  | { readonly status: 'ready'; readonly value: T; readonly sequence: Sequence | null; readonly computedBy: ComputedBy }
  | { readonly status: 'failed'; readonly message: string; readonly stale: T | null; readonly sequence: Sequence | null };

/** One text as it was painted while a slider moved, for the timing view and the journey that reads it. */
export interface PaintedText {
  readonly at: number;
  /** Raw coefficient of the slider that moved. */
  readonly strength: number;
  readonly text: string;
  readonly newTokens: number;
  /** Milliseconds of the forward passes in the worker. */
  readonly forwardMs: number;
  /** Milliseconds from the answer's arrival to the frame after it was painted. */
  readonly repaintMs: number;
}

export interface Notice {
  readonly id: number;
  readonly tone: 'info' | 'warning' | 'error';
  readonly text: string;
}

/** How a link that was opened compares with what came out here. */
export type LinkVerdict =
  | { readonly kind: 'checking' }
  | { readonly kind: 'same' }
  | { readonly kind: 'same-within'; readonly difference: number }
  | { readonly kind: 'differs'; readonly where: string }
  | { readonly kind: 'cannot-compare'; readonly why: string };

/** The positions of the sequence that panels show, with labels aligned. */
export interface Sequence {
  readonly ids: readonly number[];
  readonly tokens: readonly string[];
  readonly promptLength: number;
}

export interface Hover {
  /** Position under the pointer in any panel, or null. */
  readonly pos: number | null;
}

/** Earlier and undone documents, nearest first, 200 at most. */
export interface History {
  readonly past: readonly Document[];
  readonly future: readonly Document[];
  /** A change with this key before this time (clock port) joins the latest step instead of making its own. */
  readonly merge: { readonly key: string; readonly until: number } | null;
}

export interface WorkbenchState {
  readonly document: Document;
  readonly history: History;
  readonly session: { readonly theme: 'system' | 'light' | 'dark' };
  readonly hover: Hover;
  readonly drag: { readonly groupUid: string; readonly strength: number } | null;
  /** Panels on screen, as the shell last told; null before it has told: all that are in the layout. Hidden panels are not asked. */
  readonly visiblePanels: readonly string[] | null;
  readonly model: ModelState;
  /** Which model answers now; questions are asked only while the document names this one. */
  readonly loaded: ModelRef | null;
  readonly backend: { readonly current: BackendStatus | null; readonly all: readonly BackendStatus[]; readonly switching: boolean };
  readonly texts: { readonly base: TextRun | null; readonly steered: TextRun | null };
  /** What the panels' answers run over: the shown run's text when it was last whole. */
  readonly inspected: Sequence | null;
  /** Keyed by what a panel asks (`answer-keys.ts`); read through selectors. */
  readonly answers: ReadonlyMap<string, Answer<unknown>>;
  /** By id, for the loaded model. Another model empties it. */
  readonly dictionaries: ReadonlyMap<DictionaryId, DictionaryState>;
  readonly notices: readonly Notice[];
  readonly verdict: LinkVerdict | null;
  readonly timing: {
    readonly painted: readonly PaintedText[];
    /** Requests that a newer one replaced before they were computed. */
    readonly dropped: number;
  };
  readonly actions: Actions;
}

/**
 * Every change. Document actions take one undo step each; those marked `live` merge into the step of the drag they belong to,
 * consecutive pins are one step, and so are quick changes (under a second apart) of the same setting, sampling value or layout.
 */
export interface Actions {
  setPrompt(prompt: Prompt): void;
  setSampling(change: Partial<GenerateSpec>): void;
  addGroup(group: Omit<InterventionGroup, 'uid'>): string;
  updateGroup(uid: string, change: Partial<Omit<InterventionGroup, 'uid'>>): void;
  removeGroup(uid: string): void;
  /** live: while a slider is dragged. The coefficients are those of the members, in order. */
  dragCoefficients(uid: string, coefficients: readonly number[]): void;
  /** The end of a drag: what was last dragged stays, as one undo step. */
  endDrag(): void;
  setPanelSettings(panelId: string, change: AnyParamValues): void;
  setLayout(layout: readonly LayoutColumn[]): void;
  openPanel(panelId: string): void;
  closePanel(panelId: string): void;
  pin(pos: number | null): void;
  show(slot: Slot): void;
  selectFeature(feature: FeatureRef | null): void;
  /** A person's own label; null takes it away. */
  labelFeature(feature: FeatureRef, label: string | null): void;
  undo(): void;
  redo(): void;
  /** In place of the whole document (a link, a saved state). One undo step. */
  replaceDocument(document: Document): void;

  /** A large model asks first, unless whoever loads it is sure. */
  loadModel(source: ModelSource, isSure?: boolean): Promise<void>;
  /** Says yes to the model that asks. `storage`: how its matrices are to be kept, null: as stored; left out: as was asked for. */
  confirmLoad(storage?: StorageChoice | null): void;
  cancelLoad(): void;
  /** Computes on another backend from now on. @throws what was wrong with it, which a notice says too; the old one stays. */
  setBackend(name: BackendStatus['name']): Promise<void>;
  /** Fills `backend.all`: tries every backend once. */
  surveyBackends(): Promise<void>;
  /** Ends the generation that is running; what there is stays. */
  stopGeneration(): void;
  /** Asks again for both texts: after a stop, or to try again after a failure. */
  regenerate(): void;
  /** Opens a dictionary for the loaded model; `dictionaries` tells how it goes. Gives its id, or null when it failed. */
  openDictionary(source: OpenSource): Promise<DictionaryId | null>;
  closeDictionary(id: DictionaryId): Promise<void>;
  setVisiblePanels(ids: readonly string[]): void;

  setHover(hover: Hover): void;
  setTheme(theme: 'system' | 'light' | 'dark'): void;
  /** The text of each id, for panels that show tokens which stand in no sequence. Settles at once for ids already known. */
  pieces(ids: readonly number[]): Promise<readonly string[]>;
  /** A conversation as the loaded model's template writes it. @throws UserError */
  renderChat(messages: readonly ChatMessage[]): Promise<string>;
  /** The ids of a text, without special tokens added. @throws UserError */
  encode(text: string): Promise<readonly number[]>;
  /** Rows of W_dec, one [d_out] per feature. @throws UserError for a dictionary that can't be opened. */
  decoderRows(id: DictionaryId, features: readonly number[]): Promise<readonly Float32Array[]>;
  /** A question of a panel's own plan of runs. The page's state stays as it is. @throws AbortError */
  ask(request: RunRequest, signal: AbortSignal): Promise<RunResult>;
  notify(tone: Notice['tone'], text: string): void;
  dismiss(id: number): void;
  /** Called by the text panel in the frame after a dragged text is on screen. */
  recordPaint(painted: PaintedText): void;
  setVerdict(verdict: LinkVerdict | null): void;
}

