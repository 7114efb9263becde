import { createRequire } from 'node:module';
import { basename, dirname, sep } from 'node:path';
import type { ModelConfig } from '../anatomy/model-config';
import type { LoadProgress, ModelInfo, ModelSource } from '../anatomy/model-info';
import type { AnalysisResult, BackendName, GenerateSpec, RunRequest, RunResult } from '../anatomy/run';
import { createEngineStarter } from '../engine';
import { must } from '../lib/assert';
import { loadModelFiles, type ModelFiles } from '../models';
import { testDictionaries } from './dictionaries';
import { filesOf, sharedFolder } from './golden';

const WASM_FOLDER = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')) + sep;
const never = new AbortController().signal;

/** Backends that run in Node. */
export const LAB_BACKENDS = ['cpu', 'wasm'] as const;

/** A real trained model with measured answers. It isn't part of the project: null, and its tests are skipped, where it is absent. */
export const STORIES = sharedFolder('goldens/stories260k');

/** What the worker's session needs in Node. */
export const labPorts = () => ({
  starter: createEngineStarter({ wasmPaths: WASM_FOLDER }),
  loadFiles: (source: ModelSource, onProgress: (progress: LoadProgress) => void, signal: AbortSignal): Promise<ModelFiles> =>
    loadModelFiles(source, { signal, onProgress, baseUrl: 'http://localhost/' }),
  openDictionary: testDictionaries(),
  onNotice: () => undefined,
});

/** The worker's session, as far as the lab uses it. */
export interface LabSession {
  load(source: ModelSource, onProgress: (progress: LoadProgress) => void, signal: AbortSignal): Promise<ModelInfo>;
  run(request: RunRequest, control: { readonly signal: AbortSignal }): Promise<RunResult>;
  setBackend(name: BackendName): Promise<unknown>;
  numTensors(): number;
}

export type Question = Partial<Omit<RunRequest, 'model' | 'ids'>> & Pick<RunRequest, 'ids'>;

/** A loaded model and short ways of asking it. */
export interface Lab {
  readonly config: ModelConfig;
  run(question: Question): Promise<RunResult>;
  analyse(id: string, question: Question, params?: Readonly<Record<string, unknown>>): Promise<AnalysisResult>;
  numTensors(): number;
}

/** Loads a folder of this machine into a session, as the app loads a dropped one. */
export async function openLab(session: LabSession, folder: string | null, backend: BackendName): Promise<Lab> {
  const from = must(folder, 'the model folder');
  await session.setBackend(backend);
  const info = await session.load({ kind: 'files', name: basename(from), files: filesOf(from) }, () => undefined, never);
  const run = (question: Question): Promise<RunResult> =>
    session.run(
      {
        promptLength: question.ids.length,
        interventions: [],
        capture: [],
        logits: false,
        analyses: [],
        generate: null,
        ...question,
        model: info.hash,
      },
      { signal: never },
    );
  return {
    config: info.config,
    run,
    analyse: async (id, question, params = {}) => must((await run({ ...question, analyses: [{ id, params }] })).analyses[0], 'the analysis'),
    numTensors: () => session.numTensors(),
  };
}

/** Greedy generation. */
export const greedy = (maxNewTokens: number): GenerateSpec => ({ maxNewTokens, temperature: 0, topK: 0, topP: 1, seed: 1, stopAtEnd: true });
