import { plainDecoder, type ModelConfig } from '../anatomy/model-config';
import type { ModelInfo } from '../anatomy/model-info';
import { createWorkbench, type WorkbenchState } from '../store';
import type { Ports } from '../store/ports';

/** A model's description, for fixtures: the shape of the built-in one with the sizes given. */
export function fixtureModel(nLayers: number, nHeads: number): ModelInfo {
  const config: ModelConfig = {
    ...plainDecoder,
    family: 'llama',
    nLayers,
    nHeads,
    nKvHeads: nHeads,
    dModel: 8 * nHeads,
    dHead: 8,
    dMlp: 16 * nHeads,
    dVocab: 64,
    nCtx: 512,
    norm: { kind: 'rms', eps: 1e-5 },
    positions: { kind: 'rotary', base: 10_000, scaling: null },
    mlp: { gated: true, activation: 'silu' },
    attentionScale: 8 ** -0.5,
    bias: { qkv: false, attnOut: false, mlp: false },
    tiedUnembedding: true,
    bosId: 0,
    endIds: [0],
  };
  return {
    id: 'fixture',
    hash: `fixture-${nLayers}-${nHeads}`,
    config,
    storedDtype: 'float32',
    parameters: 0,
    hasTokenizer: true,
    calibrationText: null,
    examplePrompt: null,
  };
}

/** The real store and its actions in a given state that stays: the model is never asked. */
export function createFixtureStore(state: Partial<Omit<WorkbenchState, 'actions'>>) {
  const never = () => new Promise<never>(() => undefined);
  const runner: Ports['runner'] = {
    load: never,
    run: never,
    tokenize: never,
    tokenizePlain: never,
    renderChat: never,
    decode: never,
    directionNorm: never,
    openDictionary: never,
    closeDictionary: never,
    decoderRows: never,
    survey: never,
    setBackend: never,
    backend: never,
    numTensors: never,
    pieces: (ids) => Promise.resolve(ids.map((id) => ` t${id}`)),
    onNotice: () => () => undefined,
  };
  const store = createWorkbench({
    runner,
    needsOf: () => ({ capture: [], analyses: [] }),
    isIndependent: () => false,
    clock: { now: () => 0, onFrame: (callback) => queueMicrotask(callback) },
    storage: {
      read: () => Promise.resolve(undefined),
      write: () => Promise.resolve(),
      remove: () => Promise.resolve(),
    },
  });
  // Nobody asks the model any more, so nobody puts its answers in place of the fixture's.
  store.dispose();
  store.setState(state);
  return store;
}
