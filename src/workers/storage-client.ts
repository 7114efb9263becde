import * as Comlink from 'comlink';
import type { StoredOverview } from '../anatomy/model-info';
import { brokenOf } from './broken';
import { unwrap, type Outcome } from './protocol';
import type { StorageApi } from './storage-api';

/** What of the models that were downloaded is kept in this browser. */
export interface StoredModels {
  list(): Promise<StoredOverview>;
  /** Deletes a stored model, or all of them (null), and gives what is left. */
  remove(from: string | null): Promise<StoredOverview>;
  dispose(): void;
}

/** Starts a small worker for it, apart from the one that computes: neither waits for the other. */
export function openStoredModels(): StoredModels {
  const worker = new Worker(new URL('./storage.worker.ts', import.meta.url), { type: 'module', name: 'storage' });
  return { ...connectStoredModels(worker), dispose: () => worker.terminate() };
}

/** The same over any port that a storage worker listens to. */
export function connectStoredModels(port: Comlink.Endpoint): Omit<StoredModels, 'dispose'> {
  const remote = Comlink.wrap<StorageApi>(port);
  const broken = brokenOf(port, 'looks after stored models');
  const answered = async <T>(asked: Promise<Outcome<T>>): Promise<T> => unwrap(await Promise.race([asked, broken]));
  return {
    list: () => answered(remote.list()),
    remove: (from) => answered(remote.remove(from)),
  };
}
