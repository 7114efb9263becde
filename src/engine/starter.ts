import { memory } from '@tensorflow/tfjs-core';
import type { BackendStatus } from '../anatomy/model-info';
import type { BackendName } from '../anatomy/run';
import type { WeightStorage } from '../anatomy/weights';
import { messageOf, UserError } from '../lib/errors';
import { activate, activeDevice, describe } from './backends';
import type { ActiveDevice, Description, EngineOptions } from './backends';
import { loadModel } from './model';
import { selfCheck, selfCheckProblem, storageCheck } from './self-check';
import type { SelfCheckAnswer } from './self-check';
import type { Engine, EngineStarter } from './types';

/**
 * Weights, in bytes, from which tfjs on a hardware GPU is faster than on wasm: 19 ms a token with GPT-2 small's twelve layers on
 * WebGPU (measured on an H100), against about 14 GB/s of weights on wasm (GPT-2 small, 495 MB: 34 ms).
 */
const GPU_PAYS_FROM = 256e6;

/** As shown to people. */
const BACKENDS: readonly BackendName[] = ['webgpu', 'webgl', 'wasm', 'cpu'];

interface Tried {
  readonly status: BackendStatus;
  readonly device: ActiveDevice | null;
}

/**
 * Starts engines on tfjs. One backend is in use at a time; each is tried once, by computing a small model and comparing every
 * hook point with plain JavaScript.
 */
export function createEngineStarter(options: EngineOptions): EngineStarter {
  const tried = new Map<BackendName, Promise<Tried>>();
  const descriptions = new Map<BackendName, Promise<Description>>();
  let right: SelfCheckAnswer | null = null;
  let inUse: BackendName | null = null;

  const described = (name: BackendName): Promise<Description> => remember(descriptions, name, () => describe(name));
  const tryOut = (name: BackendName): Promise<Tried> => remember(tried, name, () => attempt(name));

  async function attempt(name: BackendName): Promise<Tried> {
    const description = await described(name);
    const { device, software } = description;
    const unusable = (problem: string): Tried => ({
      status: { name, usable: false, software, device, problem },
      device: null,
    });
    if (description.problem !== null) return unusable(description.problem);
    try {
      if (right === null) {
        await activate('cpu', options);
        right = await selfCheck(activeDevice('cpu', await described('cpu')));
      }
      // Programs of our own on a graphics device: what they compute is compared too.
      const hasOwnPrograms = name === 'webgpu';
      const rightStorages = hasOwnPrograms ? await storagesOnCpu() : null;
      await activate(name, options);
      const active = activeDevice(name, description);
      const problem = name === 'cpu' ? null : selfCheckProblem(await selfCheck(active), right);
      if (problem !== null) return unusable(problem);
      const sound = rightStorages === null ? active : await withSoundStorages(active, rightStorages);
      return { status: { name, usable: true, software, device, problem }, device: sound };
    } catch (error) {
      return unusable(messageOf(error));
    }
  }

  async function storagesOnCpu(): Promise<StorageAnswers> {
    await activate('cpu', options);
    return storageCheck(activeDevice('cpu', await described('cpu')));
  }

  /**
   * Best first. On a GPU the programs of tfjs cost about 20 ms a token however small the model is; on wasm a token costs the
   * reading of all weights. wasm also outruns WebGL, and any GPU that is only software.
   */
  async function* order(weightBytes: number): AsyncGenerator<BackendName> {
    const webgpu = await described('webgpu');
    const hardware: BackendName[] = webgpu.problem === null && !webgpu.software ? ['webgpu'] : [];
    if (weightBytes > GPU_PAYS_FROM) yield* hardware;
    yield 'wasm';
    if (weightBytes <= GPU_PAYS_FROM) yield* hardware;
    yield 'webgl';
    yield 'cpu';
  }

  async function startOn(name: BackendName): Promise<Engine> {
    const { status, device } = await tryOut(name);
    const gone = device?.lost() ?? null;
    if (device === null || gone !== null)
      throw new UserError(
        'backend-unusable',
        `${name} can't be used: ${gone ?? status.problem ?? 'it does not start.'}`,
      );
    await activate(name, options);
    inUse = name;
    return {
      backend: name,
      device: status.device,
      software: status.software,
      passedOver: [],
      storages: (device.memory?.keeper ?? device.keeper).storages,
      load: (config, weights, signal, storage) => loadModel(config, weights, signal, device, storage ?? null),
      numTensors: () => memory().numTensors,
      onLost: (listener) => device.onLost(listener),
    };
  }

  // tfjs has one backend at a time for the whole process: two questions must not change it under one another.
  let last: Promise<unknown> = Promise.resolve();
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = last.then(work, work);
    last = mine;
    return mine;
  }

  async function survey(): Promise<BackendStatus[]> {
    const statuses: BackendStatus[] = [];
    for (const name of BACKENDS) {
      const { status, device } = await tryOut(name);
      const gone = device?.lost() ?? null;
      statuses.push(gone === null ? status : { ...status, usable: false, problem: gone });
    }
    if (inUse !== null) await activate(inUse, options);
    return statuses;
  }

  async function start(backend: BackendName | null, weightBytes: number): Promise<Engine> {
    if (backend !== null) return startOn(backend);
    const problems: string[] = [];
    for await (const name of order(weightBytes)) {
      try {
        return { ...(await startOn(name)), passedOver: problems };
      } catch (error) {
        problems.push(messageOf(error));
      }
    }
    throw new UserError('no-backend', `no backend works here: ${problems.join(' ')}`);
  }

  return {
    survey: () => inTurn(survey),
    start: (backend, weightBytes = 0) => inTurn(() => start(backend, weightBytes)),
  };
}

type StorageAnswers = Awaited<ReturnType<typeof storageCheck>>;

/** A device that computes only from those storages that it computes right from. */
async function withSoundStorages(device: ActiveDevice, right: StorageAnswers): Promise<ActiveDevice> {
  const { keeper } = device;
  const sound = new Set<WeightStorage>(['float32']);
  try {
    for (const [storage, given] of await storageCheck(device))
      if (selfCheckProblem(given, right.get(storage) ?? new Map()) === null && right.has(storage)) sound.add(storage);
  } catch {
    sound.clear(); // a program that doesn't compile: tfjs's own still work
    sound.add('float32');
  }
  return { ...device, keeper: { ...keeper, storages: sound } };
}

function remember<V>(known: Map<BackendName, Promise<V>>, name: BackendName, make: () => Promise<V>): Promise<V> {
  const found = known.get(name);
  if (found !== undefined) return found;
  const made = make();
  known.set(name, made);
  return made;
}
