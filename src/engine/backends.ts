import { backend as tfBackend, env, ready, setBackend } from '@tensorflow/tfjs-core';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { BackendName } from '../anatomy/run';
import { UserError } from '../lib/errors';
import { within } from '../lib/within';
import { guardHeap, hostMemory } from './host-memory';
import { tensorKeeper } from './matrix';
import type { Device } from './model';
import { webgpuKeeper } from './webgpu-matrix';

const GIBIBYTE = 2 ** 30;
/** The wasm heap ends at 2 GiB. The rest is for activations, and for tfjs's own copies of what it multiplies. */
const WASM_WEIGHT_BYTES = 1.6 * GIBIBYTE;
const BYTES_PER_TEXEL = 4;
/** Milliseconds for an adapter to show itself. A graphics process that just died may never answer, and every start of an engine asks. */
const PATIENCE = 3_000;
const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render|lavapipe/i;

/**
 * Where the wasm binaries lie: a folder ending in a slash, or a URL by file name. `tfjs-backend-wasm-simd.wasm` is the one used
 * where there is SIMD, `tfjs-backend-wasm.wasm` elsewhere; the threaded one never is.
 */
export interface EngineOptions {
  readonly wasmPaths: string | Readonly<Record<string, string>>;
}

/** What can be told about a backend without starting it. */
export interface Description {
  readonly device: string | null;
  readonly software: boolean;
  /** Why it can't be started. */
  readonly problem: string | null;
}

const plain: Description = { device: null, software: false, problem: null };

/** Looks for the device of a backend, cheaply. */
export async function describe(name: BackendName): Promise<Description> {
  if (name === 'webgpu') return describeWebGpu();
  if (name === 'webgl') return describeWebGl();
  if (name === 'wasm' && typeof WebAssembly === 'undefined')
    return { ...plain, problem: 'this browser has no WebAssembly.' };
  return plain;
}

async function describeWebGpu(): Promise<Description> {
  if (typeof navigator === 'undefined' || !('gpu' in navigator))
    return { ...plain, problem: 'this browser has no WebGPU.' };
  const found = await within(PATIENCE, navigator.gpu.requestAdapter().then((adapter) => ({ adapter }), () => ({ adapter: null })));
  if (found === null) return { ...plain, problem: 'WebGPU does not answer here.' };
  const { adapter } = found;
  if (adapter === null) return { ...plain, problem: 'WebGPU found no graphics adapter.' };
  const { info } = adapter;
  const device =
    [info.vendor, info.architecture, info.description].filter((part) => part !== '').join(' ') || 'unnamed adapter';
  // Browsers have kept the flag in two places.
  const fallback = info.isFallbackAdapter || ('isFallbackAdapter' in adapter && adapter.isFallbackAdapter === true);
  return { device, software: fallback || SOFTWARE.test(device), problem: null };
}

function describeWebGl(): Description {
  const missing: Description = { ...plain, problem: 'this browser has no WebGL 2.' };
  if (typeof OffscreenCanvas === 'undefined') return missing;
  const gl = new OffscreenCanvas(1, 1).getContext('webgl2');
  if (gl === null) return missing;
  const info = gl.getExtension('WEBGL_debug_renderer_info');
  const device = String(gl.getParameter(info === null ? gl.RENDERER : info.UNMASKED_RENDERER_WEBGL));
  gl.getExtension('WEBGL_lose_context')?.loseContext(); // browsers allow only a few contexts at a time
  return { device, software: SOFTWARE.test(device), problem: null };
}

/** Makes a backend the one that tfjs computes with. @throws when it can't be started. */
export async function activate(name: BackendName, options: EngineOptions): Promise<void> {
  switch (name) {
    case 'webgpu':
      await import('@tensorflow/tfjs-backend-webgpu');
      break;
    case 'webgl':
      await import('@tensorflow/tfjs-backend-webgl');
      break;
    case 'wasm': {
      const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
      // The threaded build makes its worker from function text, which minified bundles break.
      env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
      if (!wasmPathsSet) setWasmPaths(completePaths(options.wasmPaths));
      wasmPathsSet = true; // tfjs refuses new paths once the backend has started
      break;
    }
    case 'cpu':
      await import('@tensorflow/tfjs-backend-cpu');
      break;
  }
  if (!(await setBackend(name))) throw new UserError('backend-unusable', `the ${name} backend could not be started.`);
  await ready();
  if (name === 'wasm') guardHeap();
}
let wasmPathsSet = false;

