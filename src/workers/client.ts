import * as Comlink from 'comlink';
import type { ChatMessage } from '../anatomy/chat';
import type { DictionaryId, DictionaryInfo, OpenSource } from '../anatomy/dictionary';
import type { BackendStatus, LoadConsent, LoadProgress, ModelInfo, ModelNeeds, ModelSource, Tokenized } from '../anatomy/model-info';
import type { HookName } from '../anatomy/hook-names';
import type { BackendName, DirectionSpec, PartialGeneration, RunRequest, RunResult } from '../anatomy/run';
import { abortError, UserError } from '../lib/errors';
import { onBroken } from './broken';
import { unwrap, type Outcome, type WorkerApi, type WorkerEvent, type WorkerNotice } from './protocol';

/** The engine's worker as the page sees it. Has the shape of `Runner` in `store/ports.ts`. */
export interface WorkerRunner {
  /** @param confirm is told what the model takes, before its weights are fetched; false cancels, and a storage may be chosen. Left out: every load goes on. */
  load(
    source: ModelSource,
    onProgress: (progress: LoadProgress) => void,
    signal: AbortSignal,
    confirm?: (needs: ModelNeeds) => Promise<LoadConsent>,
  ): Promise<ModelInfo>;
  run(request: RunRequest, signal: AbortSignal, onToken?: (partial: PartialGeneration) => void): Promise<RunResult>;
  tokenize(text: string): Promise<Tokenized>;
  tokenizePlain(text: string): Promise<Tokenized>;
  renderChat(messages: readonly ChatMessage[]): Promise<string>;
  pieces(ids: readonly number[]): Promise<readonly string[]>;
  decode(ids: readonly number[]): Promise<string>;
  directionNorm(spec: DirectionSpec, at: HookName, signal: AbortSignal): Promise<{ norm: number; rawNorm: number }>;
  openDictionary(source: OpenSource, onProgress: (progress: LoadProgress) => void, signal: AbortSignal): Promise<DictionaryInfo>;
  closeDictionary(id: DictionaryId): Promise<void>;
  decoderRows(id: DictionaryId, features: readonly number[]): Promise<readonly Float32Array[]>;
  /** A dictionary as SAELens (version 6) reads it: cfg.json and sae_weights.safetensors (float32) in a zip. @throws UserError */
  exportDictionary(id: DictionaryId): Promise<Uint8Array<ArrayBuffer>>;
  survey(): Promise<readonly BackendStatus[]>;
  setBackend(name: BackendName): Promise<BackendStatus>;
  backend(): Promise<BackendStatus | null>;
  numTensors(): Promise<number>;
  onNotice(listener: (notice: WorkerNotice) => void): () => void;
  /** Ends the worker. Calls that are under way fail. */
  dispose(): void;
}

/**
 * Starts the worker.
 *
 * @param baseUrl the page's address, beside which the catalogue's models lie.
 * @param hubUrl where the Hugging Face Hub, or a mirror of it, lies; null for the Hub itself. Whoever serves the app can name one in
 *   `<meta name="hub-url">`.
 */
export function createRunner(baseUrl: string = document.baseURI, hubUrl: string | null = namedHub()): WorkerRunner {
  const worker = new Worker(new URL('./engine.worker.ts', import.meta.url), { type: 'module', name: 'engine' });
  const runner = connectRunner(worker, baseUrl, hubUrl);
  return {
    ...runner,
    dispose() {
      runner.dispose();
      worker.terminate();
    },
  };
}

function namedHub(): string | null {
  const named = document.querySelector<HTMLMetaElement>('meta[name="hub-url"]')?.content ?? '';
  return named === '' ? null : new URL(named.endsWith('/') ? named : `${named}/`, document.baseURI).href;
}

