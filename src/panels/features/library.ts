import type { DictionaryId, FeatureRef } from '../../anatomy/dictionary';
import { isAbort, messageOf } from '../../lib/errors';
import type { BatchHead, ColumnsHead, FeatureColumns, FeatureLabel, FeatureRecord, FeatureService, SearchAnswer, SearchQuery, ServiceProgress, ShippedDictionary } from '../../dictionaries/records';
import { fetchLabels } from './neuronpedia';

/** What the panel needs from outside; the app fills it. */
export interface FeaturesPort {
  /** Starts whoever reads and searches records. Called when the panel is opened for the first time. */
  openRecords(): FeatureService;
}

/** The model whose features are shown. */
export interface LibraryModel {
  readonly id: string;
  readonly hash: string;
  /** Entries of the vocabulary. */
  readonly dVocab: number;
}

/** Labels that were asked for at Neuronpedia. */
export type ForeignLabels =
  | { readonly status: 'loading' }
  | { readonly status: 'ready'; readonly labels: readonly FeatureLabel[] }
  | { readonly status: 'failed'; readonly message: string };

export interface LibraryState {
  /** Content hash of the model that all of this is about, or null before there is one. */
  readonly model: string | null;
  readonly status: 'reading' | 'ready' | 'failed';
  readonly message: string | null;
  readonly progress: ServiceProgress | null;
  readonly shipped: readonly ShippedDictionary[];
  /** One for each dictionary that has records. */
  readonly columns: readonly FeatureColumns[];
  /** By feature key. */
  readonly foreign: ReadonlyMap<string, ForeignLabels>;
  /** Neuronpedia's name (`model/source`) of imported records, by dictionary. */
  readonly neuronpedia: ReadonlyMap<DictionaryId, string>;
}

/** Feature records of the loaded model, and what people brought along. Kept while the panel is closed. */
export interface FeatureLibrary {
  getState(): LibraryState;
  subscribe(listener: () => void): () => void;
  /** Reads what ships for a model, once. @param pieces the text of token ids. */
  follow(model: LibraryModel, pieces: (ids: readonly number[]) => Promise<readonly string[]>): void;
  retry(): void;
  record(feature: FeatureRef): Promise<FeatureRecord>;
  prepare(onProgress: (progress: ServiceProgress) => void): Promise<void>;
  search(query: SearchQuery): Promise<SearchAnswer>;
  /** Takes record files; `head` says which dictionary they are of, null that they stand alone. Gives the problems. */
  importFiles(files: readonly File[], head: ColumnsHead | null): Promise<{ readonly dictionary: DictionaryId; readonly count: number; readonly problems: readonly string[] }>;
  exportBatch(dictionary: DictionaryId, indices: readonly number[], head: BatchHead, signal: AbortSignal): Promise<string>;
  fetchLabels(feature: FeatureRef, neuronpediaId: string): Promise<void>;
}

export const featureKey = ({ dictionary, index }: FeatureRef): string => `${dictionary} ${index}`;

const EMPTY: LibraryState = {
  model: null,
  status: 'reading',
  message: null,
  progress: null,
  shipped: [],
  columns: [],
  foreign: new Map(),
  neuronpedia: new Map(),
};

export function createFeatureLibrary(port: FeaturesPort): FeatureLibrary {
  let state = EMPTY;
  let service: FeatureService | null = null;
  let again: () => void = () => undefined;
  const listeners = new Set<() => void>();
  const set = (change: Partial<LibraryState>) => {
    state = { ...state, ...change };
    for (const listener of [...listeners]) listener();
  };
  const records = () => (service ??= port.openRecords());
  /** Settles when the present model's dictionaries are known. */
  let opened: Promise<void> = new Promise(() => undefined);
  let current = new AbortController();

  async function read(model: LibraryModel, pieces: (ids: readonly number[]) => Promise<readonly string[]>): Promise<void> {
    current.abort();
    const mine = new AbortController();
    current = mine;
    const { signal } = mine;
    set({ ...EMPTY, model: model.hash });
    const failed = (error: unknown) => {
      if (!signal.aborted && !isAbort(error)) set({ status: 'failed', message: messageOf(error) });
    };
    opened = (async () => {
      let shipped = await records().open(model.id, [], signal);
      signal.throwIfAborted();
      // A vocabulary may have hundreds of thousands of tokens: their texts are asked for where something ships.
      if (shipped.length > 0) {
        const vocabulary = await pieces(Array.from({ length: model.dVocab }, (_, id) => id));
        signal.throwIfAborted();
        shipped = await records().open(model.id, vocabulary, signal);
        signal.throwIfAborted();
      }
      set({ shipped });
    })();
    try {
      await opened;
      const columns = await records().columns(signal, (progress) => !signal.aborted && set({ progress }));
      signal.throwIfAborted();
      set({ columns, status: 'ready', progress: null });
    } catch (error) {
      failed(error);
    }
  }

  return {
    getState: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    follow(model, pieces) {
      if (state.model === model.hash) return;
      again = () => void read(model, pieces);
      again();
    },
    retry: () => again(),
    async record({ dictionary, index }) {
      await opened;
      return records().record(dictionary, index, current.signal);
    },
    async prepare(onProgress) {
      await opened;
      await records().prepare(current.signal, onProgress);
    },
    search: (query) => records().search(query, current.signal),
    async importFiles(files, head) {
      await opened;
      const { columns, modelId, source, problems } = await records().importFiles(files, head);
      const others = state.columns.filter(({ dictionary }) => dictionary !== columns.dictionary);
      const neuronpedia = new Map(state.neuronpedia);
      if (modelId !== null && source !== null) neuronpedia.set(columns.dictionary, `${modelId}/${source}`);
      set({ columns: [...others, columns], neuronpedia });
      return { dictionary: columns.dictionary, count: columns.index.length, problems };
    },
    exportBatch: (dictionary, indices, head, signal) => records().exportBatch(dictionary, indices, head, signal),
    async fetchLabels(feature, neuronpediaId) {
      const put = (labels: ForeignLabels) => set({ foreign: new Map([...state.foreign, [featureKey(feature), labels]]) });
      put({ status: 'loading' });
      try {
        put({ status: 'ready', labels: await fetchLabels(neuronpediaId, feature.index) });
      } catch (error) {
        put({ status: 'failed', message: messageOf(error) });
      }
    },
  };
}
