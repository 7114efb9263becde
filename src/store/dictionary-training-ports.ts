import type { Dictionary, DictionaryId } from '../anatomy/dictionary';
import type { HookName } from '../anatomy/hook-names';
import type { ModelInfo } from '../anatomy/model-info';
import type { Evaluation, Gate, TrainedArrays, TrainingPoint, TrainingSettings, TrainingState } from '../dictionaries/page-training';
import type { PageActivity } from './page-activity';
import type { Runner, Storage } from './ports';

/** What a training is to be of. */
export interface TrainingRequest {
  readonly hook: HookName;
  readonly settings: Omit<TrainingSettings, 'deadAfter'>;
  /** What a person calls the prompts. */
  readonly promptsName: string;
  readonly prompts: readonly string[];
  /** Content hash and name of the model. */
  readonly model: string;
  readonly modelId: string;
}

/** What was read from the prompts. Counts are without the start token. */
export interface TrainingData {
  readonly prompts: number;
  readonly tokens: number;
  readonly heldOutPrompts: readonly string[];
  readonly heldOutTokens: number;
  /** Prompts that were left out because memory for activations was full. */
  readonly leftOut: number;
  /** Prompts that were longer than the model's context, and were cut. */
  readonly cut: number;
  /** Prompts without a token besides the start token. */
  readonly empty: number;
}

/** What came out at the end, or when it was ended early. */
export interface TrainingResult {
  readonly dictionary: Dictionary;
  readonly evaluation: Evaluation;
  readonly gates: readonly Gate[];
  /** CE with the reconstruction in place less CE without, nats per token; null: not measured. */
  readonly deltaLoss: number | null;
  /** Whether the figures are of prompts that were held back. */
  readonly isHeldOut: boolean;
  readonly steps: number;
}

export type TrainingStatus = 'idle' | 'collecting' | 'running' | 'paused' | 'finishing' | 'done' | 'failed';

export interface DictionaryTrainingState {
  readonly status: TrainingStatus;
  /** False until what was stored has been read. */
  readonly isRestored: boolean;
  readonly message: string | null;
  readonly request: TrainingRequest | null;
  readonly data: TrainingData | null;
  /** While prompts are read. */
  readonly collecting: { readonly done: number; readonly total: number; readonly isWaiting: boolean } | null;
  readonly step: number;
  readonly points: readonly TrainingPoint[];
  /** Why it is not kept for a reload, or null. */
  readonly storageProblem: string | null;
  readonly result: TrainingResult | null;
  /** The dictionaries that were trained in this browser and kept. */
  readonly kept: readonly KeptDictionary[];
  readonly actions: DictionaryTrainingActions;
}

export interface KeptDictionary {
  readonly id: DictionaryId;
  readonly name: string;
  /** Content hash of the model that it was trained on. */
  readonly model: string;
  readonly bytes: number;
}

export interface DictionaryTrainingActions {
  /** Takes the place of a training before it. */
  start(request: TrainingRequest): Promise<void>;
  /** Ends after the step under way; everything is kept, also for a reload. */
  pause(): void;
  resume(): Promise<void>;
  /** Takes what there is now as the result. */
  finish(): Promise<void>;
  /** Forgets the training, here and in storage. */
  discard(): Promise<void>;
  /** Opens the result, or a kept one, for everything that works with dictionaries, and keeps it for later visits. Gives its id. */
  take(id?: DictionaryId): Promise<DictionaryId | null>;
  /** Deletes a kept dictionary. */
  remove(id: DictionaryId): Promise<void>;
  /** A kept dictionary's weights, for a file; null when it is not there any more. */
  weightsOf(id: DictionaryId): Promise<Dictionary | null>;
}

/** How far a training is after a slice. */
export interface TrainingSlice {
  readonly step: number;
  readonly isDone: boolean;
  /** New ones. */
  readonly points: readonly TrainingPoint[];
}

/** A thread that trains; `workers/training-client.ts` has this shape. */
export interface TrainingThread {
  begin(activations: Float32Array, heldOut: Float32Array, d: number, settings: TrainingSettings, from: TrainingState | null): Promise<TrainingSlice>;
  advance(milliseconds: number): Promise<TrainingSlice>;
  state(): Promise<TrainingState>;
  finish(): Promise<{ readonly trained: TrainedArrays; readonly evaluation: Evaluation }>;
  dispose(): void;
}

/** What training needs from outside. */
export interface DictionaryTrainingPorts {
  readonly runner: Pick<Runner, 'run' | 'tokenize'>;
  readonly storage: Storage;
  readonly page: PageActivity;
  /** The model that answers now, or null. */
  model(): ModelInfo | null;
  openThread(): TrainingThread;
  /** Opens the dictionary in the engine. @returns its id, or null when that failed. */
  openDictionary(dictionary: Dictionary): Promise<DictionaryId | null>;
  /** Milliseconds that only go up. */
  now(): number;
  /** Bytes that activations may take. Left out: 128 MB. */
  readonly activationBytes?: number;
}
