import { tensor } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { ModelConfig } from '../anatomy/model-config';
import { isBigMatrix, VALUE_BYTES, weightSpecs } from '../anatomy/weights';
import type { HalfTensor, StorageChoice, WeightStorage, WeightTensor } from '../anatomy/weights';
import { must } from '../lib/assert';
import { abortError, UserError } from '../lib/errors';
import { floatsOf, storageOf } from './codes';
import { isMemoryFull } from './host-memory';
import type { Matrix, MatrixKeeper, MatrixSource } from './matrix';
import type { BlockNorm, NormWeights } from './norm';
import { rowTable } from './row-table';
import type { RowTable } from './row-table';

const BYTES_PER_FLOAT = 4;
const BYTES_PER_MEGABYTE = 1e6;

/** One MLP: a block's own, or an expert's. */
export interface MlpWeights {
  /** [d_model, d_mlp], or [d_model, 2 d_mlp] with the gate first. */
  readonly W_in: Matrix;
  readonly b_in: Tensor | null;
  /** [d_mlp, d_model] */
  readonly W_out: Matrix;
  readonly b_out: Tensor | null;
}

/** A mixture of experts. */
export interface ExpertsWeights {
  /** [d_model, expert] */
  readonly W_router: Tensor;
  readonly experts: readonly MlpWeights[];
}

export interface LayerWeights {
  /** The norms that the model has, by hook name. */
  readonly norms: Readonly<Partial<Record<BlockNorm, NormWeights>>>;
  /** [d_model, (head + 2 kv) * d_head] */
  readonly W_QKV: Matrix;
  readonly b_QKV: Tensor | null;
  /** Gains of the norms of queries and keys: [d_head], or over all heads. */
  readonly qNorm: Tensor | null;
  readonly kNorm: Tensor | null;
  /** [head * d_head, d_model] */
  readonly W_O: Matrix;
  readonly b_O: Tensor | null;
  readonly mlp: MlpWeights | ExpertsWeights;
}

/** The weights of a model as the forward pass uses them. */
export interface DeviceWeights {
  /** How most of the matrices are kept. */
  readonly storage: WeightStorage;
  readonly bytes: number;
  /** Rows of W_E, [pos, d_model]. A tied table is kept once, as W_U; another lies on the host, and a pass uploads what it needs. */
  embed(ids: readonly number[]): Tensor;
  /** [n_ctx, d_model], on the host; null with rotary positions. */
  readonly W_pos: Float32Array | null;
  /** The norm right after the embedding. */
  readonly lnEmbed: NormWeights | null;
  readonly layers: readonly LayerWeights[];
  readonly lnFinal: NormWeights;
  /** [d_model, d_vocab] */
  readonly W_U: Matrix;
  readonly b_U: Tensor | null;
  dispose(): void;
}

/** What a device can hold, in bytes. */
export interface DeviceLimits {
  readonly device: string;
  readonly maxTensorBytes: number;
  readonly maxTotalBytes: number;
}

/** Where weights go. */
export interface UploadTarget {
  readonly limits: DeviceLimits;
  readonly keeper: MatrixKeeper;
  /** What was asked for; null: as each is stored. */
  readonly choice: StorageChoice | null;
}

/** What has come so far. */
interface Arrived {
  readonly tensors: Map<string, Tensor>;
  readonly matrices: Map<string, Matrix>;
  /** W_pos, and an embedding of its own. */
  W_pos: Float32Array | null;
  W_E: RowTable | null;
}

/**
 * Takes the weights one by one, checks each against `weightSpecs`, and uploads it. The arrays must not be changed afterwards.
 *
 * @throws UserError `missing-weight`, `misshapen-weight` (both name it with the shape expected) or `too-large`; AbortError.
 */
