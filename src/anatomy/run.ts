import type { HookName } from './hook-names';
import type { NamedArray } from './named-array';
import type { WeightStorage } from './weights';

export type BackendName = 'webgpu' | 'webgl' | 'wasm' | 'cpu';

/** Which positions a change touches. `prompt` ends where `promptLength` says; numbers count from 0. */
export type Positions = 'all' | 'prompt' | 'response' | readonly number[];

/** How a vector is obtained: a recipe by the name of its folder in `directions/`, with its settings. */
export interface DirectionSpec {
  readonly id: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** One change to the activations of a run: a folder of `interventions/`, a place, settings, and a vector where it needs one. */
export interface InterventionSpec {
  readonly id: string;
  readonly at: HookName;
  readonly positions: Positions;
  readonly params: Readonly<Record<string, unknown>>;
  readonly direction?: DirectionSpec;
}

/** An analysis to compute on the run: a folder of `analyses/` with its settings. */
export interface AnalysisSpec {
  readonly id: string;
  readonly params: Readonly<Record<string, unknown>>;
}

export interface GenerateSpec {
  readonly maxNewTokens: number;
  /** 0 takes the likeliest token each time. */
  readonly temperature: number;
  /** 0: off. Applied before `topP`. */
  readonly topK: number;
  /** 1: off. Keeps a token while the mass of the likelier ones is at most `topP`. */
  readonly topP: number;
  readonly seed: number;
  readonly stopAtEnd: boolean;
}

/**
 * A question to the model, as plain data: the same request gives the same tokens on the same backend, and the same numbers up to
 * float32 rounding (which steps are taken together depends on what else is looked at). The panels, a link, the scripting
 * interface, parity and the benchmark all ask in this form; there is no second way to run the model.
 */
export interface RunRequest {
  /** Content hash of the loaded model: an answer belongs to one model. */
  readonly model: string;
  readonly ids: readonly number[];
  /** How many of `ids` are prompt; the rest counts as response. Generated tokens are always response. */
  readonly promptLength: number;
  readonly interventions: readonly InterventionSpec[];
  readonly capture: readonly HookName[];
  /** Whether the logits of every position come back. */
  readonly logits: boolean;
  readonly analyses: readonly AnalysisSpec[];
  readonly generate: GenerateSpec | null;
}

/** What an analysis gives: plain values and arrays with names. `kind` lets a panel check what it got. */
export type AnalysisValue =
  | NamedArray
  | number
  | string
  | boolean
  | null
  | readonly AnalysisValue[]
  | { readonly [name: string]: AnalysisValue };
export type AnalysisResult = { readonly [name: string]: AnalysisValue };

export interface ComputedBy {
  readonly backend: BackendName;
  /** What the adapter calls itself, where the backend has one. */
  readonly device: string | null;
  /** Arithmetic, not storage: every backend of today computes in float32. */
  readonly dtype: 'float32';
  /** How the big matrices were kept: with int8, and with float16 made of float32, they are not the numbers of the file. */
  readonly storage?: WeightStorage;
  /** Milliseconds spent in the worker on this request. */
  readonly milliseconds: number;
}

/** The answer to a request. A frozen record; arrays are read-only by type. */
export interface RunResult {
  readonly request: RunRequest;
  /** Every id that was fed, prompt first: the `pos` axis of all arrays. The last generated id was never fed. */
  readonly ids: readonly number[];
  readonly promptLength: number;
  /** [pos, d_vocab], when asked for. */
  readonly logits: NamedArray | null;
  readonly activations: Readonly<Partial<Record<HookName, NamedArray>>>;
  /** What interventions wrote down during the run, by their own keys, joined along `pos`. */
  readonly recorded: Readonly<Record<string, NamedArray>>;
  /** In the order of `request.analyses`. */
  readonly analyses: readonly AnalysisResult[];
  /** New ids only. `ended`: the model's end token came (it is not in `ids`). */
  readonly generated: { readonly ids: readonly number[]; readonly ended: boolean } | null;
  readonly computedBy: ComputedBy;
}

/** What of a generation is there so far. */
export interface PartialGeneration {
  readonly ids: readonly number[];
}
