import type { ChatMessage } from '../anatomy/chat';
import type { BackendStatus, LoadProgress, ModelInfo, ModelSource, Tokenized } from '../anatomy/model-info';
import type { HookName } from '../anatomy/hook-names';
import type { BackendName, ComputedBy, DirectionSpec, RunRequest, RunResult } from '../anatomy/run';
import { weightBytes, type WeightStorage } from '../anatomy/weights';
import type { Engine, EngineModel, EngineStarter } from '../engine';
import { abortError, isAbort, UserError } from '../lib/errors';
import { l2Norm } from '../lib/vectors';
import type { ModelFiles } from '../models';
import { answerRequest } from './answer';
import { EngineHost, statusOf } from './engine-host';
import { createExclusive } from './exclusive';
import { Passes, type PassControl } from './passes';
import type { WorkerNotice } from './protocol';
import { Recovery } from './recovery';
import { SessionDictionaries, type SessionDictionaryPorts } from './session-dictionaries';
import { piecesOf, rendered, textOf, tokenized } from './texts';

export interface SessionPorts extends SessionDictionaryPorts {
  readonly starter: EngineStarter;
  readonly loadFiles: (source: ModelSource, onProgress: (progress: LoadProgress) => void, signal: AbortSignal) => Promise<ModelFiles>;
  readonly onNotice: (notice: WorkerNotice) => void;
}

/** Errors of a load that another device may not have. */
const OF_THE_DEVICE = new Set(['too-large', 'backend-lost']);

interface Loaded {
  readonly files: ModelFiles;
  readonly model: EngineModel;
  readonly passes: Passes;
}

/** One engine with one model: the worker's work, without the wall around it. One request at a time, in order. */
export class Session {
  readonly dictionaries: SessionDictionaries;
  readonly #ports: SessionPorts;
  readonly #host: EngineHost;
  readonly #turn = createExclusive();
  readonly #recovery: Recovery;
  #loaded: Loaded | null = null;
  #loads = 0;

  constructor(ports: SessionPorts) {
    this.#ports = ports;
    this.#host = new EngineHost(ports.starter);
    const survivor = { model: () => this.#loaded?.model ?? null, moveTo: (engine: Engine) => this.#moveTo(engine) };
    this.#recovery = new Recovery(this.#host, this.#turn, survivor, ports.onNotice);
    this.dictionaries = new SessionDictionaries(ports, {
      config: () => this.#model().files.config,
      whenIdle: (work) => this.#turn.run(async () => work()),
      forgetPasses: () => this.#loaded?.passes.forget(),
    });
  }

  /**
   * Loads a model in place of the present one, which goes on answering meanwhile and stays if this one fails.
   * A later load takes the place of one that is under way.
   */
  async load(source: ModelSource, onProgress: (progress: LoadProgress) => void, signal: AbortSignal): Promise<ModelInfo> {
    this.#loads += 1;
    const mine = this.#loads;
    const check = () => {
      if (signal.aborted || mine !== this.#loads) throw abortError();
    };
    let last: LoadProgress = { stage: 'files', loadedBytes: 0, totalBytes: null };
    const files = await this.#ports.loadFiles(
      source,
      (progress) => {
        last = progress;
        if (mine === this.#loads) onProgress(progress);
      },
      signal,
    );
    const take = async () => {
      check();
      onProgress({ ...last, stage: 'weights' });
      await this.#recovery.surviving(async () => {
        const engine = await this.#host.choose(weightBytes(files.config, files.storage ?? files.storedDtype));
        if (this.#host.engine === null) this.#settleOn(engine);
        const used = await this.#loadOn(engine, files, signal);
        this.#settleOn(used);
      });
      onProgress({ ...last, stage: 'ready' });
      return infoOf(files);
    };
    try {
      return await this.#turn.run(take, signal);
    } catch (error) {
      if (this.#loaded?.files !== files) files.tokenizer?.close();
      throw error;
    }
  }

  /** What takes one pass may be answered between the tokens of a text that is being written. */
  run(request: RunRequest, control: PassControl): Promise<RunResult> {
    const { signal } = control;
    const missing = request.model === this.#loaded?.files.hash ? this.dictionaries.missing(request) : [];
    // Fetched before its turn comes: nothing else need wait for a download.
    if (missing.length > 0) return Promise.all(missing.map((id) => this.dictionaries.need(id, signal))).then(() => this.#inTurn(request, control));
    return this.#inTurn(request, control);
  }

  #inTurn(request: RunRequest, control: PassControl): Promise<RunResult> {
    const { signal } = control;
    if (request.generate !== null) {
      const pause = () => this.#turn.letIn();
      return this.#turn.run(() => this.#recovery.surviving(this.#answering(request, { ...control, pause })), signal);
    }
    return this.#turn.runBriefly((isLetIn) => {
      const work = this.#answering(request, control);
      // When the backend fails under both, the text moves to another one.
      return isLetIn ? this.#recovery.unlessLost(work) : this.#recovery.surviving(work);
    }, signal);
  }

