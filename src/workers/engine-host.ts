import type { BackendStatus } from '../anatomy/model-info';
import type { BackendName } from '../anatomy/run';
import type { WeightStorage } from '../anatomy/weights';
import type { Engine, EngineStarter } from '../engine';
import { UserError } from '../lib/errors';

/** After a backend failed, the next one is looked for in this order. A GPU comes first only by `start(null)`. */
const FALLBACKS: readonly BackendName[] = ['wasm', 'webgl', 'cpu'];

/** The engine in use, and the way to another one. */
export class EngineHost {
  readonly #starter: EngineStarter;
  readonly #failed = new Set<BackendName>();
  #engine: Engine | null = null;
  #isPicked = false;

  constructor(starter: EngineStarter) {
    this.#starter = starter;
  }

  get engine(): Engine | null {
    return this.#engine;
  }

  /**
   * The engine for a model whose weights take so many bytes: the best one for it, or the one in use where a person picked that.
   * A new one is in use only once `take` says so.
   */
  async choose(weightBytes: number): Promise<Engine> {
    const present = this.#engine;
    if (present !== null && this.#isPicked) return present;
    const best = await this.#starter.start(null, weightBytes);
    if (present === null) return best;
    if (best.backend !== present.backend && !this.#failed.has(best.backend)) return best;
    await this.restore(); // what failed here isn't tried again by itself
    return present;
  }

  /** From now on the engine in use stays, whatever model comes: a person picked it. */
  pick(): void {
    this.#isPicked = true;
  }

  /** Starts a backend that was asked for. It is in use only once `take` says so. @throws UserError when it can't be used. */
  async start(name: BackendName): Promise<Engine> {
    return this.#starter.start(name);
  }

  take(engine: Engine): void {
    this.#engine = engine;
    this.#failed.delete(engine.backend);
  }

  /** Makes the engine in use the active one again, after another was started and not taken. */
  async restore(): Promise<void> {
    if (this.#engine !== null) await this.#starter.start(this.#engine.backend);
  }

  /** The next backend after the present one failed. @throws UserError `no-backend`, with the reason, when none is left. */
  async next(reason: string): Promise<Engine> {
    if (this.#engine !== null) this.#failed.add(this.#engine.backend);
    this.#isPicked = false;
    // The best of all first: a lost GPU is passed over by the starter itself, a failed wasm is not.
    const best = await this.#starter.start(null);
    if (!this.#failed.has(best.backend)) return best;
    for (const name of FALLBACKS) {
      if (this.#failed.has(name)) continue;
      try {
        return await this.#starter.start(name);
      } catch {
        this.#failed.add(name);
      }
    }
    throw new UserError('no-backend', `no way of computing is left: every backend failed. The last reason: ${reason} Reload the page.`);
  }

  survey(): Promise<readonly BackendStatus[]> {
    return this.#starter.survey();
  }

  /** What is known of the backend in use; null before there is one. */
  status(storage?: WeightStorage): BackendStatus | null {
    return this.#engine === null ? null : statusOf(this.#engine, storage);
  }
}

/** What a started engine says of its backend. `storage`: of the model that it has. */
export function statusOf({ backend, device, software }: Engine, storage?: WeightStorage): BackendStatus {
  return { name: backend, usable: true, software, device, problem: null, ...(storage === undefined ? {} : { storage }) };
}
