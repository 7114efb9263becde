import * as Comlink from 'comlink';
import type { LoadConsent, ModelNeeds } from '../anatomy/model-info';
import { exportSaelensZip, openDictionary, readDecoderRows } from '../dictionaries';
import type { EngineStarter } from '../engine';
import { loadModelFiles, type FileStore, type OpenTokenizer } from '../models';
import { deviceOffer } from './device-offer';
import { outcomeOf, type Places, type WorkerApi, type WorkerEvent } from './protocol';
import { Session } from './session';
import { packResult } from './transfer';

/**
 * The worker's side of the wall: a session whose calls can be cancelled by number and whose errors are plain data.
 *
 * @param openStore gives where downloads are kept, or null for nowhere. Asked each time: a person may allow it meanwhile.
 * @param openTokenizer left out: tokenizers work in this thread, as a test may want it.
 */
export function createWorkerApi(
  starter: EngineStarter,
  openStore: () => Promise<FileStore | null> = () => Promise.resolve(null),
  openTokenizer?: OpenTokenizer,
): WorkerApi {
  let places: Places = { baseUrl: '', hubUrl: null };
  let send: (event: WorkerEvent) => unknown = () => undefined;
  /** Settles when the page has heard all that was told so far: events and answers go through different ports. */
  let heard: Promise<unknown> = Promise.resolve();
  const emit = (event: WorkerEvent) => {
    heard = Promise.resolve(send(event)).catch(() => undefined);
  };
  const running = new Map<number, AbortController>();
  const waiting = new Map<number, (answer: LoadConsent) => void>();

  /** Asks the page whether the load with this signal goes on. */
  function confirm(signal: AbortSignal, needs: ModelNeeds): Promise<LoadConsent> {
    const call = [...running].find(([, controller]) => controller.signal === signal)?.[0];
    if (call === undefined || signal.aborted) return Promise.resolve(false);
    return new Promise<LoadConsent>((resolve) => {
      waiting.set(call, resolve);
      signal.addEventListener('abort', () => resolve(false), { once: true });
      emit({ kind: 'needs', call, needs });
    }).finally(() => waiting.delete(call));
  }

  const session = new Session({
    starter,
    loadFiles: async (source, onProgress, signal) =>
      loadModelFiles(source, {
        onProgress,
        signal,
        baseUrl: places.baseUrl,
        ...(openTokenizer === undefined ? {} : { openTokenizer }),
        ...(places.hubUrl === null ? {} : { hubUrl: places.hubUrl }),
        // What ships with the app is asked for by nobody.
        ...(source.kind === 'catalogue' ? {} : { store: await openStore(), offer: deviceOffer, confirm: (needs) => confirm(signal, needs) }),
      }),
    openDictionary: async (source, asked) =>
      openDictionary(source, {
        ...asked,
        baseUrl: places.baseUrl,
        ...(places.hubUrl === null ? {} : { hubUrl: places.hubUrl }),
        store: source.kind === 'id' && !source.id.startsWith('catalogue:') ? await openStore() : null,
      }),
    // What lies elsewhere may not fit the model: it is opened whole, and looked at.
    readDecoderRows: async (id, features, signal) =>
      id.startsWith('catalogue:') ? readDecoderRows({ kind: 'id', id }, features, { signal, onProgress: () => undefined, baseUrl: places.baseUrl, config: null }) : null,
    onNotice: (notice) => emit({ kind: 'notice', notice }),
  });

  /** Runs work that the page can cancel by the call's number. */
  const cancellable = <T>(call: number, work: (signal: AbortSignal) => Promise<T>) => {
    const controller = new AbortController();
    running.set(call, controller);
    return outcomeOf(async () => {
      const value = await work(controller.signal);
      await heard; // no token or progress arrives after the answer
      return value;
    }).finally(() => running.delete(call));
  };

  return {
    connect(given, onEvent) {
      places = given;
      send = onEvent;
    },
    cancel: (call) => running.get(call)?.abort(),
    proceed: (call, answer) => waiting.get(call)?.(answer),
    load: (call, source) =>
      cancellable(call, (signal) => session.load(source, (progress) => emit({ kind: 'progress', call, progress }), signal)),
    async run(call, request) {
      const onToken = (ids: readonly number[]) => emit({ kind: 'token', call, ids });
      const outcome = await cancellable(call, (signal) => session.run(request, { signal, onToken }));
      if (!outcome.ok) return outcome;
      const { value, transfer } = packResult(outcome.value, (buffer) => session.holds(buffer));
      return Comlink.transfer({ ok: true as const, value }, [...transfer]);
    },
    directionNorm: (call, spec, at) => cancellable(call, (signal) => session.directionNorm(spec, at, signal)),
    openDictionary: (call, source) =>
      cancellable(call, (signal) => session.dictionaries.open(source, (progress) => emit({ kind: 'progress', call, progress }), signal)),
    closeDictionary: (id) => outcomeOf(() => session.dictionaries.close(id)),
    async exportDictionary(call, id) {
      const outcome = await cancellable(call, async (signal) => exportSaelensZip(await session.dictionaries.need(id, signal)));
      return outcome.ok ? Comlink.transfer(outcome, [outcome.value.buffer]) : outcome;
    },
    async decoderRows(call, id, features) {
      const outcome = await cancellable(call, (signal) => session.dictionaries.decoderRows(id, features, signal));
      return outcome.ok ? Comlink.transfer(outcome, outcome.value.map((row) => row.buffer as ArrayBuffer)) : outcome;
    },
    tokenize: (text) => outcomeOf(() => session.tokenize(text, true)),
    tokenizePlain: (text) => outcomeOf(() => session.tokenize(text, false)),
    renderChat: (messages) => outcomeOf(() => session.renderChat(messages)),
    pieces: (ids) => outcomeOf(() => session.pieces(ids)),
    decode: (ids) => outcomeOf(() => session.decode(ids)),
    survey: () => outcomeOf(() => session.survey()),
    setBackend: (name) => outcomeOf(() => session.setBackend(name)),
    backend: () => outcomeOf(() => session.backend()),
    numTensors: () => outcomeOf(() => session.numTensors()),
  };
}
