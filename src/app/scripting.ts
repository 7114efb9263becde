import { catalogueDictionary, parseDictionaryId, type DictionaryId, type DictionaryInfo } from '../anatomy/dictionary';
import type { NamedArray } from '../anatomy/named-array';
import type { AnalysisResult, BackendName, ComputedBy, RunRequest } from '../anatomy/run';
import type { BackendStatus, ModelInfo, ModelSource, StorageWish, Tokenized } from '../anatomy/model-info';
import type { StorageChoice, WeightStorage } from '../anatomy/weights';
import { must } from '../lib/assert';
import { UserError } from '../lib/errors';
import { catalogue } from '../models/catalogue';
import { readHubAddress } from '../models/hub-address';
import type { Sync } from '../permalink/sync';
import type { WorkbenchStore } from '../store';
import type { PageActivity } from '../store/page-activity';
import type { LinkVerdict } from '../store/state';
import type { Runner } from '../store/ports';
import { selectModelInfo } from '../store/selectors';
import { isSameModel } from '../store/plan';
import { paramsOf, readRequest, type ScriptRequest } from './script-request';
import { snapshot, type Snapshot } from './script-state';

/** The loaded model, in brief. */
export interface ScriptModel {
  readonly id: string;
  readonly hash: string;
  readonly family: string;
  readonly nLayers: number;
  readonly nHeads: number;
  readonly nKvHeads: number;
  readonly dModel: number;
  readonly dVocab: number;
  readonly nCtx: number;
  readonly backend: BackendName | null;
  /** Arithmetic. */
  readonly dtype: 'float32';
  readonly storedDtype: string;
  /** How the big matrices are kept now. */
  readonly storage: WeightStorage | null;
}

/** The answer to `lacuna.run`. */
export interface ScriptResult {
  /** Every id that was fed, prompt first: the `pos` axis of all arrays. The last new id was never fed. */
  readonly ids: readonly number[];
  readonly tokens: readonly string[];
  readonly promptLength: number;
  readonly logits: NamedArray | null;
  /** By hook name: what `capture` asked for. */
  readonly activations: Readonly<Record<string, NamedArray>>;
  readonly recorded: Readonly<Record<string, NamedArray>>;
  readonly generated: { readonly ids: readonly number[]; readonly text: string; readonly ended: boolean } | null;
  readonly computedBy: ComputedBy;
}

/** `window.lacuna`: see docs/scripting.md, where each call is explained with an example. */
export interface Scripting {
  /** Settles when the first model can run; rejects with a message when it can't be had. */
  readonly ready: Promise<void>;
  readonly model: ScriptModel | null;
  /** @param options `storage`: how the big matrices are kept; left out: as they are stored. */
  loadModel(idOrUrl: string, options?: StorageWish): Promise<ScriptModel>;
  setBackend(name: BackendName): Promise<void>;
  tokenize(text: string): Promise<Tokenized>;
  run(request: ScriptRequest): Promise<ScriptResult>;
  analyse(id: string, request: ScriptRequest, params?: Readonly<Record<string, unknown>>): Promise<AnalysisResult>;
  /** Opens a sparse dictionary for the loaded model, as the panels do. */
  openDictionary(idOrAddress: string): Promise<DictionaryInfo>;
  /** Settles when the page has computed everything that it shows. */
  settled(): Promise<void>;
  state(): Snapshot;
  permalink(): string;
  open(link: string): Promise<{ readonly problems: readonly string[]; readonly verdict: LinkVerdict | null }>;
  numTensors(): Promise<number>;
}

interface Parts {
  readonly store: WorkbenchStore;
  readonly runner: Runner;
  readonly sync: Pick<Sync, 'permalink' | 'open'>;
  readonly page: Pick<PageActivity, 'idle'>;
  /** Settles when the page has put back what was saved and begun to load its model. */
  readonly begun: Promise<void>;
}

