import type { ModelConfig } from './model-config';
import type { BackendName } from './run';
import type { StorageChoice, WeightStorage } from './weights';

/** Where a model comes from, as a link can write it. A dropped model can only be named, not fetched. */
export type ModelSource = ModelPlace & StorageWish;
type ModelPlace =
  | { readonly kind: 'catalogue'; readonly id: string }
  | { readonly kind: 'url'; readonly url: string }
  /** On the Hugging Face Hub. `revision`: a branch, a tag or a commit. */
  | { readonly kind: 'hub'; readonly id: string; readonly revision: string }
  | { readonly kind: 'files'; readonly name: string; readonly files: readonly File[] };

/** How somebody wants the big matrices kept. Left out: as they are stored, which loses nothing. */
export interface StorageWish {
  readonly storage?: StorageChoice;
}

/** Whether a load goes on: no, as the source says, or with the big matrices kept otherwise (left out: as they are stored). */
export type LoadConsent = boolean | StorageWish;

/** What the page knows of a loaded model. */
export interface ModelInfo {
  /** Catalogue id, folder name or URL: what a person calls it. */
  readonly id: string;
  /** SHA-256 (hex) over config and weights: what it is. */
  readonly hash: string;
  readonly config: ModelConfig;
  /** As stored: `float16`, `bfloat16` or `float32`. Arithmetic is in float32. */
  readonly storedDtype: string;
  /** What was asked for when it was loaded; left out: as stored. */
  readonly storageWish?: StorageChoice;
  readonly parameters: number;
  readonly hasTokenizer: boolean;
  /** Whether the model says how it wants a conversation written (a chat template). */
  readonly hasChat?: boolean;
  /** Neutral text shipped with the model to measure typical norms; null where none came with it. */
  readonly calibrationText: string | null;
  /** A prompt to begin with, where the model ships one. */
  readonly examplePrompt: string | null;
  /** Where the weights are read from again when the backend changes: the dropped files, this browser's storage, or memory. */
  readonly keptIn?: 'disk' | 'stored' | 'memory';
}

/** What a model takes and what this device has, known before its weights are fetched. Bytes; null where nobody tells. */
export interface ModelNeeds {
  readonly parameters: number;
  /** Of the weight files. */
  readonly fileBytes: number | null;
  /** Of them, to be downloaded: 0 when they lie on this computer. */
  readonly downloadBytes: number | null;
  /** The weights as they would be kept: as asked for, or as they are stored as far as that can be told. */
  readonly weightBytes: number;
  /** The same for each choice. Float32 is also what a backend takes that can't compute from less. */
  readonly storageBytes?: Readonly<Record<StorageChoice, number>>;
  /** What was asked for; null or left out: as stored. */
  readonly storage?: StorageChoice | null;
  /** As the headers of the weight files tell it; null or left out where they couldn't be read before the files. */
  readonly stored?: StoredFacts | null;
  readonly device: DeviceOffer;
}

/** What weight files say of themselves. */
export interface StoredFacts {
  /** The type of most of what is used, such as `float16`. */
  readonly dtype: string;
  readonly tensors: number;
  /** Of all tensors. */
  readonly bytes: number;
  /** Of those that the model is made of: checkpoints hold buffers and heads besides. */
  readonly usedBytes: number;
}

export interface DeviceOffer {
  /** Memory of the device as the browser tells it, rounded and at most 8 GiB; null where it doesn't. */
  readonly memoryBytes: number | null;
  /** Free room in this browser's storage; null without one. */
  readonly storageBytes: number | null;
  /** The largest buffer of the graphics device; null without one. */
  readonly gpuBufferBytes: number | null;
}

/** A model in this browser's storage. */
export interface StoredModel {
  /** `hf:owner/name`, or the address of a folder. */
  readonly from: string;
  readonly bytes: number;
  /** Of them, in files that another stored model shares. */
  readonly sharedBytes: number;
  readonly files: number;
  /** When the latest file was stored, ISO 8601. */
  readonly date: string;
  /** False while a download of it is unfinished. */
  readonly isWhole: boolean;
}

export interface StoredOverview {
  /** False where this browser gives no storage, as in some private windows. */
  readonly available: boolean;
  readonly models: readonly StoredModel[];
  /** Together; a shared file counts once. */
  readonly bytes: number;
}

export interface LoadProgress {
  readonly stage: 'files' | 'weights' | 'ready';
  readonly loadedBytes: number;
  /** Null while the server hasn't told. */
  readonly totalBytes: number | null;
  /** Something, in words, that went otherwise than it should but stops nothing: a full storage. */
  readonly note?: string;
}

/** What was found out about one backend. */
export interface BackendStatus {
  readonly name: BackendName;
  readonly usable: boolean;
  /** Computed by a CPU pretending to be a GPU: never chosen by default. */
  readonly software: boolean;
  readonly device: string | null;
  /** Why it can't be used, or which self-check failed. */
  readonly problem: string | null;
  /** How the big matrices of the loaded model are kept there. Left out where no model is. */
  readonly storage?: WeightStorage;
}

export interface Tokenized {
  readonly ids: readonly number[];
  /** The text of each token. */
  readonly tokens: readonly string[];
}
