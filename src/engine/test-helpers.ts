import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import { plainDecoder, type ModelConfig } from '../anatomy/model-config';
import type { BackendName, GenerateSpec } from '../anatomy/run';
import type { WeightTensor } from '../anatomy/weights';
import { at } from '../lib/assert';
import { createEngineStarter } from './starter';
import { randomWeights } from './self-check';
import type { Engine, EngineAnswer, EngineModel, EngineRun } from './types';

/** Where the wasm binaries lie in Node. */
export const wasmPaths = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')) + sep;
export const starter = createEngineStarter({ wasmPaths });
/** Backends that run in Node. */
export const nodeBackends = ['cpu', 'wasm'] as const satisfies readonly BackendName[];

const common = { ...plainDecoder, nLayers: 3, dModel: 24, nHeads: 4, dHead: 6, dVocab: 50, nCtx: 40, bosId: 0, endIds: [] };
/** Llama type: rotary, RMS norm, gated, grouped heads. */
export const rotaryConfig: ModelConfig = {
  ...common,
  family: 'test-rotary',
  nKvHeads: 2,
  dMlp: 36,
  norm: { kind: 'rms', eps: 1e-5 },
  positions: { kind: 'rotary', base: 10_000, scaling: null },
  mlp: { gated: true, activation: 'silu' },
  attentionScale: 1 / Math.sqrt(6),
  bias: { qkv: false, attnOut: false, mlp: false },
  tiedUnembedding: false,
};
/** GPT-2 type: learned positions, layer norm, biases, tied. */
export const learnedConfig: ModelConfig = {
  ...common,
  family: 'test-learned',
  nKvHeads: 4,
  dMlp: 48,
  norm: { kind: 'layer', eps: 1e-5 },
  positions: { kind: 'learned' },
  mlp: { gated: false, activation: 'gelu_tanh' },
  attentionScale: 1 / Math.sqrt(6),
  bias: { qkv: true, attnOut: true, mlp: true },
  tiedUnembedding: true,
};

export const greedy = (maxNewTokens: number): GenerateSpec => ({
  maxNewTokens,
  temperature: 0,
  topK: 0,
  topP: 1,
  seed: 1,
  stopAtEnd: true,
});

export function loadRandom(engine: Engine, config: ModelConfig, seed = 7): Promise<EngineModel> {
  return engine.load(config, randomWeights(config, seed), new AbortController().signal);
}

/** A run with everything left out that isn't given. */
export function ask(model: EngineModel, run: Partial<EngineRun> & Pick<EngineRun, 'ids'>): Promise<EngineAnswer> {
  const whole: EngineRun = {
    promptLength: run.ids.length,
    hooks: [],
    capture: [],
    logits: false,
    generate: null,
    ...run,
  };
  return model.run(whole, { signal: new AbortController().signal });
}

/** Models that between them use every option of a decoder. */
export const optionConfigs: readonly [string, ModelConfig][] = [
  [
    'windows, caps, norms before and after, scaled embedding',
    {
      ...rotaryConfig,
      normed: 'both',
      normGain: '1+w',
      softCap: { scores: 2, logits: 3 },
      scale: { embedding: 3, residual: 1, logits: 1 },
      blockAttention: [
        { window: 3, rotary: 'model' },
        { window: null, rotary: 'none' },
        { window: 2, rotary: { base: 100, scaling: { kind: 'linear', factor: 4 } } },
      ],
    },
  ],
  ['ALiBi, six heads, a norm after the embedding', { ...learnedConfig, nHeads: 6, nKvHeads: 6, dHead: 4, positions: { kind: 'alibi' }, embeddingNorm: true }],
  ['side by side, partly turned, unembedding with bias', { ...rotaryConfig, block: 'parallel', rotaryDims: 2, unembedBias: true, normed: 'pre' }],
  ['norms after only, of queries and keys over all heads', { ...rotaryConfig, normed: 'post', qkNorm: 'width', scale: { embedding: 1, residual: 0.5, logits: 0.25 } }],
  ['norms of queries and keys by head', { ...rotaryConfig, qkNorm: 'head', normGain: '1+w', rotaryDims: 4 }],
  ['experts', { ...rotaryConfig, experts: { count: 5, perToken: 2, normalised: true } }],
  ['experts whose weights stay as they are', { ...rotaryConfig, experts: { count: 4, perToken: 3, normalised: false } }],
];

/** Every big matrix rounded to 255 steps for each output, as int8 storage does, by plain arithmetic. */
export async function* roundedToSteps(weights: AsyncIterable<WeightTensor>): AsyncGenerator<WeightTensor> {
  for await (const weight of weights) {
    if (!/W_(E|U|QKV|O|in|gate_in|out)$/.test(weight.name)) {
      yield weight;
      continue;
    }
    const [rows, columns] = weight.shape as [number, number];
    const isEmbedding = weight.name === 'W_E'; // a token's row is its output
    const most = new Float32Array(isEmbedding ? rows : columns);
    const outputOf = (i: number) => (isEmbedding ? Math.floor(i / columns) : i % columns);
    weight.data.forEach((value, i) => (most[outputOf(i)] = Math.max(at(most, outputOf(i)), Math.abs(value))));
    const step = most.map((value) => value / 127);
    yield { ...weight, data: weight.data.map((value, i) => Math.round(value / at(step, outputOf(i))) * at(step, outputOf(i))) };
  }
}
