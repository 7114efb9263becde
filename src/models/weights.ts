import type { ModelConfig } from '../anatomy/model-config';
import { isBigMatrix, weightSpecs, type HalfTensor, type WeightSpec, type WeightTensor } from '../anatomy/weights';
import { must } from '../lib/assert';
import { UserError } from '../lib/errors';
import type { Family, StoredWeight } from './families/types';
import { FLOAT_DTYPES, isFloatDtype, toFloat32, toHalves, type FloatDtype } from './floats';
import type { TensorEntry, TensorPlace } from './safetensors';

/** A tensor of a file wherever that lies: its bytes are read when they are needed, in parts. */
export interface StoredTensor extends TensorPlace {
  /** Bytes `from` to `to` of the tensor, without the one at `to`. A fresh array or a view that nobody changes. */
  read(from: number, to: number): Promise<Uint8Array>;
}

/** A tensor whose file is in memory. */
export function tensorInMemory(entry: TensorEntry): StoredTensor {
  const { bytes, ...place } = entry;
  return { ...place, read: (from, to) => Promise.resolve(bytes.subarray(from, to)) };
}

interface Part {
  readonly tensor: StoredTensor;
  readonly dtype: FloatDtype;
  /** Columns of the weight that this part fills. */
  readonly columns: number;
  /** Stored rows before this one are not part of the weight. */
  readonly firstRow: number;
}

/** How one engine weight is put together from what the files hold. */
export interface WeightPlan {
  readonly spec: WeightSpec;
  readonly transposed: boolean;
  /** Size of a head where the file keeps q, k and v of one head after the other; null where it keeps all q first. */
  readonly interleaved: number | null;
  readonly parts: readonly Part[];
}

/**
 * Finds every weight that the model needs among the files' tensors. Tensors that no weight needs are ignored.
 *
 * @throws UserError `missing-tensor` (named, with the shape expected), `misshapen-tensor` (found and expected) or `unsupported-dtype`.
 */
export function planWeights(config: ModelConfig, family: Family, tensors: ReadonlyMap<string, StoredTensor>): WeightPlan[] {
  const prefix = choosePrefix(family, tensors);
  return weightSpecs(config).map((spec) => {
    const layer = /^blocks\.(\d+)\./.exec(spec.name)?.[1] ?? '';
    const expert = /\.experts\.(\d+)\./.exec(spec.name)?.[1] ?? '';
    const stored = must(family.weights[weightKey(spec.name)], `${family.modelType}: ${spec.name}`);
    const widths = partWidths(config, spec, stored.from.length);
    const parts = stored.from.map((pattern, i) => {
      const columns = must(widths[i], 'width');
      const name = pattern.replace('{p}', prefix).replace('{l}', layer).replace('{e}', expert);
      return { ...findPart(name, storedShape(spec, stored, columns), columns, tensors), firstRow: stored.firstRow ?? 0 };
    });
    const interleaved = stored.interleaved === true ? config.dHead : null;
    return { spec, transposed: stored.stored === 'transposed', interleaved, parts };
  });
}

/** The key of a weight in a family's table. */
export function weightKey(name: string): string {
  return name.replace(/^blocks\.\d+/, 'blocks.{l}').replace(/\.experts\.\d+/, '.experts.{e}');
}

/** The name of the type in which most of the model is stored, such as `float16`. */
export function storedDtype(plans: readonly WeightPlan[]): (typeof FLOAT_DTYPES)[FloatDtype] {
  const bytes = new Map<FloatDtype, number>();
  for (const plan of plans)
    for (const part of plan.parts) bytes.set(part.dtype, (bytes.get(part.dtype) ?? 0) + part.tensor.end - part.tensor.begin);
  const [dtype] = [...bytes].sort((a, b) => b[1] - a[1])[0] ?? (['F32', 0] as const);
  return FLOAT_DTYPES[dtype];
}

/** Bytes that a weight takes in its files. */
export function partBytes({ parts }: WeightPlan): number {
  return parts.reduce((sum, { tensor }) => sum + tensor.end - tensor.begin, 0);
}

/** Stored bytes that are read at a time: what a weight needs in memory besides itself. */
const BLOCK = 4_000_000;

/** Reads one weight: float32, transposed and packed as the engine wants it. Holds the weight itself and `BLOCK` bytes, no more. */
export async function buildWeight(plan: WeightPlan): Promise<WeightTensor> {
  const data = new Float32Array(sizeOf(plan.spec));
  await fill(plan, data, toFloat32);
  return { ...plan.spec, data };
}

/** The same, but a big matrix that is stored in two bytes a value keeps them. */
export async function buildStored(plan: WeightPlan): Promise<WeightTensor | HalfTensor> {
  const format = halfFormat(plan);
  if (format === null) return buildWeight(plan);
  const data = new Uint16Array(sizeOf(plan.spec));
  await fill(plan, data, toHalves);
  return { ...plan.spec, data, format };
}

function halfFormat({ spec, parts }: WeightPlan): HalfTensor['format'] | null {
  const dtype = parts[0]?.dtype ?? 'F32';
  if (dtype === 'F32' || !isBigMatrix(spec.name) || parts.some((part) => part.dtype !== dtype)) return null;
  return FLOAT_DTYPES[dtype];
}

const sizeOf = ({ shape }: WeightSpec): number => shape.reduce((product, n) => product * n, 1);

/** Float32Array, or the bits of two-byte numbers: both are moved alike. */
type Values = Float32Array | Uint16Array;