/** tfjs wants a path for each binary, also for those that it will not load. */
function completePaths(paths: EngineOptions['wasmPaths']): string | Record<string, string> {
  if (typeof paths === 'string') return paths;
  const unused = 'not-used.wasm';
  return {
    'tfjs-backend-wasm.wasm': unused,
    'tfjs-backend-wasm-simd.wasm': unused,
    'tfjs-backend-wasm-threaded-simd.wasm': unused,
    ...paths,
  };
}

/** A started backend: its limits, and news of its loss. */
export interface ActiveDevice extends Device {
  /** Why the device is gone; null while it works. */
  lost(): string | null;
  /** Marks the device as gone; the first reason stays. */
  lose(message: string): void;
  onLost(listener: (message: string) => void): () => void;
}

/** What the engine must know of the backend in use, which must be `name`. */
export function activeDevice(name: BackendName, description: Description): ActiveDevice {
  const listeners = new Set<(message: string) => void>();
  let lost: string | null = null;
  const lose = (message: string) => {
    if (lost !== null) return;
    lost = message;
    for (const listener of [...listeners]) listener(message);
  };
  const isContextLost = watch(name, lose);
  const label = description.device === null ? `the ${name} backend` : `${description.device} (${name})`;
  return {
    limits: { device: label, ...limitsOf(name) },
    oneTransfer: name === 'webgpu' || name === 'webgl',
    fixedShapes: name === 'webgl',
    memory: hostMemory(name),
    keeper: name === 'webgpu' ? webgpuKeeper(tfBackend() as WebGPUBackend) : tensorKeeper(),
    checkDevice() {
      if (isContextLost()) lose('the graphics device was lost.');
      if (lost !== null) throw new UserError('backend-lost', lost);
    },
    lost: () => lost,
    lose,
    onLost(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** The parts of tfjs's GPU backends that tell of limits and loss; their own types don't show them. */
interface GpuBackend {
  readonly device?: GPUDevice;
  readonly gpgpu?: { readonly gl: WebGL2RenderingContext };
}

/** Listens for the loss of the device. Gives a question for the losses that nobody announces. */
function watch(name: BackendName, lose: (message: string) => void): () => boolean {
  const { device, gpgpu } = tfBackend() as unknown as GpuBackend;
  if (name === 'webgpu' && device !== undefined)
    void device.lost.then((info) =>
      lose(`the graphics device was lost${info.message === '' ? '' : ` (${info.message})`}.`),
    );
  if (name === 'webgl' && gpgpu !== undefined) {
    const { gl } = gpgpu;
    gl.canvas.addEventListener('webglcontextlost', () => lose('the graphics device was lost (WebGL context).'));
    return () => gl.isContextLost();
  }
  return () => false;
}

function limitsOf(name: BackendName): { maxTensorBytes: number; maxTotalBytes: number } {
  const { device } = tfBackend() as unknown as GpuBackend;
  if (name === 'webgpu' && device !== undefined) {
    const { maxBufferSize, maxStorageBufferBindingSize } = device.limits;
    return { maxTensorBytes: Math.min(maxBufferSize, maxStorageBufferBindingSize), maxTotalBytes: Infinity };
  }
  if (name === 'webgl')
    return {
      maxTensorBytes: env().getNumber('WEBGL_MAX_TEXTURE_SIZE') ** 2 * BYTES_PER_TEXEL,
      maxTotalBytes: Infinity,
    };
  if (name === 'wasm') return { maxTensorBytes: WASM_WEIGHT_BYTES, maxTotalBytes: WASM_WEIGHT_BYTES };
  return { maxTensorBytes: Infinity, maxTotalBytes: Infinity };
}
