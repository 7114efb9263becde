import * as Comlink from 'comlink';
import type { FeatureService } from '../dictionaries/records';
import { brokenOf } from './broken';
import type { FeaturesApi } from './features-api';
import { unwrap, type Outcome } from './protocol';

/** Feature records in a thread of their own: neither the page nor the model waits for a search. */
export interface FeatureRecords extends FeatureService {
  dispose(): void;
}

/** Starts the thread. @param baseUrl the page's address, beside which `dictionaries/` lies. */
export function openFeatureRecords(baseUrl: string = document.baseURI): FeatureRecords {
  const worker = new Worker(new URL('./features.worker.ts', import.meta.url), { type: 'module', name: 'features' });
  const records = connectFeatureRecords(worker, baseUrl);
  return { ...records, dispose: () => worker.terminate() };
}

/** The same over any port that a features worker listens to. */
export function connectFeatureRecords(port: Comlink.Endpoint & EventTarget, baseUrl: string): FeatureService {
  const remote = Comlink.wrap<FeaturesApi>(port);
  const broken = brokenOf(port, 'reads feature records');
  void remote.start(baseUrl).catch(() => undefined);
  const answered = async <T>(asked: Promise<Outcome<T>>, signal?: AbortSignal): Promise<T> => {
    const outcome = await Promise.race([asked, broken]);
    signal?.throwIfAborted();
    return unwrap(outcome);
  };
  const told = <T>(listener: ((value: T) => void) | undefined) => Comlink.proxy(listener ?? (() => undefined));
  return {
    open: (model, vocabulary, signal) => answered(remote.open(model, vocabulary), signal),
    record: (dictionary, index, signal) => answered(remote.record(dictionary, index), signal),
    columns: (signal, onProgress) => answered(remote.columns(told(onProgress)), signal),
    async prepare(signal, onProgress) {
      await answered(remote.prepare(told(onProgress)), signal);
    },
    search: (query, signal) => answered(remote.search(query), signal),
    importFiles: (files, head) => answered(remote.importFiles(files, head)),
    exportBatch: (dictionary, indices, head, signal) => answered(remote.exportBatch(dictionary, indices, head), signal),
  };
}
