import type { Engine, EngineModel } from '../engine';
import { isAbort, messageOf, UserError } from '../lib/errors';
import { statusOf, type EngineHost } from './engine-host';
import type { Exclusive } from './exclusive';
import type { WorkerNotice } from './protocol';

/** Whose work survives a lost backend. */
export interface Survivor {
  /** The model in use; null before there is one. */
  model(): EngineModel | null;
  /** Loads the present model on an engine and makes it the one in use. */
  moveTo(engine: Engine): Promise<void>;
}

/** Watches the backend in use and, when it fails, goes on with the next one. */
export class Recovery {
  readonly #host: EngineHost;
  readonly #turn: Exclusive;
  readonly #survivor: Survivor;
  readonly #onNotice: (notice: WorkerNotice) => void;
  #stopWatching: () => void = () => undefined;

  constructor(host: EngineHost, turn: Exclusive, survivor: Survivor, onNotice: (notice: WorkerNotice) => void) {
    this.#host = host;
    this.#turn = turn;
    this.#survivor = survivor;
    this.#onNotice = onNotice;
  }

  /** Makes an engine the one in use. */
  take(engine: Engine): void {
    this.#host.take(engine);
    this.#stopWatching();
    this.#stopWatching = engine.onLost((message) => {
      // A run that is under way notices by itself; this is for a loss while nothing is asked.
      void this.#turn.run(async () => {
        if (this.#host.engine === engine) await this.#recover(message);
      }).catch(() => undefined);
    });
  }

  /** Does a piece of work; when the backend fails under it, moves to the next one and tries once more. */
  async surviving<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await this.unlessLost(work);
    } catch (error) {
      if (!(await this.#isBackendFailure(error))) throw error;
      await this.#recover(messageOf(error));
      return work();
    }
  }

  /** A read from a device that is gone may never come back: the news of its loss ends the wait. */
  async unlessLost<T>(work: () => Promise<T>): Promise<T> {
    const engine = this.#host.engine;
    if (engine === null) return work();
    let stop = (): void => undefined;
    const lost = new Promise<never>((_, reject) => {
      stop = engine.onLost((message) => reject(new UserError('backend-lost', message)));
    });
    try {
      return await Promise.race([work(), lost]);
    } finally {
      stop();
    }
  }

  /** Tells the page what computes now, and why. */
  tell(kind: WorkerNotice['kind'], message: string, engine: Engine): void {
    const backend = statusOf(engine, this.#survivor.model()?.storage);
    const device = backend.device === null ? '' : ` (${backend.device})`;
    this.#onNotice({ kind, message: `${message} with ${backend.name}${device}.`, backend });
  }

  /** Whether the backend is at fault, and not the question: a lost device says so, otherwise a plain pass must still work. */
  async #isBackendFailure(error: unknown): Promise<boolean> {
    if (isAbort(error)) return false;
    if (error instanceof UserError) return error.code === 'backend-lost';
    const model = this.#survivor.model();
    if (model === null) return this.#host.engine !== null;
    try {
      const probe = { ids: [0], promptLength: 1, hooks: [], capture: [], logits: true, generate: null };
      await model.run(probe, { signal: new AbortController().signal });
      return false;
    } catch {
      return true;
    }
  }

  async #recover(reason: string): Promise<void> {
    const before = this.#host.engine?.backend ?? 'the backend';
    for (;;) {
      const engine = await this.#host.next(reason);
      try {
        await this.#survivor.moveTo(engine);
        this.tell('backend-lost', `${before} failed: ${reason} Nothing of your work is lost: computing goes on`, engine);
        return;
      } catch {
        this.#host.take(engine); // so that `next` passes it over
      }
    }
  }
}
