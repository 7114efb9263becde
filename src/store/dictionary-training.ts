import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Dictionary, DictionaryId } from '../anatomy/dictionary';
import { trainedDictionary, type TrainingSettings, type TrainingState } from '../dictionaries/page-training';
import { isAbort, messageOf, UserError } from '../lib/errors';
import type { DictionaryTrainingPorts, DictionaryTrainingState, TrainingRequest, TrainingThread } from './dictionary-training-ports';
import { collectActivations, type CollectedActivations } from './training-activations';
import { judge } from './training-judgement';
import { loadDictionary, loadKept, loadTraining, removeDictionary, removeTraining, saveDictionary, saveTraining } from './training-storage';

export type DictionaryTraining = StoreApi<DictionaryTrainingState>;

/** Milliseconds of one slice of work: after each the page may pause, and the picture gets its new points. */
const SLICE = 200;
/** Milliseconds after which what there is goes to storage. */
const SAVE_EVERY = 30_000;
/** A feature is dead after this many silent tokens, or after so many passes over a smaller set, but not before the set was seen. */
const DEAD_TOKENS = 200_000;
const DEAD_PASSES = 5;

/** Trains one dictionary at a time on a prompt set, in a thread of its own, outliving the panel that shows it. */
export function createDictionaryTraining(ports: DictionaryTrainingPorts): DictionaryTraining {
  let thread: TrainingThread | null = null;
  let controller = new AbortController();
  /** Where a restored training goes on from, until it has begun again. */
  let restored: TrainingState | null = null;
  let savedAt = 0;

  const store = createStore<DictionaryTrainingState>()((set, get) => {
    const closeThread = () => {
      thread?.dispose();
      thread = null;
    };

    /** Ends whatever is under way; what it does afterwards counts for nothing. */
    const takeOver = () => {
      controller.abort();
      controller = new AbortController();
      return controller.signal;
    };

    const fail = (error: unknown) => {
      closeThread();
      // What was stored can be taken up again, once what was in the way is gone.
      set({ status: restored === null ? 'failed' : 'paused', message: messageOf(error), collecting: null });
    };

    /** Reads the prompts and starts a thread on them. */
    async function prepare(request: TrainingRequest, from: TrainingState | null, signal: AbortSignal): Promise<void> {
      const collecting = { done: 0, total: request.prompts.length, isWaiting: false };
      set({ status: 'collecting', message: null, request, result: null, collecting, step: from?.step ?? 0, points: from?.points ?? [] });
      const collected = await collectActivations(ports, request, signal, (done, total, isWaiting) => set({ collecting: { done, total, isWaiting } }));
      signal.throwIfAborted();
      if (from !== null && collected.data.tokens !== get().data?.tokens)
        throw new UserError('other-activations', 'the prompts give another number of tokens than when this training began, so it can’t go on: begin a new one.');
      const settings = from?.settings ?? { ...request.settings, deadAfter: deadAfter(collected, request.settings.batch) };
      closeThread();
      thread = ports.openThread();
      const first = await thread.begin(collected.train, collected.heldOut, collected.d, settings, from);
      signal.throwIfAborted();
      restored = null;
      set({ status: 'running', collecting: null, data: collected.data, step: first.step, points: first.points });
    }

    async function work(signal: AbortSignal): Promise<void> {
      set({ status: 'running', message: null });
      for (let mine = thread; mine !== null; ) {
        const { step, isDone, points } = await mine.advance(SLICE);
        if (thread !== mine) return;
        // Also of a slice during which somebody paused: these points are told once.
        set({ step, points: points.length === 0 ? get().points : [...get().points, ...points] });
        if (signal.aborted) return;
        if (isDone) return finish(signal);
        if (ports.now() - savedAt > SAVE_EVERY) await save();
        if (signal.aborted) return;
      }
    }

    async function save(): Promise<void> {
      const { request, data } = get();
      const mine = thread;
      if (mine === null || request === null || data === null) return;
      savedAt = ports.now();
      try {
        const state = await mine.state();
        if (thread !== mine) return; // discarded meanwhile, or another training began: nothing of this one is to be kept
        await saveTraining(ports.storage, { request, data, state });
        if (thread === mine) set({ storageProblem: null });
      } catch (error) {
        if (thread === mine) set({ storageProblem: `It is not stored, and lost at the next reload: ${messageOf(error)}` });
      }
    }

    async function finish(signal: AbortSignal): Promise<void> {
      const { request, data, points, step } = get();
      if (thread === null || request === null || data === null) return;
      set({ status: 'finishing' });
      await save();
      const { trained, evaluation } = await thread.finish();
      const name = `${request.promptsName}, ${request.hook}`;
      const dictionary = await trainedDictionary(trained, { hook: request.hook, name, modelName: request.modelId });
      signal.throwIfAborted();
      const judged = await judge(ports, { request, data, dictionary, fvu: evaluation.fvu, dead: points.at(-1)?.dead ?? 0, signal });
      signal.throwIfAborted();
      set({ status: 'done', result: { dictionary, evaluation, ...judged, isHeldOut: data.heldOutTokens > 0, steps: step } });
    }

    /** Runs a piece of the training; what goes wrong is shown, what was given up is not. */
    async function guarded(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
      const signal = takeOver();
      try {
        await work(signal);
      } catch (error) {
        if (!signal.aborted && !isAbort(error)) fail(error);
      }
    }

    async function keep(dictionary: Dictionary): Promise<void> {
      const { id, name, bytes } = dictionary.info;
      const model = get().request?.model ?? '';
      if (get().kept.some((one) => one.id === id)) return;
      try {
        const kept = await saveDictionary(ports.storage, dictionary, { id, name, model, bytes });
        set({ kept, storageProblem: null });
      } catch (error) {
        set({ storageProblem: `The dictionary is not stored, and lost at the next reload: ${messageOf(error)} Export it to keep it.` });
      }
    }

    return {
      status: 'idle',
      isRestored: false,
      message: null,
      request: null,
      data: null,
      collecting: null,
      step: 0,
      points: [],
      storageProblem: null,
      result: null,
      kept: [],
      actions: {
        start: (request) =>
          guarded(async (signal) => {
            closeThread();
            restored = null;
            set({ data: null, storageProblem: null });
            savedAt = ports.now();
            await prepare(request, null, signal);
            await work(signal);
          }),
        pause() {
          const { status } = get();
          if (status === 'collecting') {
            takeOver();
            closeThread(); // it may have been told to begin: who goes on tells another one
            set({ status: restored === null ? 'idle' : 'paused', collecting: null });
          } else if (status === 'running') {
            takeOver();
            set({ status: 'paused' });
            void save();
          }
        },
        resume: () =>
          guarded(async (signal) => {
            const { request } = get();
            if (request === null) return;
            if (thread === null) await prepare(request, restored, signal);
            await work(signal);
          }),
        finish: () =>
          guarded(async (signal) => {
            const { request } = get();
            if (request !== null && thread === null) await prepare(request, restored, signal);
            await finish(signal);
          }),
        async discard() {
          takeOver();
          closeThread();
          restored = null;
          set({ status: 'idle', message: null, request: null, data: null, collecting: null, step: 0, points: [], result: null, storageProblem: null });
          await removeTraining(ports.storage).catch(() => undefined); // storage that can't be reached holds nothing of it either
        },
        async take(id) {
          const dictionary = id === undefined ? (get().result?.dictionary ?? null) : await weightsOf(id);
          if (dictionary === null) {
            set({ storageProblem: 'This dictionary is not in this browser’s storage any more.' });
            return null;
          }
          if (id === undefined) await keep(dictionary);
          return ports.openDictionary(dictionary);
        },
        async remove(id) {
          set({ kept: get().kept.filter((one) => one.id !== id) });
          await removeDictionary(ports.storage, id).then((kept) => set({ kept }), (error: unknown) => set({ storageProblem: messageOf(error) }));
        },
        weightsOf,
      },
    };

    async function weightsOf(id: DictionaryId): Promise<Dictionary | null> {
      const mine = get().result?.dictionary ?? null;
      return mine?.info.id === id ? mine : loadDictionary(ports.storage, id).catch(() => null);
    }
  });

  Promise.all([loadTraining(ports.storage), loadKept(ports.storage)]).then(
    ([training, kept]) => {
      // One that was begun meanwhile stays.
      if (training === null || store.getState().status !== 'idle') return store.setState({ isRestored: true, kept });
      restored = training.state;
      const { request, data, state } = training;
      store.setState({ isRestored: true, kept, status: 'paused', request, data, step: state.step, points: state.points });
    },
    (error: unknown) => store.setState({ isRestored: true, storageProblem: `What was stored could not be read: ${messageOf(error)}` }),
  );
  return store;
}

/** Silent tokens after which a feature counts as dead. Ours, for small sets: the usual 200,000 would never come. */
function deadAfter({ data }: CollectedActivations, batch: number): TrainingSettings['deadAfter'] {
  return Math.min(DEAD_TOKENS, Math.max(DEAD_PASSES * data.tokens, 10 * batch));
}
