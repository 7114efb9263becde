import { analyses } from '../analyses';
import { panels } from '../panels';
import { createFeatureLibrary } from '../panels/features/library';
import { decode, packDocument } from '../permalink/codec';
import { createSync } from '../permalink/sync';
import { createWorkbench } from '../store';
import { restore, startAutosave, type DocumentFormat } from '../store/autosave';
import { createDictionaryTraining } from '../store/dictionary-training';
import { createPageActivity } from '../store/page-activity';
import type { Clock } from '../store/ports';
import { createPromptSets } from '../store/prompt-sets';
import { selectModelInfo } from '../store/selectors';
import { createRunner, openFeatureRecords, openTraining } from '../workers';
import { withKeptDictionaries } from './kept-dictionaries';
import { createNeedsOf } from './needs-of';
import { createNumerics } from './numerics';
import type { Wiring } from './port';
import { createScripting, type Scripting } from './scripting';
import { browserStorage } from './storage';

declare global {
  interface Window {
    lacuna: Scripting;
  }
}

const clock: Clock = {
  now: () => performance.now(),
  onFrame: (callback) => void requestAnimationFrame(callback),
};

/** What is kept for the next visit is written as a link is, so that later versions read it by the same steps. */
const format: DocumentFormat = {
  write: (document) => packDocument(document),
  read: (text) => {
    const decoded = decode(text);
    return decoded.ok ? decoded.document : null;
  },
};

/**
 * Wires the parts together: the worker that computes, the store, the panels' needs, what is kept on this computer, the address
 * bar, and `window.lacuna`, which is there when this returns. Called once, while the page is being loaded.
 */
export function bootstrap(): Wiring {
  const worker = createRunner();
  const { runner, numerics } = createNumerics(withKeptDictionaries(worker, browserStorage), () => createRunner());
  const store = createWorkbench({
    runner,
    clock,
    storage: browserStorage,
    needsOf: createNeedsOf(panels),
    isIndependent: (id) => analyses.find(id)?.independent ?? false,
  });
  const page = createPageActivity(store);
  const promptSets = createPromptSets({
    runner,
    storage: browserStorage,
    model: () => selectModelInfo(store.getState()),
    page,
  });
  const training = createDictionaryTraining({
    runner,
    storage: browserStorage,
    page,
    model: () => selectModelInfo(store.getState()),
    openThread: openTraining,
    openDictionary: (dictionary) => store.getState().actions.openDictionary({ kind: 'trained', dictionary }),
    now: clock.now,
  });
  const features = createFeatureLibrary({ openRecords: () => openFeatureRecords() });
  const sync = createSync(store);
  const begun = begin();
  window.lacuna = createScripting({ store, runner, sync, page, begun });
  return { store, promptSets, training, numerics, features, permalink: async () => sync.permalink(), exportDictionary: (id) => worker.exportDictionary(id), numTensors: () => runner.numTensors() };

  async function begin(): Promise<void> {
    const tools = { storage: browserStorage, format };
    await restore(store, tools);
    sync.begin();
    store.start();
    sync.follow();
    startAutosave(store, tools);
  }
}
