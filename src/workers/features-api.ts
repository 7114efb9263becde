import { createFeatureService, type FeatureService, type ServiceProgress } from '../dictionaries/records';
import { outcomeOf, type Outcome } from './protocol';

/** The side of the thread that reads and searches feature records. What `FeatureService` does, with errors as data. */
export interface FeaturesApi {
  start(baseUrl: string): void;
  open(...given: Given<'open'>): Promise<Outcome<Awaited<ReturnType<FeatureService['open']>>>>;
  record(...given: Given<'record'>): Promise<Outcome<Awaited<ReturnType<FeatureService['record']>>>>;
  columns(onProgress: (progress: ServiceProgress) => void): Promise<Outcome<Awaited<ReturnType<FeatureService['columns']>>>>;
  prepare(onProgress: (progress: ServiceProgress) => void): Promise<Outcome<null>>;
  search(...given: Given<'search'>): Promise<Outcome<Awaited<ReturnType<FeatureService['search']>>>>;
  importFiles(...given: Parameters<FeatureService['importFiles']>): Promise<Outcome<Awaited<ReturnType<FeatureService['importFiles']>>>>;
  exportBatch(...given: Given<'exportBatch'>): Promise<Outcome<string>>;
}

/** Arguments without the signal at their end: a signal doesn't cross to a worker, and nothing here takes long. */
type Given<M extends 'open' | 'record' | 'search' | 'exportBatch'> = Parameters<FeatureService[M]> extends [...infer Rest, AbortSignal] ? Rest : never;

export function createFeaturesApi(): FeaturesApi {
  let service: FeatureService | null = null;
  const { signal } = new AbortController();
  const work = <T>(ask: (service: FeatureService) => Promise<T>) =>
    outcomeOf(() => {
      if (service === null) throw new Error('the features worker was asked before it was told where records lie.');
      return ask(service);
    });
  return {
    start(baseUrl) {
      service = createFeatureService(baseUrl);
    },
    open: (...given) => work((to) => to.open(...given, signal)),
    record: (...given) => work((to) => to.record(...given, signal)),
    columns: (onProgress) => work((to) => to.columns(signal, onProgress)),
    prepare: (onProgress) =>
      work(async (to) => {
        await to.prepare(signal, onProgress);
        return null;
      }),
    search: (...given) => work((to) => to.search(...given, signal)),
    importFiles: (...given) => work((to) => to.importFiles(...given)),
    exportBatch: (...given) => work((to) => to.exportBatch(...given, signal)),
  };
}