const STORAGES: readonly string[] = ['float32', 'float16', 'int8'] satisfies StorageChoice[];
const BACKENDS: readonly string[] = ['webgpu', 'webgl', 'wasm', 'cpu'] satisfies BackendName[];

/** Makes the object that scripts use. Runs go through the same runner as the page's own and leave its state alone. */
export function createScripting({ store, runner, sync, page, begun }: Parts): Scripting {
  const ready = begun.then(() => firstModel(store));
  // Whoever awaits it hears of a failure; nobody has to.
  ready.catch(() => undefined);

  function model(): ModelInfo {
    const info = selectModelInfo(store.getState());
    if (info === null) throw new UserError('no-model', 'no model is loaded yet: await lacuna.ready, or load one with lacuna.loadModel(…).');
    return info;
  }

  async function requestOf(given: unknown): Promise<RunRequest> {
    const { hash, config } = model();
    const { prompt, ids, promptLength, ...rest } = readRequest(given, config);
    const all = prompt === null ? ids : await idsOf(prompt, config.bosId);
    return { model: hash, ids: all, promptLength: promptLength ?? all.length, analyses: [], ...rest };
  }

  async function idsOf(prompt: string, bosId: number | null): Promise<readonly number[]> {
    const { ids } = await runner.tokenize(prompt);
    if (ids.length > 0) return ids;
    if (bosId === null) throw new UserError('bad-request', 'the prompt is empty, and this model has no token for the start of a text.');
    return [bosId];
  }

  const run = (request: RunRequest) => runner.run(request, new AbortController().signal);

  let last: Promise<unknown> = Promise.resolve();
  /** One call after the other, as they came: a count of tensors stands between the runs before and after it. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  }

  return {
    ready,
    get model() {
      const info = selectModelInfo(store.getState());
      return info === null ? null : brief(info, store.getState().backend.current);
    },
    async loadModel(idOrUrl, options = {}) {
      const { storage } = options;
      if (storage !== undefined && !STORAGES.includes(storage))
        throw new UserError('bad-request', `weights can't be kept as ${JSON.stringify(storage)}; known: ${STORAGES.join(', ')}.`);
      const source: FetchedSource = { ...sourceOf(idOrUrl), ...(storage === undefined ? {} : { storage }) };
      await begun;
      // A script has decided: nobody has to agree on the screen.
      await store.getState().actions.loadModel(source, true);
      const state = store.getState();
      if (state.model.status === 'failed') throw new UserError('not-loaded', state.model.message);
      if (state.model.status !== 'ready' || state.loaded === null || !isSameModel(state.loaded, { ...source, hash: null }))
        throw new UserError('not-loaded', `another model was asked for while "${idOrUrl}" was being loaded.`);
      return brief(state.model.info, state.backend.current);
    },
    async setBackend(name) {
      if (!BACKENDS.includes(name)) throw new UserError('bad-request', `there is no backend ${JSON.stringify(name)}; known: ${BACKENDS.join(', ')}.`);
      await begun;
      await store.getState().actions.setBackend(name);
    },
    async tokenize(text) {
      if (typeof text !== 'string') throw new UserError('bad-request', 'tokenize takes a text.');
      model();
      return runner.tokenize(text);
    },
    run: (given) =>
      inTurn(async () => {
        const { ids, promptLength, logits, activations, recorded, generated, computedBy } = await run(await requestOf(given));
        const [tokens, text] = await Promise.all([runner.pieces(ids), generated === null ? '' : runner.decode(generated.ids)]);
        const arrays = activations as Readonly<Record<string, NamedArray>>; // no entry is undefined: only what was captured is there
        return { ids, tokens, promptLength, logits, activations: arrays, recorded, generated: generated && { ...generated, text }, computedBy };
      }),
    analyse: (id, given, params) =>
      inTurn(async () => {
        if (typeof id !== 'string') throw new UserError('bad-request', 'analyse takes the name of an analysis, a request and its settings.');
        const request = await requestOf(given);
        const result = await run({ ...request, capture: [], logits: false, analyses: [{ id, params: paramsOf(params, 'params') }] });
        return must(result.analyses[0], 'the analysis that was asked for');
      }),
    async openDictionary(idOrAddress) {
      await begun;
      const id = dictionaryIdOf(idOrAddress, model().id);
      await store.getState().actions.openDictionary({ kind: 'id', id });
      const opened = store.getState().dictionaries.get(id);
      if (opened?.status === 'ready') return structuredClone(opened.info);
      throw new UserError('not-opened', opened?.status === 'failed' ? opened.message : `"${id}" was closed, or another model was loaded, while it was being opened.`);
    },
    settled: async () => {
      await begun;
      await page.idle(new AbortController().signal);
    },
    state: () => snapshot(store.getState()),
    permalink: () => sync.permalink(),
    async open(link) {
      if (typeof link !== 'string') throw new UserError('bad-request', 'open takes a link: a whole address or the part behind #.');
      await begun;
      const { problems, verdict } = sync.open(link);
      return { problems: problems.map((problem) => problem.message), verdict: await verdict };
    },
    numTensors: () =>
      inTurn(async () => {
        await page.idle(new AbortController().signal); // in the middle of a pass there are more
        return runner.numTensors();
      }),
  };
}

/** Waits for the first model. @throws UserError when it could not be loaded. */
function firstModel(store: WorkbenchStore): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = () => {
      const { model } = store.getState();
      if (model.status === 'loading') return;
      unsubscribe();
      if (model.status === 'ready') resolve();
      else if (model.status === 'failed') reject(new UserError('not-loaded', model.message));
      else reject(new UserError('needs-files', `the model "${model.name}" was dropped into the page: give its folder again.`));
    };
    const unsubscribe = store.subscribe(look);
    look();
  });
}

