import type { DictionaryId, DictionaryInfo } from '../anatomy/dictionary';
import { namedArray } from '../anatomy/named-array';
import { plainDecoder } from '../anatomy/model-config';
import type { BackendStatus, LoadProgress, ModelInfo, ModelSource } from '../anatomy/model-info';
import type { GenerateSpec, RunRequest, RunResult } from '../anatomy/run';
import { abortError } from '../lib/errors';
import type { Clock, Needs, Ports, Runner, RunnerNotice, Storage } from './ports';

/** A question that the test hasn't answered yet. */
export interface Asked {
  readonly request: RunRequest;
  readonly signal: AbortSignal;
  token(ids: readonly number[]): void;
  /** Settles it with what the fake model says, also when it was cancelled. */
  answer(): Promise<void>;
  fail(message: string): Promise<void>;
}

/**
 * For tests of order only: a runner whose answers come when the test says so, in any order. Its model writes ids that follow
 * from the request, so that another request gives another text.
 */
export interface FakeRunner extends Runner {
  /** Every request so far. */
  readonly asked: Asked[];
  /** What was to be loaded so far. */
  readonly loads: ModelSource[];
  /** Those that were neither answered nor cancelled. */
  readonly open: () => Asked[];
  /** Answers whatever is asked, until nothing is. */
  answerAll(): Promise<void>;
  /** Makes the next loads fail with this message; null: they work. */
  failLoads(message: string | null): void;
  /** The same for dictionaries. */
  failDictionaries(message: string | null): void;
  tell(notice: RunnerNotice): void;
}

export const fakeInfo: ModelInfo = {
  id: 'tiny',
  hash: 'a'.repeat(64),
  config: {
    ...plainDecoder,
    family: 'llama',
    nLayers: 2,
    dModel: 4,
    nHeads: 1,
    nKvHeads: 1,
    dHead: 4,
    dMlp: 8,
    dVocab: 1000,
    nCtx: 64,
    norm: { kind: 'rms', eps: 1e-5 },
    positions: { kind: 'rotary', base: 10_000, scaling: null },
    mlp: { gated: true, activation: 'silu' },
    attentionScale: 0.5,
    bias: { qkv: false, attnOut: false, mlp: false },
    tiedUnembedding: true,
    bosId: 1,
    endIds: [],
  },
  storedDtype: 'float32',
  parameters: 100,
  hasTokenizer: true,
  calibrationText: null,
  examplePrompt: null,
};

/** A dictionary of the fake model, as its runner opens them. */
export function fakeDictionary(id: DictionaryId): DictionaryInfo {
  const hookName = 'blocks.1.hook_resid_post';
  return {
    id,
    name: 'tiny',
    hash: 'd'.repeat(64),
    spec: {
      encoder: 'standard',
      k: null,
      rescaleActsByDecoderNorm: false,
      applyBDecToInput: false,
      normalizeActivations: 'none',
      centerInput: false,
      hookName,
      hookNameOut: hookName,
    },
    dIn: fakeInfo.config.dModel,
    dOut: fakeInfo.config.dModel,
    dSae: 8,
    format: 'made up',
    architecture: 'standard',
    storedDtype: 'float32',
    bytes: 0,
    notes: [],
    modelName: null,
    neuronpediaId: null,
    recordsUrl: null,
  };
}

/** Everything that was started by now has gone as far as it can. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** The fake model, kept as was asked for. */
const keptInfo = ({ storage }: ModelSource): ModelInfo => (storage === undefined ? fakeInfo : { ...fakeInfo, storageWish: storage });

