import type { ModelInfo } from '../anatomy/model-info';
import { shuffled } from '../dictionaries/page-training';
import { must } from '../lib/assert';
import { UserError } from '../lib/errors';
import type { DictionaryTrainingPorts, TrainingData, TrainingRequest } from './dictionary-training-ports';
import { politely } from './politely';

/** Activations of the prompts of a request, shuffled, with some prompts held back. */
export interface CollectedActivations {
  /** [count, d_model] */
  readonly train: Float32Array;
  readonly heldOut: Float32Array;
  readonly d: number;
  readonly data: TrainingData;
}

const ACTIVATION_BYTES = 128 * 2 ** 20;
/** One prompt in ten is held back, where there are ten. */
const HELD_OUT = 10;
const MOST_HELD_OUT_ROWS = 4_000;

/**
 * Runs the prompts through the unchanged model and keeps what stands at the hook point, without the start token. The order of the
 * prompts, and which are held back, follow from the seed; within the memory that is set aside.
 *
 * @throws AbortError; UserError when another model has come, or there is no token to train on.
 */
export async function collectActivations(
  ports: DictionaryTrainingPorts,
  request: TrainingRequest,
  signal: AbortSignal,
  onProgress: (done: number, total: number, isWaiting: boolean) => void,
): Promise<CollectedActivations> {
  const model = needModel(ports, request);
  const d = model.config.dModel;
  const most = Math.floor((ports.activationBytes ?? ACTIVATION_BYTES) / (4 * d));
  const order = [...shuffled(request.prompts.length, request.settings.seed)];
  const held = new Set(request.prompts.length >= HELD_OUT ? order.splice(0, Math.floor(request.prompts.length / HELD_OUT)) : []);
  const total = request.prompts.length;
  const heldOutPrompts: string[] = [];
  const rows = { train: new Rows(most), heldOut: new Rows(Math.min(most, MOST_HELD_OUT_ROWS)) };
  let [done, used, leftOut, cut, empty] = [0, 0, 0, 0, 0];
  for (const index of [...held, ...order]) {
    const prompt = request.prompts[index] ?? '';
    const into = held.has(index) ? rows.heldOut : rows.train;
    if (into.isFull) leftOut += 1;
    else {
      onProgress(done, total, false);
      const read = await politely(ports.page, signal, () => onProgress(done, total, true), (inner) => readPrompt(ports, model, request, prompt, inner));
      if (read === null) empty += 1;
      else {
        into.add(read.rows, d);
        if (read.isCut) cut += 1;
        if (into === rows.heldOut) heldOutPrompts.push(prompt);
        else used += 1;
      }
      needModel(ports, request);
    }
    done += 1;
  }
  const train = rows.train.joined(d);
  const heldOut = rows.heldOut.joined(d);
  if (train.length === 0) throw new UserError('no-activations', 'there is nothing to train on: the prompts have no token besides the start token.');
  return { train, heldOut, d, data: { prompts: used, tokens: train.length / d, heldOutPrompts, heldOutTokens: heldOut.length / d, leftOut, cut, empty } };
}

/** @throws UserError when the model that the request is about does not answer now. */
export function needModel(ports: Pick<DictionaryTrainingPorts, 'model'>, request: TrainingRequest): ModelInfo {
  const model = ports.model();
  if (model === null || model.hash !== request.model)
    throw new UserError('other-model', `this training is of ${request.modelId}, which is not the model that is loaded now. Load it again to go on.`);
  return model;
}

/** Null for a prompt that has no token besides the start token. */
async function readPrompt(ports: DictionaryTrainingPorts, model: ModelInfo, { hook }: TrainingRequest, prompt: string, signal: AbortSignal): Promise<{ rows: Float32Array; isCut: boolean } | null> {
  const { nCtx, bosId, dModel } = model.config;
  const whole = (await ports.runner.tokenize(prompt)).ids;
  const ids = whole.slice(0, nCtx);
  const first = ids[0] === bosId ? 1 : 0;
  if (ids.length <= first) return null;
  const question = { model: model.hash, ids, promptLength: ids.length, interventions: [], capture: [hook], logits: false, analyses: [], generate: null };
  const { data } = must((await ports.runner.run(question, signal)).activations[hook], `the activation ${hook}`);
  if (data.length !== ids.length * dModel)
    throw new UserError('unfit-hook', `${hook} does not hold vectors of ${dModel} values: choose a place in the residual stream, or what attention or the MLP adds to it.`);
  return { rows: data.subarray(first * dModel), isCut: whole.length > nCtx };
}

/** Rows that come bit by bit, up to a number. */
class Rows {
  readonly #most: number;
  readonly #parts: Float32Array[] = [];
  #count = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get isFull(): boolean {
    return this.#count >= this.#most;
  }

  add(values: Float32Array, d: number): void {
    const room = (this.#most - this.#count) * d;
    const part = values.length > room ? values.slice(0, room) : values;
    this.#parts.push(part);
    this.#count += part.length / d;
  }

  /** [count, d], in memory of its own. */
  joined(d: number): Float32Array {
    const all = new Float32Array(this.#count * d);
    let at = 0;
    for (let part = this.#parts.shift(); part !== undefined; part = this.#parts.shift()) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }
}