type FetchedSource = Extract<ModelSource, { kind: 'catalogue' | 'url' | 'hub' }>;

function sourceOf(idOrUrl: unknown): FetchedSource {
  const ids = catalogue.map((entry) => entry.id);
  if (typeof idOrUrl === 'string') {
    if (ids.includes(idOrUrl)) return { kind: 'catalogue', id: idOrUrl };
    // A path beside the page looks like owner/name: for scripts the Hub is always named.
    const hub = /^hf:|^https?:/.test(idOrUrl) ? readHubAddress(idOrUrl) : null;
    if (hub !== null) return { kind: 'hub', ...hub };
    // Absolute, so that a link made later means the same folder from anywhere.
    if (/[/:.]/.test(idOrUrl)) return { kind: 'url', url: new URL(idOrUrl, document.baseURI).href };
  }
  throw new UserError('bad-request', `${JSON.stringify(idOrUrl)} is neither a model of the catalogue (${ids.join(', ')}) nor the URL of a folder.`);
}

/** A dictionary as a script names it: by its id, by the folder of one that ships with the model, or by an address. */
function dictionaryIdOf(given: unknown, model: string): DictionaryId {
  if (typeof given === 'string') {
    if (parseDictionaryId(given) !== null) return given;
    if (/^[\w.-]+$/.test(given)) return catalogueDictionary(model, given);
    if (/^(https?:|[./])/.test(given)) return `url:${new URL(given, document.baseURI).href}`;
  }
  throw new UserError('bad-request', `${JSON.stringify(given)} names no dictionary. Known ways: "blocks.6.hook_resid_post" (one that ships with the model), "hub:owner/name@main/folder", or the address of a folder or file.`);
}

function brief({ id, hash, config, storedDtype }: ModelInfo, current: BackendStatus | null): ScriptModel {
  const { family, nLayers, nHeads, nKvHeads, dModel, dVocab, nCtx } = config;
  const [backend, storage] = [current?.name ?? null, current?.storage ?? null];
  return { id, hash, family, nLayers, nHeads, nKvHeads, dModel, dVocab, nCtx, backend, dtype: 'float32', storedDtype, storage };
}
