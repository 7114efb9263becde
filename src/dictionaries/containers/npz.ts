import { UserError } from '../../lib/errors';
import { DTYPES, numbersOf, sizeOf, transposed, type Tensor, type TensorDtype } from './tensor';
import type { ZipEntry } from './zip';

/** numpy's names of number types that are read. Other byte orders and objects (which are pickles) are not. */
const DESCR: Readonly<Record<string, TensorDtype>> = {
  '<f8': 'float64', '<f4': 'float32', '<f2': 'float16', '<i8': 'int64', '<i4': 'int32', '<i2': 'int16', '|i1': 'int8', '|u1': 'uint8', '|b1': 'bool',
};
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
/** Headers are padded to 64 bytes; ours are far shorter. */
const MAX_HEADER = 4096;

/** The arrays of a .npz: a zip of .npy files. @throws UserError `bad-npy` or `unsupported-dtype`. */
export async function readNpz(file: string, entries: ReadonlyMap<string, ZipEntry>): Promise<Map<string, Tensor>> {
  const tensors = new Map<string, Tensor>();
  for (const [path, entry] of entries) {
    if (!path.endsWith('.npy')) continue;
    const name = path.slice(0, -4);
    tensors.set(name, await readNpy(name, file, entry));
  }
  return tensors;
}

interface NpyHeader {
  readonly dtype: TensorDtype;
  readonly isFortran: boolean;
  readonly shape: readonly number[];
  /** First byte of the numbers. */
  readonly start: number;
}

/** A packed entry has to be unpacked for its header too: it is kept until its numbers have been asked for. */
async function readNpy(name: string, file: string, entry: ZipEntry): Promise<Tensor> {
  let held: Uint8Array | null = entry.isStored ? null : await entry.bytes();
  const header = parseHeader(held ?? (await entry.part(0, Math.min(entry.size, MAX_HEADER + 12))), entry.size, name, file);
  const { dtype, shape, isFortran, start } = header;
  const whole = async () => {
    const bytes = held ?? (await entry.bytes());
    held = null;
    return numbersOf(bytes.subarray(start), dtype);
  };
  return {
    name,
    file,
    dtype,
    shape,
    rows: null,
    async values() {
      const values = await whole();
      const [rows = 0, columns = 0] = shape;
      // Stored column by column: the transpose, row by row.
      return isFortran && shape.length === 2 ? transposed(values, columns, rows) : values;
    },
  };
}

/**
 * The header of a .npy file, versions 1 to 3 (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html). It is written
 * as a Python dict of three keys; nothing else is taken, and nothing is evaluated.
 */
function parseHeader(bytes: Uint8Array, size: number, name: string, file: string): NpyHeader {
  const bad = (why: string) => new UserError('bad-npy', `${file}: the array "${name.slice(0, 60)}" can't be read: ${why}.`);
  if (bytes.length < 12 || MAGIC.some((byte, i) => bytes[i] !== byte)) throw bad('it is no .npy file');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = bytes[6];
  if (version !== 1 && version !== 2 && version !== 3) throw bad(`its version ${version} is not known here`);
  const from = version === 1 ? 10 : 12;
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > MAX_HEADER || from + length > bytes.length) throw bad('its header is too long');
  const text = new TextDecoder('latin1').decode(bytes.subarray(from, from + length));
  const found = new Map<string, string>();
  const rest = text.replace(/'(descr|fortran_order|shape)': *(?:'([^']{1,20})'|(True|False)|\(([\d, ]*)\))/g, (_, key: string, ...values: unknown[]) => {
    found.set(key, values.slice(0, 3).find((value): value is string => typeof value === 'string') ?? '');
    return '';
  });
  const [descr, order, sizes] = [found.get('descr'), found.get('fortran_order'), found.get('shape')];
  if (descr === undefined || order === undefined || sizes === undefined || !/^\{[ ,]*\}\s*$/.test(rest)) throw bad('its header gives no plain type, order and shape');
  const dtype = Object.hasOwn(DESCR, descr) ? DESCR[descr] : undefined;
  if (dtype === undefined)
    throw new UserError('unsupported-dtype', `${file}: the array "${name.slice(0, 60)}" has the type "${descr}"; readable are ${Object.keys(DESCR).join(', ')}.${descr.includes('O') ? ' Objects are pickles, which are never run.' : ''}`);
  const shape = sizes.split(',').map((part) => part.trim()).filter((part) => part !== '').map(Number);
  const isFortran = order === 'True';
  if (isFortran && shape.length > 2) throw bad('it has more than two axes in column order');
  const start = from + length;
  const needed = sizeOf(shape) * DTYPES[dtype];
  if (size - start !== needed) throw bad(`${dtype} of shape [${shape.join(', ')}] takes ${needed} bytes, but ${size - start} are there`);
  return { dtype, isFortran, shape, start };
}
