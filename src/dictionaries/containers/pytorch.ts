import { UserError } from '../../lib/errors';
import type { Json } from '../types';
import { readPickle } from './pickle';
import { isTensorRef, type Pickled, type PickledDict, type TensorRef } from './pickle-values';
import { DTYPES, numbersOf, sizeOf, type Tensor, type TensorDtype } from './tensor';
import type { ZipEntry } from './zip';

const STORAGE_DTYPES: Readonly<Record<string, TensorDtype>> = {
  'torch.DoubleStorage': 'float64', 'torch.FloatStorage': 'float32', 'torch.HalfStorage': 'float16', 'torch.BFloat16Storage': 'bfloat16', 'torch.LongStorage': 'int64',
  'torch.IntStorage': 'int32', 'torch.ShortStorage': 'int16', 'torch.CharStorage': 'int8', 'torch.ByteStorage': 'uint8', 'torch.BoolStorage': 'bool',
};
/** A pickle that describes a dictionary's tensors has a few kilobytes. */
const MAX_PICKLE = 16_000_000;
/** Dicts that only wrap the tensors. */
const WRAPPERS = ['state_dict', 'model_state_dict', 'model', 'sae', 'ae', 'autoencoder', 'weights'];
const MAX_DEPTH = 4;

/**
 * The tensors of a file that `torch.save` wrote (a zip since PyTorch 1.6), and the plain values beside them. Dicts in dicts give
 * names with dots; one that only wraps all tensors gives none.
 *
 * @throws UserError `unsafe-pickle`, `bad-pickle` or `outside-storage`. Nothing is run.
 */
export async function readPyTorch(file: string, entries: ReadonlyMap<string, ZipEntry>): Promise<{ tensors: Map<string, Tensor>; values: Json }> {
  const pickle = [...entries.values()].find(({ name }) => /^(?:[^/]+\/)?data\.pkl$/.test(name));
  if (pickle === undefined) throw new UserError('unknown-format', `${file} is a zip with neither arrays of numpy (.npy) nor tensors of PyTorch (data.pkl).`);
  const root = pickle.name.slice(0, -'data.pkl'.length);
  if (pickle.size > MAX_PICKLE) throw new UserError('bad-pickle', `${file} holds a pickle of ${pickle.size} bytes, far more than the description of a dictionary takes.`);
  const order = entries.get(`${root}byteorder`);
  if (order !== undefined && new TextDecoder().decode(await order.bytes()).trim() !== 'little')
    throw new UserError('bad-pickle', `${file} was written on a big-endian machine. Save the tensors as .safetensors.`);
  const content = readPickle(await pickle.bytes(), file);
  if (!(content instanceof Map)) throw new UserError('bad-pickle', `${file} holds no dict of tensors. Save the dictionary's state_dict, or its tensors as .safetensors.`);
  const refs = new Map<string, TensorRef>();
  collect(unwrapped(content), '', refs, 0);
  const tensors = new Map<string, Tensor>();
  for (const [name, ref] of refs) tensors.set(name, tensorAt(name, ref, entries.get(`${root}data/${ref.storage.key}`), file));
  return { tensors, values: plainOf(content) };
}

function unwrapped(content: PickledDict): PickledDict {
  if ([...content.values()].some(isTensorRef)) return content;
  const inner = WRAPPERS.map((key) => content.get(key)).find((value) => value instanceof Map);
  return inner ?? content;
}

/** @param depth keeps a dict that holds itself from going on for ever. */
function collect(dict: PickledDict, prefix: string, into: Map<string, TensorRef>, depth: number): void {
  for (const [key, value] of dict) {
    if (isTensorRef(value)) into.set(prefix + key, value);
    else if (value instanceof Map && depth < MAX_DEPTH) collect(value, `${prefix}${key}.`, into, depth + 1);
  }
}

/** Texts, numbers and flags of a dict, and of dicts directly in it. */
function plainOf(dict: PickledDict, depth = 0): Json {
  const plain: [string, unknown][] = [];
  for (const [key, value] of dict) {
    if (isPlain(value)) plain.push([key, value]);
    else if (value instanceof Map && depth < 1) plain.push([key, plainOf(value, depth + 1)]);
  }
  return Object.fromEntries(plain);
}

const isPlain = (value: Pickled) => value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

function tensorAt(name: string, { storage, offset, size, stride }: TensorRef, entry: ZipEntry | undefined, file: string): Tensor {
  const dtype = STORAGE_DTYPES[storage.type];
  if (dtype === undefined) throw new UserError('unsupported-dtype', `${file}: the tensor "${name}" is stored as ${storage.type}.`);
  if (entry === undefined) throw new UserError('outside-storage', `${file}: the numbers of the tensor "${name}" are missing. Get the file again from where it came.`);
  const bytes = DTYPES[dtype];
  const count = sizeOf(size);
  // The element after the last that any index reaches.
  const end = count === 0 ? offset : offset + size.reduce((sum, n, axis) => sum + (n - 1) * (stride[axis] ?? 0), 0) + 1;
  if (!Number.isSafeInteger(end) || end > storage.numel || end * bytes > entry.size)
    throw new UserError('outside-storage', `${file}: the tensor "${name}" reaches outside its storage (element ${end} of ${Math.min(storage.numel, Math.floor(entry.size / bytes))}). The file is damaged or made up.`);
  return {
    name,
    file,
    dtype,
    shape: size,
    rows: null,
    async values() {
      if (count === 0) return new Float32Array(0);
      const raw = entry.isStored ? await entry.part(offset * bytes, end * bytes) : (await entry.bytes()).subarray(offset * bytes, end * bytes);
      const stored = numbersOf(raw, dtype);
      return isContiguous(size, stride) ? stored : gathered(stored, size, stride);
    },
  };
}

function isContiguous(size: readonly number[], stride: readonly number[]): boolean {
  let step = 1;
  for (let axis = size.length - 1; axis >= 0; axis -= 1) {
    if (size[axis] !== 1 && stride[axis] !== step) return false;
    step *= size[axis] ?? 1;
  }
  return true;
}

/** A view with strides as its own array, row-major. */
function gathered(stored: Float32Array, size: readonly number[], stride: readonly number[]): Float32Array {
  const out = new Float32Array(sizeOf(size));
  const index = size.map(() => 0);
  let from = 0;
  for (let i = 0; i < out.length; i += 1) {
    out[i] = stored[from] ?? 0;
    for (let axis = size.length - 1; axis >= 0; axis -= 1) {
      const step = stride[axis] ?? 0;
      const next = (index[axis] ?? 0) + 1;
      from += step;
      if (next < (size[axis] ?? 0)) {
        index[axis] = next;
        break;
      }
      from -= next * step;
      index[axis] = 0;
    }
  }
  return out;
}
