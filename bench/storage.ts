import type { BackendName, RunRequest } from '../src/anatomy/run';
import type { StorageChoice } from '../src/anatomy/weights';
import { createRunner } from '../src/workers/client';
import type { EngineTimes } from './page';

export interface StorageBenchOptions {
  readonly model: string;
  readonly backend: BackendName;
  readonly promptTokens: number;
  readonly newTokens: number;
  readonly rounds: number;
}

export interface StorageBenchResult {
  readonly options: StorageBenchOptions;
  readonly device: string | null;
  readonly userAgent: string;
  /** How each model was really kept. */
  readonly kept: Readonly<Record<StorageChoice, string>>;
  readonly times: Readonly<Record<StorageChoice, EngineTimes>>;
}

const STORAGES: readonly StorageChoice[] = ['float32', 'float16', 'int8'];
/** Rounds that nobody counts, in which compilers settle. */
const WARM_UP = 3;

/** The same model kept in each storage, each in a worker of its own, in turn. */
export async function benchStorage(options: StorageBenchOptions): Promise<StorageBenchResult> {
  const signal = new AbortController().signal;
  const runners = await Promise.all(
    STORAGES.map(async (storage) => {
      const runner = createRunner();
      const status = await runner.setBackend(options.backend);
      const info = await runner.load({ kind: 'catalogue', id: options.model, storage }, () => {}, signal);
      return { storage, runner, info, device: status.device, kept: (await runner.backend())?.storage ?? 'not told' };
    }),
  );
  const request = ({ hash, config }: (typeof runners)[number]['info'], serial: number, maxNewTokens: number): RunRequest => {
    const ids = Array.from({ length: options.promptTokens }, (_, i) => (i === 0 ? (config.bosId ?? 1) : (serial * 7919 + i * 104_729 + i * i * serial) % config.dVocab));
    return {
      ...{ model: hash, ids, promptLength: ids.length, interventions: [], capture: [], logits: false, analyses: [] },
      generate: { maxNewTokens, temperature: 0, topK: 0, topP: 1, seed: 1, stopAtEnd: false },
    };
  };
  const times = Object.fromEntries(STORAGES.map((storage) => [storage, { prefill: [], decode: [] }])) as unknown as Record<StorageChoice, EngineTimes>;
  let serial = 0;
  for (let round = -WARM_UP; round < options.rounds; round += 1) {
    const [short, long] = [(serial += 1), (serial += 1)];
    // Each round begins with another one: what the round before left in the processor's caches helps everybody in turn.
    for (const at of STORAGES.keys()) {
      const one = runners[(at + round + WARM_UP) % runners.length];
      if (one === undefined) continue;
      const time = async (prompt: number, newTokens: number) => {
        const start = performance.now();
        await one.runner.run(request(one.info, prompt, newTokens), signal);
        return performance.now() - start;
      };
      const first = await time(short, 1);
      const all = await time(long, options.newTokens);
      if (round < 0) continue;
      times[one.storage].prefill.push(first);
      times[one.storage].decode.push((all - first) / (options.newTokens - 1));
    }
  }
  for (const { runner } of runners) runner.dispose();
  return {
    options,
    device: runners[0]?.device ?? null,
    userAgent: navigator.userAgent,
    kept: Object.fromEntries(runners.map(({ storage, kept }) => [storage, kept])) as Record<StorageChoice, string>,
    times,
  };
}