  #answering(request: RunRequest, control: PassControl): () => Promise<RunResult> {
    const started = performance.now();
    return async () => {
      const { files, passes } = this.#model();
      if (request.model !== files.hash)
        throw new UserError('other-model', 'this question was meant for another model than the one that is loaded now. Ask it again.');
      const computedBy = () => this.#computedBy(started);
      return answerRequest(request, { passes, tokenizer: files.tokenizer, control, computedBy });
    };
  }

  directionNorm(spec: DirectionSpec, at: HookName, signal: AbortSignal): Promise<{ norm: number; rawNorm: number }> {
    return this.#turn.run(
      () =>
        this.#recovery.surviving(async () => {
          const { values, rawNorm } = await this.#model().passes.direction(spec, at, signal);
          return { norm: l2Norm(values), rawNorm };
        }),
      signal,
    );
  }

  async tokenize(text: string, special: boolean): Promise<Tokenized> {
    return tokenized(this.#model().files.tokenizer, text, special);
  }

  renderChat(messages: readonly ChatMessage[]): string {
    return rendered(this.#model().files.chat, messages);
  }

  async pieces(ids: readonly number[]): Promise<readonly string[]> {
    return piecesOf(this.#model().files.tokenizer, ids);
  }

  async decode(ids: readonly number[]): Promise<string> {
    return textOf(this.#model().files.tokenizer, ids);
  }

  survey(): Promise<readonly BackendStatus[]> {
    return this.#turn.run(() => this.#host.survey());
  }

  backend(): Promise<BackendStatus | null> {
    return this.#turn.run(() => Promise.resolve(this.#host.status(this.#storage())));
  }

  /** Switches, and loads the present model there. What there was stays when that fails. */
  setBackend(name: BackendName): Promise<BackendStatus> {
    return this.#turn.run(async () => {
      try {
        const engine = await this.#host.start(name);
        await this.#moveTo(engine);
        this.#host.pick();
        return statusOf(engine, this.#storage());
      } catch (error) {
        await this.#host.restore();
        throw error;
      }
    });
  }

  /** Live tensors; 0 before an engine was started. */
  numTensors(): number {
    return this.#host.engine?.numTensors() ?? 0;
  }

  /** True when an array of an answer is also kept here, so that it must be copied rather than moved. */
  holds(buffer: ArrayBufferLike): boolean {
    return this.#loaded?.passes.holds(buffer) ?? false;
  }

  #model(): Loaded {
    if (this.#loaded === null) throw new UserError('no-model', 'no model is loaded yet.');
    return this.#loaded;
  }

  /** Loads a model on an engine; where that fails for it, on the one that is in use. Gives the engine that has it. */
  async #loadOn(engine: Engine, files: ModelFiles, signal: AbortSignal): Promise<Engine> {
    try {
      const model = await engine.load(files.config, files.storedWeights(), signal, files.storage);
      if (signal.aborted) {
        model.dispose();
        throw abortError();
      }
      this.#put(files, model);
      return engine;
    } catch (error) {
      const present = this.#host.engine;
      if (present === null || present === engine) throw error;
      await this.#host.restore();
      if (isAbort(error) || (error instanceof UserError && !OF_THE_DEVICE.has(error.code))) throw error;
      return this.#loadOn(present, files, signal);
    }
  }

  /** Makes an engine that was chosen for a model the one in use. */
  #settleOn(engine: Engine): void {
    const before = this.#host.engine;
    if (before === engine) return;
    this.#recovery.take(engine);
    // The header names what computes; a word is due only where a better one should have worked.
    if (before === null && engine.passedOver.length > 0) this.#recovery.tell('backend-chosen', `${engine.passedOver.join(' ')} Computing goes on`, engine);
  }

  #put(files: ModelFiles, model: EngineModel): void {
    this.#loaded?.model.dispose();
    if (this.#loaded?.files !== files) this.#loaded?.files.tokenizer?.close();
    this.dictionaries.modelCame(this.#loaded?.files === files);
    this.#loaded = { files, model, passes: new Passes(model, files.tokenizer, this.dictionaries) };
  }

  /** Loads the present model on an engine and makes it the one in use. */
  async #moveTo(engine: Engine): Promise<void> {
    const present = this.#loaded;
    if (present !== null) {
      const { files } = present;
      const model = await engine.load(files.config, files.storedWeights(), new AbortController().signal, files.storage);
      this.#put(files, model);
    }
    this.#recovery.take(engine);
  }

  /** How the matrices of the loaded model are kept. */
  #storage(): WeightStorage | undefined {
    return this.#loaded?.model.storage;
  }

  #computedBy(started: number): ComputedBy {
    const engine = this.#host.engine;
    if (engine === null) throw new Error('an answer without an engine.');
    return { backend: engine.backend, device: engine.device, dtype: 'float32', storage: this.#model().model.storage, milliseconds: performance.now() - started };
  }
}

function infoOf({ id, hash, config, storedDtype, storage, parameters, tokenizer, chat, calibrationText, examplePrompt, keptIn }: ModelFiles): ModelInfo {
  return { id, hash, config, storedDtype, parameters, hasTokenizer: tokenizer !== null, hasChat: chat !== null, calibrationText, examplePrompt, keptIn, ...(storage === null ? {} : { storageWish: storage }) };
}
