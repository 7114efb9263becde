import type { DictionaryId } from '../../anatomy/dictionary';
import type { AnalysisSpec, RunRequest, RunResult } from '../../anatomy/run';
import { activationsOf, type Sparse } from './activations';
import { maximaOf, type PromptMaxima } from './rank';

/** What encoding prompts needs of the app. */
export interface EncodePort {
  /** Ids of a text, without special tokens. */
  encode(text: string): Promise<readonly number[]>;
  ask(request: RunRequest, signal: AbortSignal): Promise<RunResult>;
}

export interface PromptModel {
  readonly hash: string;
  readonly nCtx: number;
  /** Put before every text; null for none. */
  readonly startId: number | null;
}

/** The features of one prompt in the unchanged model. @throws UserError, AbortError */
export async function encodePrompt(port: EncodePort, model: PromptModel, given: { prompt: string; spec: AnalysisSpec; signal: AbortSignal }): Promise<Sparse> {
  const { prompt, spec, signal } = given;
  const plain = await port.encode(prompt);
  signal.throwIfAborted();
  const ids = [...(model.startId === null ? [] : [model.startId]), ...plain].slice(0, model.nCtx);
  if (ids.length === 0) throw new Error('the prompt has no tokens.');
  const request: RunRequest = { model: model.hash, ids, promptLength: ids.length, interventions: [], capture: [], logits: false, analyses: [spec], generate: null };
  const activations = activationsOf((await port.ask(request, signal)).analyses[0]);
  if (activations === null) throw new Error('the answer holds no features.');
  return activations;
}

/** How far the run over a prompt set has come. */
export interface SetProgress {
  readonly setId: string;
  readonly dictionary: DictionaryId;
  readonly model: string;
  readonly total: number;
  readonly done: number;
  /** Prompts that could not be encoded. */
  readonly failed: number;
  /** Of those that could. */
  readonly prompts: readonly PromptMaxima[];
}

/**
 * Encodes the prompts of a set in turn. Between prompts the page goes first.
 *
 * @param idle settles when the page itself wants nothing.
 * @param onProgress told after every prompt.
 * @throws AbortError
 */
export async function runSet(
  port: EncodePort,
  model: PromptModel,
  given: { setId: string; dictionary: DictionaryId; prompts: readonly string[]; spec: AnalysisSpec; signal: AbortSignal },
  steps: { idle(signal: AbortSignal): Promise<void>; onProgress(progress: SetProgress): void },
): Promise<void> {
  const { setId, dictionary, prompts, spec, signal } = given;
  const maxima: PromptMaxima[] = [];
  let failed = 0;
  for (const [index, prompt] of prompts.entries()) {
    await steps.idle(signal);
    signal.throwIfAborted();
    try {
      maxima.push(maximaOf(await encodePrompt(port, model, { prompt, spec, signal })));
    } catch (error) {
      signal.throwIfAborted();
      failed += 1;
      // When nothing at all can be encoded the reason is the dictionary's or the model's, not a prompt's.
      if (failed === index + 1 && (failed === prompts.length || failed === GIVE_UP)) throw error;
    }
    steps.onProgress({ setId, dictionary, model: model.hash, total: prompts.length, done: index + 1, failed, prompts: [...maxima] });
  }
}

/** After so many failures in a row from the first prompt on, the others would fail too. */
const GIVE_UP = 3;