export function createFakeRunner(infoOf: (source: ModelSource) => ModelInfo = keptInfo): FakeRunner {
  const asked: Asked[] = [];
  const loads: ModelSource[] = [];
  const done = new Set<Asked>();
  const listeners = new Set<(notice: RunnerNotice) => void>();
  let loadFailure: string | null = null;
  let dictionaryFailure: string | null = null;
  let backend: BackendStatus = { name: 'cpu', usable: true, software: false, device: null, problem: null };
  const words = (text: string) => [1, ...text.split(' ').filter((word) => word !== '').map((word) => 2 + (word.length % 900))];
  const pieces = (ids: readonly number[]) => ids.map((id) => `t${id} `);
  const open = () => asked.filter((one) => !done.has(one) && !one.signal.aborted);

  return {
    asked,
    loads,
    open,
    async answerAll() {
      await settle();
      while (open().length > 0) {
        for (const one of open()) await one.answer();
        await settle();
      }
    },
    failLoads: (message) => void (loadFailure = message),
    failDictionaries: (message) => void (dictionaryFailure = message),
    tell: (notice) => listeners.forEach((listener) => listener(notice)),
    async load(source, onProgress: (progress: LoadProgress) => void, signal) {
      loads.push(source);
      onProgress({ stage: 'files', loadedBytes: 1, totalBytes: 2 });
      await settle();
      if (signal.aborted) throw abortError();
      if (loadFailure !== null) throw new Error(loadFailure);
      return infoOf(source);
    },
    run: (request, signal, onToken) =>
      new Promise<RunResult>((resolve, reject) => {
        const settled = (act: () => void) => {
          done.add(one);
          act();
          return settle();
        };
        const one: Asked = {
          request,
          signal,
          token: (ids) => onToken?.({ ids }),
          answer: () => settled(() => resolve(resultOf(request, backend))),
          fail: (message) => settled(() => reject(new Error(message))),
        };
        asked.push(one);
        signal.addEventListener('abort', () => reject(abortError()), { once: true });
      }),
    tokenize: (text) => Promise.resolve({ ids: words(text), tokens: pieces(words(text)) }),
    tokenizePlain: (text) => Promise.resolve({ ids: words(text).slice(1), tokens: pieces(words(text).slice(1)) }),
    renderChat: (messages) => Promise.resolve(messages.map(({ role, content }) => `${role}: ${content} `).join('')),
    pieces: (ids) => Promise.resolve(pieces(ids)),
    decode: (ids) => Promise.resolve(pieces(ids).join('')),
    directionNorm: () => Promise.resolve({ norm: 1, rawNorm: 1 }),
    async openDictionary(source, onProgress, signal) {
      onProgress({ stage: 'files', loadedBytes: 1, totalBytes: 2 });
      await settle();
      if (signal.aborted) throw abortError();
      if (dictionaryFailure !== null) throw new Error(dictionaryFailure);
      return fakeDictionary(source.kind === 'id' ? source.id : `files:${'c'.repeat(64)}`);
    },
    closeDictionary: () => Promise.resolve(),
    decoderRows: (_id, features) => Promise.resolve(features.map(() => new Float32Array(fakeInfo.config.dModel))),
    survey: () => Promise.resolve([backend]),
    setBackend: async (name) => (backend = { ...backend, name }),
    backend: () => Promise.resolve(backend),
    numTensors: () => Promise.resolve(0),
    onNotice(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** New ids that depend on the prompt, on what steers and on the seed. */
export function fakeText({ ids, interventions }: Pick<RunRequest, 'ids' | 'interventions'>, sampling: GenerateSpec): number[] {
  const seed = [...JSON.stringify([ids, interventions, sampling.seed])].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) % 997, 7);
  return Array.from({ length: sampling.maxNewTokens }, (_, index) => (seed + index * 13) % 1000);
}

function resultOf(request: RunRequest, backend: BackendStatus): RunResult {
  const generated = request.generate === null ? null : { ids: fakeText(request, request.generate), ended: false };
  const ids = generated === null ? request.ids : [...request.ids, ...generated.ids.slice(0, -1)];
  const perPos = () => namedArray(['pos'], [ids.length], new Float32Array(ids.length).fill(request.interventions.length));
  const ranks = (values: number[]) => namedArray(['pos', 'rank'], [1, values.length], Float32Array.from(values));
  return {
    request,
    ids,
    promptLength: request.promptLength,
    logits: null,
    activations: Object.fromEntries(request.capture.map((hook) => [hook, perPos()])),
    recorded: {},
    analyses: request.analyses.map((spec) =>
      spec.id === 'next-tokens'
        ? { topIds: ranks([5, 6, 7, 8, 9, 10]), topLogprobs: ranks([-1, -2, -3, -4, -5, -6]) }
        : { of: spec.id, values: perPos() },
    ),
    generated,
    computedBy: { backend: backend.name, device: null, dtype: 'float32', milliseconds: 5 },
  };
}

/** Time and frames as the test says. */
export interface FakeClock extends Clock {
  pass(milliseconds: number): void;
  /** Draws one picture. */
  frame(): void;
}

export function createFakeClock(): FakeClock {
  let now = 0;
  let waiting: (() => void)[] = [];
  return {
    now: () => now,
    onFrame: (callback) => void waiting.push(callback),
    pass: (milliseconds) => void (now += milliseconds),
    frame() {
      const due = waiting;
      waiting = [];
      now += 16;
      for (const callback of due) callback();
    },
  };
}

export function createMemoryStorage(): Storage & { readonly entries: Map<string, unknown> } {
  const entries = new Map<string, unknown>();
  return {
    entries,
    read: (key) => Promise.resolve(entries.get(key)),
    write: async (key, value) => void entries.set(key, value),
    remove: async (key) => void entries.delete(key),
  };
}

/** Ports around a fake runner. `needs`: what each panel asks. */
export function fakePorts(runner: Runner, needs: Readonly<Record<string, Needs>> = {}): Ports & { readonly clock: FakeClock } {
  return {
    runner,
    clock: createFakeClock(),
    storage: createMemoryStorage(),
    isIndependent: (id) => id === 'head-scores',
    needsOf: (panelIds) => {
      const wanted = panelIds.map((id) => needs[id]).filter((one) => one !== undefined);
      return {
        capture: wanted.flatMap((one) => one.capture),
        analyses: wanted.flatMap((one) => one.analyses),
        ofSlot: {
          base: wanted.flatMap((one) => one.ofSlot?.base ?? []),
          steered: wanted.flatMap((one) => one.ofSlot?.steered ?? []),
        },
      };
    },
  };
}
