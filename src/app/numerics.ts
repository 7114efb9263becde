import type { ModelSource } from '../anatomy/model-info';
import { createNumericsJob, type NumericsJob } from '../panels/numerics/job';
import type { SecondRunner } from '../panels/numerics/port';
import type { Runner } from '../store/ports';

const GIB = 2 ** 30;
/** Assumed where the browser doesn't tell. */
const ASSUMED_GIB = 4;

/** The numerics report's way to a second engine. */
export interface NumericsWiring {
  /** The runner, with an eye on what is loaded through it. */
  readonly runner: Runner;
  readonly numerics: NumericsJob;
}

/**
 * Watches what a runner loads, so that the same can be loaded once more in a second engine, and makes the comparison of both.
 *
 * @param openSecond starts an engine of its own; called only when somebody compares.
 */
export function createNumerics(runner: Runner, openSecond: () => SecondRunner): NumericsWiring {
  let latest: { readonly hash: string; readonly source: ModelSource } | null = null;
  const watched: Runner = {
    ...runner,
    async load(source, ...rest) {
      const info = await runner.load(source, ...rest);
      latest = { hash: info.hash, source }; // however it is kept: the reference is asked for in float32
      return info;
    },
  };
  const numerics = createNumericsJob({
    run: (request, signal) => runner.run(request, signal),
    openSecond,
    sourceOf: (hash) => (latest?.hash === hash ? latest.source : null),
    memoryBytes() {
      const told: unknown = Reflect.get(navigator, 'deviceMemory');
      return (typeof told === 'number' && told > 0 ? told : ASSUMED_GIB) * GIB;
    },
    breathe: () => new Promise((resolve) => setTimeout(resolve)),
  });
  return { runner: watched, numerics };
}
