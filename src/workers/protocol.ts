import type { ChatMessage } from '../anatomy/chat';
import type { DictionaryId, DictionaryInfo, OpenSource } from '../anatomy/dictionary';
import type { BackendStatus, LoadConsent, LoadProgress, ModelInfo, ModelNeeds, ModelSource, Tokenized } from '../anatomy/model-info';
import type { HookName } from '../anatomy/hook-names';
import type { BackendName, DirectionSpec, RunRequest, RunResult } from '../anatomy/run';
import { abortError, isAbort, messageOf, UserError } from '../lib/errors';

/** An error as plain data: what crosses the wall between the worker and the page. */
export interface ErrorData {
  readonly name: string;
  readonly code: string | null;
  readonly message: string;
}

/** What every call answers. Errors are values here: thrown ones would lose their code on the way. */
export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ErrorData };

/** What the worker tells without being asked. `call` is the number of the call that it belongs to. */
export type WorkerEvent =
  | { readonly kind: 'progress'; readonly call: number; readonly progress: LoadProgress }
  | { readonly kind: 'token'; readonly call: number; readonly ids: readonly number[] }
  /** A load waits for `proceed`: this is what the model takes. */
  | { readonly kind: 'needs'; readonly call: number; readonly needs: ModelNeeds }
  | { readonly kind: 'notice'; readonly notice: WorkerNotice };

/** What happened by itself, such as a lost GPU, and what was done about it. */
export interface WorkerNotice {
  readonly kind: 'backend-lost' | 'backend-chosen';
  readonly message: string;
  readonly backend: BackendStatus;
}

/** Where models are looked for. */
export interface Places {
  /** The page's address: the catalogue's models lie beside it. */
  readonly baseUrl: string;
  /** The Hugging Face Hub, or a mirror of it; null for the Hub itself. */
  readonly hubUrl: string | null;
}

/**
 * The worker's side. Calls that can be cancelled carry a number, by which `cancel` ends them: an AbortSignal can't cross.
 */
export interface WorkerApi {
  /** Called once, first. */
  connect(places: Places, onEvent: (event: WorkerEvent) => void): void;
  cancel(call: number): void;
  /** Answers a load's `needs`: false ends it. */
  proceed(call: number, answer: LoadConsent): void;
  load(call: number, source: ModelSource): Promise<Outcome<ModelInfo>>;
  run(call: number, request: RunRequest): Promise<Outcome<RunResult>>;
  directionNorm(call: number, spec: DirectionSpec, at: HookName): Promise<Outcome<{ norm: number; rawNorm: number }>>;
  openDictionary(call: number, source: OpenSource): Promise<Outcome<DictionaryInfo>>;
  closeDictionary(id: DictionaryId): Promise<Outcome<void>>;
  /** [d_out] each. */
  decoderRows(call: number, id: DictionaryId, features: readonly number[]): Promise<Outcome<readonly Float32Array[]>>;
  /** SAELens files in a zip. */
  exportDictionary(call: number, id: DictionaryId): Promise<Outcome<Uint8Array<ArrayBuffer>>>;
  tokenize(text: string): Promise<Outcome<Tokenized>>;
  tokenizePlain(text: string): Promise<Outcome<Tokenized>>;
  renderChat(messages: readonly ChatMessage[]): Promise<Outcome<string>>;
  pieces(ids: readonly number[]): Promise<Outcome<readonly string[]>>;
  decode(ids: readonly number[]): Promise<Outcome<string>>;
  survey(): Promise<Outcome<readonly BackendStatus[]>>;
  setBackend(name: BackendName): Promise<Outcome<BackendStatus>>;
  backend(): Promise<Outcome<BackendStatus | null>>;
  numTensors(): Promise<Outcome<number>>;
}

/** Runs a piece of work and gives what came of it as data. */
export async function outcomeOf<T>(work: () => Promise<T> | T): Promise<Outcome<T>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    const name = isAbort(error) ? 'AbortError' : error instanceof Error ? error.name : 'Error';
    return { ok: false, error: { name, code: error instanceof UserError ? error.code : null, message: messageOf(error) } };
  }
}

/** The value, or the error as it was thrown on the other side. */
export function unwrap<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  const { name, code, message } = outcome.error;
  if (name === 'AbortError') throw abortError();
  if (code !== null) throw new UserError(code, message);
  const error = new Error(message);
  error.name = name;
  throw error;
}
