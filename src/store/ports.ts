import type { ChatMessage } from '../anatomy/chat';
import type { LoadConsent, LoadProgress, ModelInfo, ModelNeeds, ModelSource, BackendStatus, Tokenized } from '../anatomy/model-info';
import type { DictionaryId, DictionaryInfo, OpenSource } from '../anatomy/dictionary';
import type { HookName } from '../anatomy/hook-names';
import type { ModelConfig } from '../anatomy/model-config';
import type { AnalysisSpec, BackendName, DirectionSpec, PartialGeneration, RunRequest, RunResult } from '../anatomy/run';
import type { Document, Slot } from './document';

/** What the store needs from whoever computes. `workers/client.ts` has this shape. */
export interface Runner {
  /** Loads a model in place of the present one, which stays in use if this one fails. */
  load(
    source: ModelSource,
    onProgress: (progress: LoadProgress) => void,
    signal: AbortSignal,
    /** Told what the model takes, before its weights are fetched; false cancels, and a storage may be chosen. */
    confirm?: (needs: ModelNeeds) => Promise<LoadConsent>,
  ): Promise<ModelInfo>;
  run(request: RunRequest, signal: AbortSignal, onToken?: (partial: PartialGeneration) => void): Promise<RunResult>;
  tokenize(text: string): Promise<Tokenized>;
  /** Ids of a text without special tokens, and the text of each. */
  tokenizePlain(text: string): Promise<Tokenized>;
  /**
   * A conversation as the model's chat template writes it, up to where the answer begins. Its special tokens are in it.
   *
   * @throws UserError when the model has no template, or one that can't be used.
   */
  renderChat(messages: readonly ChatMessage[]): Promise<string>;
  /** The text of each id. Without a tokenizer the ids themselves, in brackets. */
  pieces(ids: readonly number[]): Promise<readonly string[]>;
  decode(ids: readonly number[]): Promise<string>;
  /** The L2 norm of a direction as its recipe gives it, and its norm before it was made a unit vector. */
  directionNorm(spec: DirectionSpec, at: HookName, signal: AbortSignal): Promise<{ norm: number; rawNorm: number }>;
  /**
   * Opens a dictionary for the loaded model: from then on analyses, interventions and directions may name it. One that is open
   * already is not read twice. A request that names one which ships with the app, on the Hub or at an address opens it by itself.
   *
   * @throws UserError that says what was wrong with the files, or why they don't fit the model.
   */
  openDictionary(source: OpenSource, onProgress: (progress: LoadProgress) => void, signal: AbortSignal): Promise<DictionaryInfo>;
  /** Gives its memory back. */
  closeDictionary(id: DictionaryId): Promise<void>;
  /** Rows of W_dec, one [d_out] per feature. @throws UserError for a dictionary that is not open. */
  decoderRows(id: DictionaryId, features: readonly number[]): Promise<readonly Float32Array[]>;
  survey(): Promise<readonly BackendStatus[]>;
  /** Switches, and loads the present model there. */
  setBackend(name: BackendName): Promise<BackendStatus>;
  /** The backend in use; null before the engine has started. */
  backend(): Promise<BackendStatus | null>;
  numTensors(): Promise<number>;
  /** Told of what happens by itself: a GPU that was lost and what was done about it. */
  onNotice(listener: (notice: RunnerNotice) => void): () => void;
}

export interface RunnerNotice {
  readonly kind: 'backend-lost' | 'backend-chosen';
  readonly message: string;
  readonly backend: BackendStatus;
}

/** What the visible panels want to know. */
export interface Needs {
  readonly capture: readonly HookName[];
  readonly analyses: readonly AnalysisSpec[];
  /** Analyses wanted of one run whichever is shown: base and steered stand side by side in the text panel. */
  readonly ofSlot?: Readonly<Partial<Record<Slot, readonly AnalysisSpec[]>>>;
}
/**
 * Filled by the app from the panel registry: the union over the doors of the panels with these ids. `nPos` is the number of positions
 * of the sequence that panels show (0 before there is one): some captures grow with its square, and a panel may ask for less.
 * `model` is what else is known of it, such as its calibration text.
 */
export type NeedsOf = (
  panelIds: readonly string[],
  document: Document,
  config: ModelConfig,
  nPos: number,
  model: ModelInfo,
) => Needs;

export interface Clock {
  /** Milliseconds that only go up. */
  now(): number;
  /** Calls back once, before the next picture is drawn. */
  onFrame(callback: () => void): void;
}

/** Small local storage that may be absent or full. */
export interface Storage {
  read(key: string): Promise<unknown>;
  /** @throws UserError 'quota' when there is no room. */
  write(key: string, value: unknown): Promise<void>;
  remove(key: string): Promise<void>;
}

/** Everything that the store is given. */
export interface Ports {
  readonly runner: Runner;
  readonly needsOf: NeedsOf;
  /** Whether an analysis depends on the model alone: it is then asked once per model, without a text. */
  readonly isIndependent: (analysisId: string) => boolean;
  readonly clock: Clock;
  readonly storage: Storage;
}
