import type { ModelInfo } from '../../anatomy/model-info';
import type { BackendName } from '../../anatomy/run';
import { weightBytes, type WeightStorage } from '../../anatomy/weights';
import { isAbort, messageOf, UserError } from '../../lib/errors';
import { compareModels } from './compare';
import type { NumericsPort } from './port';
import { largestQuestion } from './questions';
import type { NumericsReport } from './report';

/** What is to be compared. */
export interface Comparison {
  readonly info: ModelInfo;
  /** The backend in use. */
  readonly backend: BackendName;
  /** How the model is kept there. */
  readonly storage: WeightStorage;
  /** The prompt's ids, and how many of them to compare at most. */
  readonly ids: readonly number[];
  readonly most: number;
}

export type JobState =
  | { readonly status: 'idle' }
  | { readonly status: 'running'; readonly doing: string; readonly share: number | null; readonly comparison: Comparison }
  | { readonly status: 'failed'; readonly message: string }
  | { readonly status: 'done'; readonly report: NumericsReport };

/** One comparison at a time, outliving the panel that shows it. */
export interface NumericsJob {
  state(): JobState;
  /** Tells of every change; gives what ends it. */
  subscribe(listener: () => void): () => void;
  /** Settles when the comparison has ended, whatever came of it. */
  compare(comparison: Comparison): Promise<void>;
  cancel(): void;
  /** Why this model can't be held twice here, or null when it can. */
  obstacle(info: ModelInfo, storage: WeightStorage, nPos: number): string | null;
}

/** The backend that is held to be right: plain loops on the CPU. Where that computes already, the other one without a GPU. */
export function referenceFor(backend: BackendName): BackendName {
  return backend === 'cpu' ? 'wasm' : 'cpu';
}

/** Bytes of the model as it is kept, of a second copy as float32, and of what is compared at a time. */
export function bytesNeeded(
  info: ModelInfo,
  storage: WeightStorage,
  nPos: number,
): { readonly kept: number; readonly model: number; readonly compared: number } {
  return {
    kept: weightBytes(info.config, storage),
    model: weightBytes(info.config, 'float32'),
    compared: 2 * largestQuestion(info.config, Math.max(1, nPos)),
  };
}

export function createNumericsJob(port: NumericsPort): NumericsJob {
  const listeners = new Set<() => void>();
  let state: JobState = { status: 'idle' };
  let controller: AbortController | null = null;
  const set = (next: JobState) => {
    state = next;
    for (const listener of [...listeners]) listener();
  };

  const obstacle = (info: ModelInfo, storage: WeightStorage, nPos: number): string | null => {
    if (port.sourceOf(info.hash) === null)
      return 'Where this model was loaded from is not known any more, so that it can\'t be loaded a second time. Load it again, then compare.';
    const { kept, model, compared } = bytesNeeded(info, storage, nPos);
    const needed = kept + model + compared;
    const there = port.memoryBytes();
    if (needed <= there) return null;
    return `The model would have to be held twice: ${gigabytes(needed)} with what is compared, and this device has about ${gigabytes(there)}. Compare a smaller model of the same family.`;
  };

  return {
    state: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    obstacle,
    cancel: () => controller?.abort(),
    async compare(comparison) {
      controller?.abort();
      const mine = new AbortController();
      controller = mine;
      const tell = (doing: string, share: number | null) => {
        if (controller === mine) set({ status: 'running', doing, share, comparison });
      };
      tell('Starting the reference', null);
      const { info, backend, storage, ids, most } = comparison;
      const source = port.sourceOf(info.hash);
      const nPos = Math.min(most, ids.length);
      let second: ReturnType<NumericsPort['openSecond']> | null = null;
      try {
        const why = obstacle(info, storage, nPos);
        if (why !== null || source === null) throw new UserError('cannot-compare', why ?? '');
        second = port.openSecond();
        const reference = referenceFor(backend);
        await second.setBackend(reference);
        mine.signal.throwIfAborted();
        const again = await second.load(
          { ...source, storage: 'float32' }, // the numbers of the file, whatever was made of them
          ({ loadedBytes, totalBytes }) => tell('Loading the model a second time', totalBytes === null ? null : loadedBytes / totalBytes),
          mine.signal,
        );
        if (again.hash !== info.hash)
          throw new UserError('other-model', 'what lies at the model\'s address now is another model than the one that is loaded. Load it again, then compare.');
        const report = await compareModels({
          ...{ info, ids: ids.slice(0, nPos), ofPos: ids.length, reference },
          ...{ given: port, right: second, signal: mine.signal },
          onProgress: (done) => tell('Comparing', done),
          breathe: () => port.breathe(),
        });
        if (controller === mine) set({ status: 'done', report });
      } catch (error) {
        if (controller === mine) set(isAbort(error) ? { status: 'idle' } : { status: 'failed', message: messageOf(error) });
      } finally {
        second?.dispose();
        if (controller === mine) controller = null;
      }
    },
  };
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