export async function uploadWeights(
  config: ModelConfig,
  weights: AsyncIterable<WeightTensor | HalfTensor>,
  signal: AbortSignal,
  target: UploadTarget,
): Promise<DeviceWeights> {
  const expected = new Map(weightSpecs(config).map((spec) => [spec.name, spec.shape]));
  const missing = new Set(expected.keys());
  const least = leastStorage(target);
  checkSize(expected, target.limits, least);
  const arrived: Arrived = { tensors: new Map(), matrices: new Map(), W_pos: null, W_E: null };
  const dispose = () => {
    for (const x of [...arrived.tensors.values(), ...arrived.matrices.values()]) x.dispose();
  };
  try {
    let bytes = 0;
    for await (const weight of weights) {
      if (signal.aborted) throw abortError();
      const shape = expected.get(weight.name);
      if (shape === undefined || !missing.delete(weight.name)) continue;
      checkShape(weight, shape);
      bytes += put(config, weight, target, arrived);
      if (bytes > target.limits.maxTotalBytes) throw tooLarge(`its weights take more than the ${megabytes(target.limits.maxTotalBytes)} that ${target.limits.device} holds`);
    }
    for (const name of missing)
      throw new UserError(
        'missing-weight',
        `the weight ${name} is missing: the model needs it with shape [${(expected.get(name) ?? []).join(', ')}].`,
      );
    return arrange(config, arrived, bytes, dispose);
  } catch (error) {
    dispose();
    throw error;
  }
}

/** Uploads one weight. Gives the bytes that it takes. */
function put(config: ModelConfig, weight: WeightTensor | HalfTensor, target: UploadTarget, arrived: Arrived): number {
  const { name, shape } = weight;
  if (!isBigMatrix(name)) {
    const data = asFactor(config, name, floatsOf(sourceOf(weight, false)));
    if (name === 'W_pos') arrived.W_pos = data;
    else arrived.tensors.set(name, inMemory(target.limits, () => tensor(data, [...shape], 'float32')));
    return data.byteLength;
  }
  const source = sourceOf(weight, name === 'W_E');
  const storage = storageOf(source, target.choice, target.keeper.storages);
  checkPiece(name, source.data.length * VALUE_BYTES[storage], target.limits);
  if (name === 'W_E' && !config.tiedUnembedding) {
    arrived.W_E = rowTable(source, storage);
    return arrived.W_E.bytes;
  }
  const matrix = inMemory(target.limits, () => target.keeper.keep(source, storage));
  arrived.matrices.set(name === 'W_E' ? 'W_U' : name, matrix);
  return matrix.bytes;
}

/** A weight [rows, columns] (or a vector) as a matrix [in, out]; transposed, its rows are the columns. */
function sourceOf(weight: WeightTensor | HalfTensor, transposed: boolean): MatrixSource {
  const columns = weight.shape.at(-1) ?? 1;
  const rows = weight.data.length / columns;
  const format = 'format' in weight ? weight.format : 'float32';
  return { data: weight.data, format, transposed, ...(transposed ? { rows: columns, columns: rows } : { rows, columns }) };
}

/** The smallest storage that the matrices may turn out to have, before any is seen. */
function leastStorage({ keeper, choice }: UploadTarget): WeightStorage {
  const wished = choice ?? 'float16';
  return keeper.storages.has(wished) ? wished : 'float32';
}

/** How most of the matrices are kept, by their values. */
function mostlyKept({ matrices, W_E }: Arrived): WeightStorage {
  const values = new Map<WeightStorage, number>();
  for (const { storage, bytes } of [...matrices.values(), ...(W_E === null ? [] : [W_E])])
    values.set(storage, (values.get(storage) ?? 0) + bytes / VALUE_BYTES[storage]);
  return [...values].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 'float32';
}

