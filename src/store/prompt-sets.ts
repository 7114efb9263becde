import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ModelInfo } from '../anatomy/model-info';
import { isAbort, messageOf } from '../lib/errors';
import type { PageActivity } from './page-activity';
import { politely } from './politely';
import type { Runner, Storage } from './ports';
import { loadSets, saveSet, saveIndex, removeSet } from './prompt-set-storage';
import { runPrompt, type PromptResult } from './prompt-run';

/** Prompts that were uploaded together, and what the model made of them. */
export interface PromptSet {
  readonly id: string;
  /** The name of the file. */
  readonly name: string;
  readonly prompts: readonly string[];
  /** Null before the first run. Belongs to one model and one alpha. */
  readonly run: PromptSetRun | null;
}

export interface PromptSetRun {
  /** Content hash and name of the model. */
  readonly model: string;
  readonly modelId: string;
  readonly alpha: number;
  /** By prompt; null where it hasn't run. */
  readonly results: readonly (PromptResult | null)[];
}

export interface PromptSetsState {
  /** False until what was stored has been read. */
  readonly isRestored: boolean;
  readonly sets: readonly PromptSet[];
  readonly currentId: string | null;
  /** The run in progress. */
  readonly progress: { readonly setId: string; readonly done: number; readonly total: number; readonly isWaiting: boolean } | null;
  /** What went wrong last, or null. */
  readonly problem: string | null;
  readonly actions: PromptSetsActions;
}

export interface PromptSetsActions {
  /** Adds a set and shows it. */
  add(name: string, prompts: readonly string[]): void;
  select(id: string): void;
  remove(id: string): void;
  /** Runs every prompt that has no result for the present model and this alpha. */
  runAll(alpha: number): Promise<void>;
  cancel(): void;
  dismissProblem(): void;
}

/** What prompt sets need from outside. */
export interface PromptSetsPorts {
  readonly runner: Pick<Runner, 'run' | 'tokenize' | 'pieces'>;
  readonly storage: Storage;
  /** The model that answers now, or null. */
  model(): ModelInfo | null;
  /** When the page itself wants the model: a prompt in flight is given up for it and asked again later. */
  readonly page: PageActivity;
}

export type PromptSets = StoreApi<PromptSetsState>;

/** After this many prompts what there is goes to the disk, so that a closed tab costs little. */
const SAVE_EVERY = 50;

/** Keeps uploaded prompts, runs them one at a time behind the page's own questions, and stores both locally. */
export function createPromptSets(ports: PromptSetsPorts): PromptSets {
  let controller: AbortController | null = null;

  const store = createStore<PromptSetsState>()((set, get) => {
    const current = () => get().sets.find((one) => one.id === get().currentId) ?? null;
    const replace = (changed: PromptSet) => set({ sets: get().sets.map((one) => (one.id === changed.id ? changed : one)) });
    const store = (work: Promise<void>) => work.catch((error: unknown) => set({ problem: `not stored, and lost at the next reload: ${messageOf(error)}` }));
    const storeIndex = () => store(saveIndex(ports.storage, get()));

    const storeRun = async (id: string) => {
      const now = get().sets.find((one) => one.id === id);
      if (now !== undefined) await store(saveSet(ports.storage, now));
    };

    async function runAll(alpha: number): Promise<void> {
      const start = current();
      const model = ports.model();
      if (start === null || controller !== null) return;
      if (model === null) {
        set({ problem: 'no model is loaded yet: prompts can run as soon as one is.' });
        return;
      }
      const mine = new AbortController();
      controller = mine;
      const isSame = start.run?.model === model.hash && start.run.alpha === alpha;
      const results: (PromptResult | null)[] = start.prompts.map((_, index) => (isSame ? (start.run?.results[index] ?? null) : null));
      let done = results.filter((result) => result !== null).length;
      const show = (isWaiting: boolean) => {
        const shown = get().sets.find((one) => one.id === start.id);
        if (shown === undefined) return mine.abort();
        replace({ ...shown, run: { model: model.hash, modelId: model.id, alpha, results: [...results] } });
        set({ progress: { setId: start.id, done, total: start.prompts.length, isWaiting } });
      };
      set({ problem: null });
      try {
        for (const [index, prompt] of start.prompts.entries()) {
          if (results[index] !== null) continue;
          results[index] = await politely(ports.page, mine.signal, () => show(true), (signal) => runPrompt(ports.runner, { model, prompt, alpha, signal }));
          if (ports.model()?.hash !== model.hash) throw new Error('the model was changed meanwhile: run the set again on the new one.');
          done += 1;
          show(false);
          if (done % SAVE_EVERY === 0) await storeRun(start.id);
        }
      } catch (error) {
        if (!isAbort(error)) set({ problem: `the run ended early: ${messageOf(error)}` });
      } finally {
        controller = null;
        set({ progress: null });
        await storeRun(start.id);
      }
    }

    return {
      isRestored: false,
      sets: [],
      currentId: null,
      progress: null,
      problem: null,
      actions: {
        add(name, prompts) {
          const added: PromptSet = { id: freshId(), name, prompts, run: null };
          set({ sets: [...get().sets, added], currentId: added.id, problem: null });
          void store(saveSet(ports.storage, added).then(() => saveIndex(ports.storage, get())));
        },
        select(id) {
          set({ currentId: id });
          void storeIndex();
        },
        remove(id) {
          if (get().progress?.setId === id) controller?.abort();
          const sets = get().sets.filter((one) => one.id !== id);
          set({ sets, currentId: get().currentId === id ? (sets.at(-1)?.id ?? null) : get().currentId });
          void store(removeSet(ports.storage, id, get()));
        },
        runAll,
        cancel: () => controller?.abort(),
        dismissProblem: () => set({ problem: null }),
      },
    };
  });

  loadSets(ports.storage).then(
    ({ sets, currentId }) => {
      // What was added while the disk was read stays, behind what was there.
      const added = store.getState().sets.filter((one) => !sets.some((old) => old.id === one.id));
      store.setState({ isRestored: true, sets: [...sets, ...added], currentId: store.getState().currentId ?? currentId });
    },
    (error: unknown) => store.setState({ isRestored: true, problem: `what was stored could not be read: ${messageOf(error)}` }),
  );
  return store;
}

/** Never one of an earlier visit, or of another tab: what is on disk may not have been read yet. */
function freshId(): string {
  return `${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 10)}`;
}