async function fill<T extends Values>({ spec, transposed, interleaved, parts }: WeightPlan, data: T, read: (bytes: Uint8Array, dtype: FloatDtype) => T): Promise<void> {
  const columns = must(spec.shape.at(-1), 'columns');
  const rows = data.length / columns;
  let offset = 0;
  for (const part of parts) {
    // As the file keeps it: a Linear's rows are our columns.
    const [storedRows, width] = transposed ? [part.columns, rows] : [rows, part.columns];
    for await (const { first, values } of storedBlocks(part, storedRows, width, read)) {
      const count = values.length / width;
      if (transposed) placeTransposed(values, data, { rows, columns: count, offset: offset + first, stride: columns });
      else for (let row = 0; row < count; row += 1) data.set(values.subarray(row * width, (row + 1) * width), (first + row) * columns + offset);
    }
    offset += part.columns;
  }
  if (interleaved !== null) putApart(data, columns, interleaved);
}

/** A stored tensor [rows, width], a few whole rows at a time. */
async function* storedBlocks<T extends Values>(
  { tensor, dtype, firstRow }: Part,
  rows: number,
  width: number,
  read: (bytes: Uint8Array, dtype: FloatDtype) => T,
): AsyncGenerator<{ first: number; values: T }> {
  const rowBytes = rows === 0 ? 0 : (tensor.end - tensor.begin) / (firstRow + rows);
  const step = Math.max(1, Math.floor(BLOCK / Math.max(1, rowBytes)));
  for (let first = 0; first < rows; first += step) {
    const end = Math.min(rows, first + step);
    const values = read(await tensor.read((firstRow + first) * rowBytes, (firstRow + end) * rowBytes), dtype);
    if (values.length !== (end - first) * width) throw new Error(`${tensor.name}: ${values.length} values were read.`);
    yield { first, values };
  }
}

/** Each row [head, q k v, d_head] → [q k v, head, d_head], in place. */
function putApart(data: Values, columns: number, dHead: number): void {
  const heads = columns / (3 * dHead);
  const row = data.slice(0, columns);
  for (let start = 0; start < data.length; start += columns) {
    row.set(data.subarray(start, start + columns));
    for (let head = 0; head < heads; head += 1)
      for (let part = 0; part < 3; part += 1) {
        const from = (head * 3 + part) * dHead;
        data.set(row.subarray(from, from + dHead), start + (part * heads + head) * dHead);
      }
  }
}

interface Place {
  readonly rows: number;
  readonly columns: number;
  readonly offset: number;
  readonly stride: number;
}

/** source [columns, rows] → out[row, offset + column]. In tiles, so that both sides stay in the cache. */
function placeTransposed(source: Values, out: Values, { rows, columns, offset, stride }: Place): void {
  const TILE = 32;
  for (let row0 = 0; row0 < rows; row0 += TILE)
    for (let column0 = 0; column0 < columns; column0 += TILE) {
      const rowEnd = Math.min(row0 + TILE, rows);
      const columnEnd = Math.min(column0 + TILE, columns);
      for (let row = row0; row < rowEnd; row += 1)
        for (let column = column0; column < columnEnd; column += 1)
          out[row * stride + offset + column] = source[column * rows + row] ?? 0;
    }
}

function choosePrefix(family: Family, tensors: ReadonlyMap<string, StoredTensor>): string {
  const pattern = must(family.weights['W_E']?.from[0], 'W_E');
  return family.prefixes.find((prefix) => tensors.has(pattern.replace('{p}', prefix))) ?? family.prefixes[0] ?? '';
}

/** How many columns of a packed weight each of its files fills. */
function partWidths(config: ModelConfig, spec: WeightSpec, parts: number): number[] {
  const total = must(spec.shape.at(-1), 'columns');
  if (parts === 1) return [total];
  const { nHeads, nKvHeads, dHead } = config;
  if (spec.name.endsWith('_QKV')) return [nHeads * dHead, nKvHeads * dHead, nKvHeads * dHead];
  return Array.from({ length: parts }, () => total / parts);
}

function storedShape(spec: WeightSpec, stored: StoredWeight, columns: number): number[] {
  const shape = [...spec.shape.slice(0, -1), columns];
  if (stored.firstRow !== undefined) shape[0] = (shape[0] ?? 0) + stored.firstRow;
  return stored.stored === 'transposed' ? shape.reverse() : shape;
}

function findPart(name: string, shape: readonly number[], columns: number, tensors: ReadonlyMap<string, StoredTensor>): Omit<Part, 'firstRow'> {
  const expected = `[${shape.join(', ')}]`;
  const tensor = tensors.get(name);
  if (tensor === undefined)
    throw new UserError('missing-tensor', `the tensor "${name}" (shape ${expected}) is in none of the weight files. They don't fit this config.json, or a file is missing.`);
  if (tensor.shape.length !== shape.length || tensor.shape.some((n, i) => n !== shape[i]))
    throw new UserError(
      'misshapen-tensor',
      `${tensor.file}: the tensor "${name}" has shape [${tensor.shape.join(', ')}], but config.json calls for ${expected}. The two files don't belong together.`,
    );
  if (!isFloatDtype(tensor.dtype))
    throw new UserError(
      'unsupported-dtype',
      `${tensor.file}: the tensor "${name}" is stored as ${tensor.dtype}; readable are ${Object.keys(FLOAT_DTYPES).join(', ')}. Give the model unquantised.`,
    );
  return { tensor, dtype: tensor.dtype, columns };
}