function arrange(config: ModelConfig, arrived: Arrived, bytes: number, dispose: () => void): DeviceWeights {
  const { tensors, matrices, W_pos, W_E } = arrived;
  const get = (name: string) => must(tensors.get(name), name);
  const find = (name: string) => tensors.get(name) ?? null;
  const matrix = (name: string) => must(matrices.get(name), name);
  const norm = (name: string): NormWeights => ({ w: get(`${name}.w`), b: find(`${name}.b`) });
  const first = config.mlp.gated ? 'gate_in' : 'in';
  const mlp = (at: string): MlpWeights => ({
    W_in: matrix(`${at}.W_${first}`),
    b_in: find(`${at}.b_${first}`),
    W_out: matrix(`${at}.W_out`),
    b_out: find(`${at}.b_out`),
  });
  const layers = Array.from({ length: config.nLayers }, (_, layer): LayerWeights => {
    const block = `blocks.${layer}`;
    const present = BLOCK_NORMS.filter((name) => tensors.has(`${block}.${name}.w`));
    return {
      norms: Object.fromEntries(present.map((name) => [name, norm(`${block}.${name}`)])),
      W_QKV: matrix(`${block}.attn.W_QKV`),
      b_QKV: find(`${block}.attn.b_QKV`),
      qNorm: find(`${block}.attn.q_norm.w`),
      kNorm: find(`${block}.attn.k_norm.w`),
      W_O: matrix(`${block}.attn.W_O`),
      b_O: find(`${block}.attn.b_O`),
      mlp:
        config.experts === null
          ? mlp(`${block}.mlp`)
          : {
              W_router: get(`${block}.mlp.W_router`),
              experts: Array.from({ length: config.experts.count }, (__, e) => mlp(`${block}.mlp.experts.${e}`)),
            },
    };
  });
  const lnEmbed = config.embeddingNorm ? norm('ln_embed') : null;
  const W_U = matrix('W_U');
  return {
    storage: mostlyKept(arrived),
    bytes,
    embed: (ids) => (W_E === null ? W_U.gather(ids) : tensor(W_E.rows(ids), [ids.length, config.dModel], 'float32')),
    ...{ W_pos, lnEmbed, layers, lnFinal: norm('ln_final'), W_U, b_U: find('b_U'), dispose },
  };
}

const BLOCK_NORMS: readonly BlockNorm[] = ['ln1', 'ln1_post', 'ln2', 'ln2_post'];

/** A norm's gain as what is multiplied with; any other weight as it is. */
function asFactor({ normGain }: ModelConfig, name: string, data: Float32Array): Float32Array {
  return normGain === '1+w' && name.endsWith('.w') ? data.map((gain) => 1 + gain) : data;
}

function checkShape(weight: WeightTensor | HalfTensor, shape: readonly number[]): void {
  const fits = weight.shape.length === shape.length && shape.every((size, axis) => size === weight.shape[axis]);
  if (fits && weight.data.length === sizeOf(shape)) return;
  throw new UserError(
    'misshapen-weight',
    `the weight ${weight.name} has shape [${weight.shape.join(', ')}] (${weight.data.length} values); the model needs [${shape.join(', ')}].`,
  );
}

/** Refuses before anything is read what has no room even in the smallest storage. */
function checkSize(specs: ReadonlyMap<string, readonly number[]>, limits: DeviceLimits, least: WeightStorage): void {
  let total = 0;
  for (const [name, shape] of specs) {
    const bytes = sizeOf(shape) * (isBigMatrix(name) ? VALUE_BYTES[least] : BYTES_PER_FLOAT);
    total += bytes;
    if (name !== 'W_pos') checkPiece(name, bytes, limits);
  }
  if (total > limits.maxTotalBytes)
    throw tooLarge(`its weights take ${megabytes(total)} in ${least} and ${limits.device} holds at most ${megabytes(limits.maxTotalBytes)}`);
}

function checkPiece(name: string, bytes: number, { device, maxTensorBytes }: DeviceLimits): void {
  if (bytes > maxTensorBytes)
    throw tooLarge(`its weight ${name} takes ${megabytes(bytes)} and ${device} holds at most ${megabytes(maxTensorBytes)} in one piece`);
}

function inMemory<T>(limits: DeviceLimits, upload: () => T): T {
  try {
    return upload();
  } catch (error) {
    if (isMemoryFull(error)) throw tooLarge(`${limits.device} has no memory left for it`);
    throw error;
  }
}

function tooLarge(why: string): UserError {
  return new UserError(
    'too-large',
    `the model is too large for this device: ${why}. Take a smaller model or another backend.`,
  );
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / BYTES_PER_MEGABYTE)} MB`;
}
