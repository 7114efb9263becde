import { backend, engine, getKernel } from '@tensorflow/tfjs-core';
import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { BackendName } from '../anatomy/run';
import { must } from '../lib/assert';
import { tensorKeeper } from './matrix';
import type { MatrixKeeper } from './matrix';
import { panelKeeper } from './panels';
import { plainKeeper } from './plain-matrix';

/** Tensors whose numbers lie in this process's memory, so that plain loops can compute on them. */
export interface HostMemory {
  /** A new tensor with whatever was in its memory. */
  allocate(shape: readonly number[]): Tensor;
  /** The numbers of a tensor themselves. Any allocation may move the wasm heap: ask for this after the last one. */
  values(x: Tensor): Float32Array;
  /** `x @ W + b` by the backend's own product, without the checks around it that cost more than a small product does. */
  linear(x: Tensor, W: Tensor, b: Tensor | null): Tensor;
  /** How the model's big matrices are kept and multiplied here. */
  readonly keeper: MatrixKeeper;
}

/** The memory of the backend in use; null where it is a graphics device's. */
export function hostMemory(name: BackendName): HostMemory | null {
  if (name === 'wasm') return wasmMemory(backend() as BackendWasm);
  if (name === 'cpu') return cpuMemory(backend() as MathBackendCPU);
  return null;
}

function wasmMemory(wasm: BackendWasm): HostMemory {
  const address = (x: Tensor) => wasm.dataIdMap.get(x.dataId).memoryOffset;
  const allocate = (shape: readonly number[], dtype: 'float32' | 'int32' = 'float32') => tensorOf(wasm.makeOutput([...shape], dtype));
  const linear = productOf('wasm', wasm);
  const memory = heapOf(wasm);
  return {
    allocate,
    values: (x) => wasm.typedArrayFromHeap(x) as Float32Array,
    linear,
    keeper: (memory === null ? null : panelKeeper({ memory, allocate, address })) ?? tensorKeeper(linear),
  };
}

/** Whether a device had no room: `guardHeap` says so, and so does a WebAssembly program that can't grow, in its own way. */
export function isMemoryFull(error: unknown): boolean {
  return error instanceof RangeError || error instanceof WebAssembly.RuntimeError;
}

const guarded = new WeakSet<BackendWasm>();

/**
 * Makes the wasm backend in use throw a RangeError when its heap is full. By itself tfjs doesn't look whether it was given memory:
 * every tensor from then on would lie at address 0, one over the other, and the numbers be wrong without a word.
 */
export function guardHeap(): void {
  const wasm = backend() as BackendWasm;
  if (guarded.has(wasm)) return;
  guarded.add(wasm);
  const binding = bindingOf(wasm);
  binding._free(binding._malloc(1)); // on its first call it puts the binary's own function in its place
  const malloc = binding._malloc;
  binding._malloc = (bytes) => {
    const address = malloc(bytes);
    if (address === 0 && bytes > 0) throw new RangeError('the memory of WebAssembly is full.');
    return address;
  };
}

/** What tfjs's types don't show of the binding to its binary. */
interface Binding {
  /** The raw exports, the memory among them. */
  readonly asm?: { readonly memory?: unknown };
  _malloc(bytes: number): number;
  _free(address: number): void;
}

function bindingOf(wasm: BackendWasm): Binding {
  return wasm.wasm as unknown as Binding;
}

/** The memory of tfjs's binary; null where it is out of reach. */
function heapOf(wasm: BackendWasm): WebAssembly.Memory | null {
  const { asm } = bindingOf(wasm);
  return asm?.memory instanceof WebAssembly.Memory ? asm.memory : null;
}

function cpuMemory(cpu: MathBackendCPU): HostMemory {
  const size = (shape: readonly number[]) => shape.reduce((product, n) => product * n, 1);
  const allocate = (shape: readonly number[]) => tensorOf(cpu.makeTensorInfo([...shape], 'float32', new Float32Array(size(shape))));
  const values = (x: Tensor) => cpu.data.get(x.dataId).values as Float32Array;
  const linear = productOf('cpu', cpu);
  return { allocate, values, linear, keeper: plainKeeper({ allocate, values }, tensorKeeper(linear)) };
}

function productOf(name: BackendName, backendInUse: object): HostMemory['linear'] {
  const { kernelFunc } = must(getKernel('_FusedMatMul', name), `the product of the ${name} backend`);
  const attrs = { transposeA: false, transposeB: false, activation: 'linear', leakyreluAlpha: 0 };
  const asBatch = (x: Tensor): TensorInfo => ({ dataId: x.dataId, shape: [1, ...x.shape], dtype: x.dtype });
  return (x, W, b) => {
    const inputs = { a: asBatch(x), b: asBatch(W), ...(b === null ? {} : { bias: b }) };
    const out = kernelFunc({ inputs, backend: backendInUse, attrs }) as TensorInfo;
    return tensorOf({ dataId: out.dataId, shape: out.shape.slice(1), dtype: out.dtype });
  };
}

/** A tensor over what a kernel made, known to the tidy around it. */
function tensorOf(info: TensorInfo): Tensor {
  return engine().makeTensorFromTensorInfo(info);
}
