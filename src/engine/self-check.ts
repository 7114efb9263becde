import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { hookNames } from '../anatomy/hook-names';
import { plainDecoder } from '../anatomy/model-config';
import type { ModelConfig } from '../anatomy/model-config';
import type { NamedArray } from '../anatomy/named-array';
import { isBigMatrix, weightSpecs } from '../anatomy/weights';
import type { HalfTensor, WeightStorage, WeightTensor } from '../anatomy/weights';
import { at } from '../lib/assert';
import { loadModel } from './model';
import type { Device } from './model';

/** Largest error allowed, as a share of the largest |value| of the array. Sound backends stay near 1e-6. */
export const SELF_CHECK_TOLERANCE = 1e-4;

const common = { ...plainDecoder, nLayers: 1, dModel: 16, nHeads: 4, dHead: 4, dVocab: 40, nCtx: 64, bosId: null, endIds: [] };
/** Two small models that between them use every operation of the forward pass. */
const models: readonly ModelConfig[] = [
  {
    ...common,
    family: 'self-check-rms',
    nKvHeads: 2,
    dMlp: 24,
    norm: { kind: 'rms', eps: 1e-5 },
    positions: { kind: 'rotary', base: 10_000, scaling: null },
    mlp: { gated: true, activation: 'silu' },
    attentionScale: 0.5,
    bias: { qkv: false, attnOut: false, mlp: false },
    tiedUnembedding: false,
  },
  {
    ...common,
    family: 'self-check-layer-norm',
    nKvHeads: 4,
    dMlp: 32,
    norm: { kind: 'layer', eps: 1e-5 },
    positions: { kind: 'learned' },
    mlp: { gated: false, activation: 'gelu_tanh' },
    attentionScale: 0.5,
    bias: { qkv: true, attnOut: true, mlp: true },
    tiedUnembedding: true,
  },
];
const ids = [3, 1, 4, 1, 5, 9];
/** The second is computed from the cache. */
const NEW_TOKENS = 2;

/** What the check computed, by model and hook point. */
export type SelfCheckAnswer = ReadonlyMap<string, NamedArray>;

/** Runs the small models on the backend in use: a prefill, steps from the cache, every hook point. */
export async function selfCheck(device: Device): Promise<SelfCheckAnswer> {
  const answers = new Map<string, NamedArray>();
  const { signal } = new AbortController();
  for (const config of models) {
    const model = await loadModel(config, randomWeights(config, 1), signal, device);
    try {
      const capture = hookNames(config);
      const generate = { maxNewTokens: NEW_TOKENS, temperature: 0, topK: 0, topP: 1, seed: 1, stopAtEnd: false };
      const answer = await model.run(
        { ids, promptLength: ids.length, hooks: [], capture, logits: false, generate },
        { signal },
      );
      for (const name of capture) {
        const array = answer.activations[name];
        if (array !== undefined) answers.set(`${config.family} ${name}`, array);
      }
      // Once more with nobody looking inside: the steps in one go, where the device has them.
      const unseen = { ids, promptLength: ids.length, hooks: [], capture: [], logits: true, generate };
      const logits = device.memory === null ? answer.activations.logits : (await model.run(unseen, { signal })).logits;
      if (logits !== undefined && logits !== null) answers.set(`${config.family} logits alone`, logits);
    } finally {
      model.dispose();
    }
  }
  return answers;
}

/**
 * Runs the small model with a tied table in every storage that the device computes from besides float32: a prefill, steps, and the
 * gathering of rows.
 */
export async function storageCheck(device: Device): Promise<ReadonlyMap<WeightStorage, SelfCheckAnswer>> {
  const answers = new Map<WeightStorage, SelfCheckAnswer>();
  const { signal } = new AbortController();
  const config = at(models, 1);
  for (const storage of (device.memory?.keeper ?? device.keeper).storages) {
    if (storage === 'float32') continue;
    const weights = storage === 'bfloat16' ? upperHalves(randomWeights(config, 1)) : randomWeights(config, 1);
    const model = await loadModel(config, weights, signal, device, storage === 'bfloat16' ? null : storage);
    try {
      const generate = { maxNewTokens: NEW_TOKENS, temperature: 0, topK: 0, topP: 1, seed: 1, stopAtEnd: false };
      const { logits } = await model.run({ ids, promptLength: ids.length, hooks: [], capture: [], logits: true, generate }, { signal });
      answers.set(storage, new Map(logits === null ? [] : [[`${storage} logits`, logits]]));
    } finally {
      model.dispose();
    }
  }
  return answers;
}

/** Matrices cut to bfloat16. */
async function* upperHalves(weights: AsyncIterable<WeightTensor>): AsyncGenerator<WeightTensor | HalfTensor> {
  for await (const weight of weights) {
    if (!isBigMatrix(weight.name)) yield weight;
    else yield { name: weight.name, shape: weight.shape, format: 'bfloat16', data: Uint16Array.from(new Uint32Array(weight.data.buffer), (word) => word >>> 16) };
  }
}

/** What is wrong with `given`, as the right answer sees it; null when nothing is. */
export function selfCheckProblem(given: SelfCheckAnswer, right: SelfCheckAnswer): string | null {
  for (const [name, { data }] of right) {
    const other = given.get(name)?.data;
    if (other === undefined || other.length !== data.length)
      return `the self-check failed: ${name} has the wrong size.`;
    const error = relativeError(other, data);
    if (!(error <= SELF_CHECK_TOLERANCE))
      return `the self-check failed: ${name} is off by ${error.toExponential(1)} of its largest value; ${SELF_CHECK_TOLERANCE} is allowed.`;
  }
  return null;
}

/** Largest |difference| over the largest |value|. Entries that are −∞ must be so in both. */
export function relativeError(given: ArrayLike<number>, right: ArrayLike<number>): number {
  let largest = 0;
  let error = 0;
  for (let i = 0; i < right.length; i += 1) {
    const a = at(given, i);
    const b = at(right, i);
    if (Object.is(a, b) || a === b) {
      if (Number.isFinite(b)) largest = Math.max(largest, Math.abs(b));
      continue;
    }
    if (!Number.isFinite(a) || !Number.isFinite(b)) return Infinity;
    largest = Math.max(largest, Math.abs(b));
    error = Math.max(error, Math.abs(a - b));
  }
  return error === 0 ? 0 : error / largest;
}

/** Weights from a seed: gains near 1, the rest uniform with the variance 1 / rows that keeps activations in range. */
export async function* randomWeights(config: ModelConfig, seed: number): AsyncGenerator<WeightTensor> {
  const generator = xoroshiro128plus(seed);
  for (const { name, shape } of weightSpecs(config)) {
    const rows = shape.length === 2 && !name.startsWith('W_E') && !name.startsWith('W_pos') ? at(shape, 0) : 1;
    const width = Math.sqrt(3 / rows);
    const centre = name.endsWith('.w') ? 1 : 0;
    const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
    for (let i = 0; i < data.length; i += 1)
      data[i] = centre + (2 * uniformFloat64(generator) - 1) * width * (centre === 1 ? 0.3 : 1);
    yield { name, shape, data };
  }
}