/** The same over any port that an engine worker listens to, such as a MessageChannel in a test. */
export function connectRunner(port: Comlink.Endpoint & EventTarget, baseUrl: string, hubUrl: string | null = null): WorkerRunner {
  const remote = Comlink.wrap<WorkerApi>(port);
  const listeners = new Map<number, (event: WorkerEvent) => void>();
  const notices = new Set<(notice: WorkerNotice) => void>();
  let calls = 0;
  let broken: UserError | null = null;
  const failures = new Set<(error: UserError) => void>();
  const fail = (error: UserError) => {
    broken ??= error;
    for (const reject of [...failures]) reject(broken);
  };
  const unlisten = onBroken(port, 'computes', fail);

  /** The answer of a call, or the worker's end, whichever comes first. */
  const answered = <T>(ask: () => Promise<Outcome<T>>): Promise<T> =>
    new Promise((resolve, reject) => {
      if (broken !== null) return reject(broken);
      failures.add(reject);
      ask().then((value) => resolve(unwrap(value))).catch(reject).finally(() => failures.delete(reject));
    });

  const onEvent = (event: WorkerEvent) => {
    if (event.kind === 'notice') for (const listener of [...notices]) listener(event.notice);
    else listeners.get(event.call)?.(event);
  };
  remote.connect({ baseUrl, hubUrl }, Comlink.proxy(onEvent)).catch((error: unknown) => fail(new UserError('worker-failed', String(error))));

  /** A call that the signal ends. Settles when the worker has ended it: what was done before the cancel came counts. */
  async function cancellable<T>(signal: AbortSignal, ask: (call: number) => Promise<Outcome<T>>, listen?: (event: WorkerEvent) => void): Promise<T> {
    if (signal.aborted) throw abortError();
    calls += 1;
    const call = calls;
    if (listen !== undefined) listeners.set(call, listen);
    const onAbort = () => void remote.cancel(call);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await answered(() => ask(call));
    } finally {
      signal.removeEventListener('abort', onAbort);
      listeners.delete(call);
    }
  }

  /** The same for questions: nobody need wait until the worker has noticed, as nothing changes there. */
  async function question<T>(signal: AbortSignal, ask: (call: number) => Promise<Outcome<T>>, listen?: (event: WorkerEvent) => void): Promise<T> {
    let onAbort = (): void => undefined;
    const aborted = new Promise<never>((_, reject) => {
      onAbort = () => reject(abortError());
      signal.addEventListener('abort', onAbort, { once: true });
    });
    try {
      return await Promise.race([cancellable(signal, ask, listen), aborted]);
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  return {
    load: (source, onProgress, signal, confirm) =>
      cancellable(signal, (call) => remote.load(call, shallowFirst(source)), (event) => {
        if (event.kind === 'progress') onProgress(event.progress);
        if (event.kind === 'needs') void (confirm?.(event.needs) ?? Promise.resolve(true)).then((answer) => remote.proceed(event.call, answer));
      }),
    run: async (request, signal, onToken) =>
      Object.freeze(
        await question(signal, (call) => remote.run(call, request), (event) => {
          if (event.kind === 'token') onToken?.({ ids: event.ids });
        }),
      ),
    directionNorm: (spec, at, signal) => question(signal, (call) => remote.directionNorm(call, spec, at)),
    openDictionary: (source, onProgress, signal) =>
      question(signal, (call) => remote.openDictionary(call, shallowFirst(source)), (event) => {
        if (event.kind === 'progress') onProgress(event.progress);
      }),
    closeDictionary: (id) => answered(() => remote.closeDictionary(id)),
    decoderRows: (id, features) => question(never, (call) => remote.decoderRows(call, id, features)),
    exportDictionary: (id) => question(never, (call) => remote.exportDictionary(call, id)),
    tokenize: (text) => answered(() => remote.tokenize(text)),
    tokenizePlain: (text) => answered(() => remote.tokenizePlain(text)),
    renderChat: (messages) => answered(() => remote.renderChat(messages)),
    pieces: (ids) => answered(() => remote.pieces(ids)),
    decode: (ids) => answered(() => remote.decode(ids)),
    survey: () => answered(() => remote.survey()),
    setBackend: (name) => answered(() => remote.setBackend(name)),
    backend: () => answered(() => remote.backend()),
    numTensors: () => answered(() => remote.numTensors()),
    onNotice(listener) {
      notices.add(listener);
      return () => notices.delete(listener);
    },
    dispose() {
      unlisten();
      fail(new UserError('disposed', 'the engine was shut down.'));
      remote[Comlink.releaseProxy]();
    },
  };
}

/** For questions that nobody cancels. */
const never = new AbortController().signal;

/** Of two files with the same name the one that lies less deep is meant; a file's path doesn't cross to the worker. */
function shallowFirst<S extends ModelSource | OpenSource>(source: S): S {
  if (source.kind !== 'files') return source;
  // Files that were picked or dropped one by one have an empty path, or none.
  const depth = (file: Partial<File>) => (file.webkitRelativePath ?? '').split('/').length;
  return { ...source, files: [...source.files].sort((a, b) => depth(a) - depth(b)) };
}
