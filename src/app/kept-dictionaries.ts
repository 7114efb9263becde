import { parseDictionaryId } from '../anatomy/dictionary';
import type { Runner, Storage } from '../store/ports';
import { loadDictionary } from '../store/training-storage';

/** The runner, which then also opens dictionaries that were trained here on an earlier visit and kept: links and reloads name them. */
export function withKeptDictionaries<R extends Pick<Runner, 'openDictionary'>>(runner: R, storage: Storage): R {
  return {
    ...runner,
    async openDictionary(source, onProgress, signal) {
      const isTrained = source.kind === 'id' && parseDictionaryId(source.id)?.kind === 'trained';
      const dictionary = isTrained ? await loadDictionary(storage, source.id).catch(() => null) : null;
      return runner.openDictionary(dictionary === null ? source : { kind: 'trained', dictionary }, onProgress, signal);
    },
  } satisfies Pick<Runner, 'openDictionary'> & R;
}
