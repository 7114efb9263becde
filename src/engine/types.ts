import type { Tensor } from '@tensorflow/tfjs-core';
import type { HookName } from '../anatomy/hook-names';
import type { ModelConfig } from '../anatomy/model-config';
import type { BackendStatus } from '../anatomy/model-info';
import type { NamedArray } from '../anatomy/named-array';
import type { BackendName, GenerateSpec } from '../anatomy/run';
import type { HalfTensor, StorageChoice, WeightStorage, WeightTensor } from '../anatomy/weights';

/**
 * What a hook knows of the pass it is in. A pass is one forward computation: the whole prompt, or one new token, or a few when
 * an earlier text suggests how this one goes on. Rows of a suggestion that proves wrong are dropped, and what was recorded for
 * them too; a hook must therefore treat each position by itself, or by those before it.
 */
export interface PassContext {
  readonly name: HookName;
  readonly config: ModelConfig;
  /** Position in the sequence of the first row of `x`. */
  readonly offset: number;
  /** Rows in `x` along `pos`. */
  readonly length: number;
  /** Every id fed so far, those of this pass included. */
  readonly ids: readonly number[];
  readonly promptLength: number;
  /** Empty at the start of every pass; tensors kept here are disposed at its end. */
  readonly state: Map<string, Tensor>;
  /** Writes down an array [pos, …] that the run gives back under `recorded[key]`. `x` stays the caller's. */
  record(key: string, x: Tensor): void;
}

/**
 * Looks at an activation and may give a replacement of the same shape. `x` stays the engine's: don't dispose it. Whatever a
 * hook makes besides what it returns or keeps in `state` is cleaned up after it (it runs inside a tidy).
 */
export type ActivationHook = (x: Tensor, context: PassContext) => Tensor | void;
export type HookEntry = readonly [HookName, ActivationHook];

/** A run as the engine takes it: hooks are arguments of this run, never state of the model. */
export interface EngineRun {
  readonly ids: readonly number[];
  readonly promptLength: number;
  /** In order: of two hooks at one point the second sees what the first gave. */
  readonly hooks: readonly HookEntry[];
  readonly capture: readonly HookName[];
  readonly logits: boolean;
  readonly generate: GenerateSpec | null;
}

export interface EngineAnswer {
  /** Every id that was fed. */
  readonly ids: readonly number[];
  readonly logits: NamedArray | null;
  readonly activations: Readonly<Partial<Record<HookName, NamedArray>>>;
  readonly recorded: Readonly<Record<string, NamedArray>>;
  readonly generated: { readonly ids: readonly number[]; readonly ended: boolean } | null;
}

export interface RunControl {
  /** Checked between passes: the run then throws an AbortError and leaves no tensor behind. */
  readonly signal: AbortSignal;
  /** Called after every new token, with all new ids so far. */
  readonly onToken?: (ids: readonly number[]) => void;
  /** Waited for between the passes of a generation: other runs may be computed meanwhile. */
  readonly pause?: () => Promise<void>;
}

/** A loaded model on one backend. */
export interface EngineModel {
  readonly config: ModelConfig;
  /** How most of its big matrices are kept. */
  readonly storage: WeightStorage;
  /** What the weights take, in bytes. */
  readonly weightBytes: number;
  /** @throws UserError for ids outside the vocabulary, an empty or too long sequence, or an unknown hook point. */
  run(run: EngineRun, control: RunControl): Promise<EngineAnswer>;
  /** Columns of W_U, one [d_model] per id. */
  unembedding(ids: readonly number[]): Promise<readonly Float32Array[]>;
  dispose(): void;
}

/**
 * An executor of the transformer. tfjs is one; others (our own WebGPU programs, a WASM SIMD core) can join without a change
 * above this line.
 */
export interface Engine {
  readonly backend: BackendName;
  readonly device: string | null;
  /** A CPU pretending to be a GPU. */
  readonly software: boolean;
  /** Why each backend that would have come before this one can't be used. Empty for one that was named. */
  readonly passedOver: readonly string[];
  /** How matrices can be kept here. */
  readonly storages: ReadonlySet<WeightStorage>;
  /**
   * @param storage of the big matrices. Left out or null: as each was stored, which loses nothing; what this backend can't compute
   *   from, and a matrix that float16 or int8 can't hold, is float32.
   * @throws UserError when a weight is missing or has another shape than `weightSpecs` says.
   */
  load(
    config: ModelConfig,
    weights: AsyncIterable<WeightTensor | HalfTensor>,
    signal: AbortSignal,
    storage?: StorageChoice | null,
  ): Promise<EngineModel>;
  /** Live tensors: the same before and after any number of runs. */
  numTensors(): number;
  /**
   * Told when the device is lost by itself. From then on every run throws UserError 'backend-lost', and `start` refuses this
   * backend. Gives what ends the listening.
   */
  onLost(listener: (message: string) => void): () => void;
}

/** Starts an engine on a backend, or on the best that passes its self-check when none is named. */
export interface EngineStarter {
  /** Every backend, tried once, with what is wrong with those that can't be used. */
  survey(): Promise<readonly BackendStatus[]>;
  /**
   * @param weightBytes of the model to be run, in float32, where it is known: it decides between wasm and a hardware GPU.
   * @throws UserError `backend-unusable` with the reason, or `no-backend` when none was named and none works.
   */
  start(backend: BackendName | null, weightBytes?: number): Promise<Engine>;
}
