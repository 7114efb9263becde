import { engine, tensor, tensor1d } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { at } from '../lib/assert';
import { columnScales } from './codes';
import { tensorKeeper } from './matrix';
import type { Matrix, MatrixKeeper, MatrixSource } from './matrix';
import { encode } from './plain-matrix';
import { denseCode, FEW, fewRowsCode, gatherCode, MANY, manyRowsCode } from './webgpu-code';
import type { PackedStorage } from './webgpu-code';

type Program = Parameters<WebGPUBackend['runWebGPUProgram']>[0];

/** Rows from which the product goes by tiles. */
const MANY_FROM = 5;
const QUAD = 4;
const FLAT_THREADS = 64;

/** Matrices in the graphics device's memory: float32 as tfjs's tensors, the others packed, for programs of our own. */
export function webgpuKeeper(gpu: WebGPUBackend): MatrixKeeper {
  const wide = tensorKeeper();
  return {
    storages: new Set(['float32', 'float16', 'bfloat16', 'int8']),
    keep: (source, storage) => (storage === 'float32' ? wide.keep(source, storage) : keepPacked(gpu, source, storage)),
  };
}

function keepPacked(gpu: WebGPUBackend, source: MatrixSource, storage: PackedStorage): Matrix {
  const { rows: depth, columns } = source;
  const quads = Math.ceil(columns / QUAD);
  const values = storage === 'int8' ? columnScales(source) : null;
  const codes = encode(source, storage, values, quads * QUAD);
  const words = new Int32Array(codes.buffer);
  const w = uploaded(gpu, tensor(words, [words.length], 'int32'));
  const scales = values === null ? null : uploaded(gpu, tensor(values, [columns], 'float32'));
  const scaled = (...others: Tensor[]): [string, Tensor][] => [
    ['w', w],
    ...others.map((x, i): [string, Tensor] => [i === 0 ? 'x' : 'bias', x]),
    ...(scales === null ? [] : [['scales', scales] as [string, Tensor]]),
  ];

  return {
    shape: [depth, columns],
    storage,
    bytes: words.byteLength + (values?.byteLength ?? 0),
    multiply(x, b) {
      const n = at(x.shape, 0);
      const isMany = n >= MANY_FROM;
      const hasBias = b !== null;
      return run(gpu, scaled(x, ...(hasBias ? [b] : [])), {
        key: `product ${storage} ${isMany} ${hasBias}`,
        shape: [n, columns],
        ...(isMany
          ? {
              threads: [MANY.quads, MANY.rows / MANY.perThread, 1],
              groups: [Math.ceil(quads / MANY.quads), Math.ceil(n / MANY.rows), 1],
              code: () => manyRowsCode(storage, hasBias),
            }
          : { threads: [FEW.quads, FEW.parts, 1], groups: [Math.ceil(quads / FEW.quads), n, 1], code: () => fewRowsCode(storage, hasBias) }),
      });
    },
    dense: () => run(gpu, scaled(), flat(`dense ${storage}`, [depth, columns], () => denseCode(storage))),
    gather(ids) {
      const list = tensor1d([...ids], 'int32');
      const inputs = scaled().toSpliced(1, 0, ['ids', list]);
      const found = run(gpu, inputs, { ...flat(`gather ${storage}`, [ids.length, depth], () => gatherCode(storage)), uniforms: 'columns : i32, ' }, columns);
      list.dispose();
      return found;
    },
    dispose() {
      w.dispose();
      scales?.dispose();
    },
  };
}

interface Work {
  /** Names the code: equal keys share a compiled program. */
  readonly key: string;
  readonly shape: readonly [number, number];
  readonly threads: readonly [number, number, number];
  readonly groups: readonly [number, number, number];
  readonly uniforms?: string;
  readonly isFlat?: boolean;
  readonly code: () => string;
}

/** One thread for each number of the result. */
function flat(key: string, shape: readonly [number, number], code: () => string): Work {
  return { key, shape, threads: [FLAT_THREADS, 1, 1], groups: [Math.ceil((shape[0] * shape[1]) / FLAT_THREADS), 1, 1], isFlat: true, code };
}

/** Runs a program over named inputs. Gives a float32 tensor of `shape`, known to the tidy around it. */
function run(gpu: WebGPUBackend, inputs: readonly (readonly [string, Tensor])[], work: Work, ...uniforms: number[]): Tensor {
  const program: Program = {
    variableNames: inputs.map(([name]) => name),
    outputShape: [...work.shape],
    workgroupSize: [...work.threads],
    dispatch: [...work.groups],
    dispatchLayout: work.isFlat === true ? { x: [0, 1] } : { x: [1], y: [0] },
    shaderKey: `lacuna ${work.key}`,
    ...(work.isFlat === true ? { size: true } : {}),
    ...(work.uniforms === undefined ? {} : { uniforms: work.uniforms }),
    getUserCode: work.code,
  };
  const own = uniforms.map((value) => ({ type: 'int32', data: [value] }));
  const out = gpu.runWebGPUProgram(program, inputs.map(([, x]) => x), 'float32', own);
  return engine().makeTensorFromTensorInfo(out);
}

/** Sends a tensor's numbers to the device now, so that the host's copy goes. */
function uploaded(gpu: WebGPUBackend, x: Tensor): Tensor {
  gpu.uploadToGPU(x.dataId);
  return x;
}
