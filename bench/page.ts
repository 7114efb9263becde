import type { RunRequest } from '../src/anatomy/run';
import { loadModelFiles } from '../src/models/load';
import { createRunner } from '../src/workers/client';
import { llamaGraph } from './onnx-graph';
import { createPeer, type PeerBackend } from './peer';
import { benchStorage } from './storage';

export interface BenchOptions {
  readonly model: string;
  readonly backend: PeerBackend;
  readonly promptTokens: number;
  readonly newTokens: number;
  readonly rounds: number;
  readonly warmUpMs: number;
}

export interface EngineTimes {
  /** Milliseconds for the prompt and its first token, one figure a round. */
  readonly prefill: number[];
  /** Milliseconds for each further token, one figure a round. */
  readonly decode: number[];
}

export interface BenchResult {
  readonly options: BenchOptions;
  readonly device: string | null;
  readonly software: boolean;
  readonly userAgent: string;
  readonly sameTokens: boolean;
  readonly lacuna: EngineTimes;
  readonly peer: EngineTimes;
}

/** Both engines on the same weights, in turn, after warm-up. */
async function bench(options: BenchOptions): Promise<BenchResult> {
  const signal = new AbortController().signal;
  const source = { kind: 'catalogue', id: options.model } as const;
  const files = await loadModelFiles(source, { signal, onProgress: () => {}, baseUrl: document.baseURI });
  const runner = createRunner();
  const status = await runner.setBackend(options.backend);
  const info = await runner.load(source, () => {}, signal);
  const peer = await createPeer(await llamaGraph(files.config, files.weights()), files.config, options.backend);

  // Every prompt is new to both engines: Lacuna reuses what it knows of earlier texts, which would measure memory, not speed.
  const { dVocab } = files.config;
  const prompt = (serial: number) =>
    Array.from({ length: options.promptTokens }, (_, i) => (i === 0 ? (files.config.bosId ?? 1) : (serial * 7919 + i * 104_729 + i * i * serial) % dVocab));
  const request = (ids: readonly number[], maxNewTokens: number): RunRequest => ({
    model: info.hash,
    ids,
    promptLength: ids.length,
    interventions: [],
    capture: [],
    logits: false,
    analyses: [],
    generate: { maxNewTokens, temperature: 0, topK: 0, topP: 1, seed: 1, stopAtEnd: false },
  });
  const engines = {
    lacuna: async (serial: number, n: number) => (await runner.run(request(prompt(serial), n), signal)).generated?.ids ?? [],
    peer: (serial: number, n: number) => peer.generate(prompt(serial), n),
  };
  const time = async (run: () => Promise<unknown>) => {
    const start = performance.now();
    await run();
    return performance.now() - start;
  };

  // Compilers and shader caches settle over seconds, not over runs.
  let serial = 1;
  for (const run of Object.values(engines)) {
    const start = performance.now();
    do await run((serial += 1), options.newTokens);
    while (performance.now() - start < options.warmUpMs);
  }
  const times = { lacuna: { prefill: [], decode: [] }, peer: { prefill: [], decode: [] } } as Record<'lacuna' | 'peer', EngineTimes>;
  for (let round = 0; round < options.rounds; round += 1) {
    const [short, long] = [(serial += 1), (serial += 1)];
    for (const name of round % 2 === 0 ? (['lacuna', 'peer'] as const) : (['peer', 'lacuna'] as const)) {
      const first = await time(() => engines[name](short, 1));
      const all = await time(() => engines[name](long, options.newTokens));
      times[name].prefill.push(first);
      times[name].decode.push((all - first) / (options.newTokens - 1));
    }
  }
  serial += 1;
  const [a, b] = [await engines.lacuna(serial, options.newTokens), await engines.peer(serial, options.newTokens)];
  return {
    options,
    device: status.device,
    software: status.software,
    userAgent: navigator.userAgent,
    sameTokens: a.length === b.length && a.every((id, i) => id === b[i]),
    ...times,
  };
}

declare global {
  interface Window {
    bench?: typeof bench;
    benchStorage?: typeof benchStorage;
  }
}
window.bench = bench;
window.benchStorage = benchStorage;
