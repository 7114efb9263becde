import type { ModelConfig } from '../anatomy/model-config';
import type { HalfTensor, StorageChoice, WeightTensor } from '../anatomy/weights';
import { UserError } from '../lib/errors';
import { uploadWeights } from './device-weights';
import type { DeviceLimits } from './device-weights';
import { createDrafts, noDrafts } from './drafts';
import { createFusedKernels } from './fused';
import type { HostMemory } from './host-memory';
import { fixedCache, growingCache } from './kv-cache';
import type { MatrixKeeper } from './matrix';
import { createPrefixMemory } from './prefix';
import { rotaryByLayer, rotaryDims } from './rotary';
import { executeRun } from './run';
import type { RunnableModel } from './run';
import type { EngineModel } from './types';

/** Slots of a fixed cache come in steps, so that runs of similar length share compiled programs. */
const CACHE_STEP = 64;

/** What a model has to know of the device that it is on. */
export interface Device {
  readonly limits: DeviceLimits;
  readonly oneTransfer: boolean;
  /** Whether programs are compiled for every new shape. */
  readonly fixedShapes: boolean;
  /** Where plain loops may compute; null leaves everything to tfjs's own operations. */
  readonly memory: HostMemory | null;
  /** How matrices are kept where `memory` is null. */
  readonly keeper: MatrixKeeper;
  checkDevice(): void;
}

/** Uploads a model. See `Engine.load`. */
export async function loadModel(
  config: ModelConfig,
  source: AsyncIterable<WeightTensor | HalfTensor>,
  signal: AbortSignal,
  device: Device,
  choice: StorageChoice | null = null,
): Promise<EngineModel> {
  checkConfig(config);
  const keeper = device.memory?.keeper ?? device.keeper;
  const weights = await uploadWeights(config, source, signal, { limits: device.limits, keeper, choice });
  const model: RunnableModel = {
    config,
    weights,
    rotary: rotaryByLayer(config),
    kernels: device.memory === null ? null : createFusedKernels(config, device.memory),
    drafts: device.memory === null ? noDrafts : createDrafts(),
    prefixes: createPrefixMemory(),
    oneTransfer: device.oneTransfer,
    checkDevice: device.checkDevice,
    createCache(positions) {
      if (!device.fixedShapes) return growingCache(positions);
      return fixedCache(config, Math.min(config.nCtx, Math.ceil(positions / CACHE_STEP) * CACHE_STEP));
    },
  };
  return {
    config,
    storage: weights.storage,
    weightBytes: weights.bytes,
    run: (run, control) => executeRun(model, run, control),
    async unembedding(ids) {
      const { dModel, dVocab } = config;
      const wrong = ids.find((id) => !Number.isInteger(id) || id < 0 || id >= dVocab);
      if (wrong !== undefined)
        throw new UserError('bad-ids', `${wrong} is not a token id: they go from 0 to ${dVocab - 1}.`);
      if (ids.length === 0) return [];
      const columns = weights.W_U.gather(ids); // [id, d_model]
      try {
        const data = (await columns.data()) as Float32Array;
        return ids.map((_, row) => data.slice(row * dModel, (row + 1) * dModel));
      } finally {
        columns.dispose();
      }
    },
    dispose: () => weights.dispose(),
  };
}

function checkConfig(config: ModelConfig): void {
  if (config.nHeads % config.nKvHeads !== 0)
    throw new UserError('bad-config', `${config.nHeads} heads cannot share ${config.nKvHeads} key/value heads evenly.`);
  const dims = rotaryDims(config);
  if (config.positions.kind === 'rotary' && (dims % 2 !== 0 || dims > config.dHead))
    throw new UserError(
      'bad-config',
      `rotary positions need an even head size, not ${dims === config.dHead ? dims : `${dims} of ${config.dHead}`}.`,
    );
}
