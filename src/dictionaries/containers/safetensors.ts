import { UserError } from '../../lib/errors';
import { readTensors } from '../../models/tensors';
import { DTYPES, numbersOf, sizeOf, type Tensor, type TensorDtype } from './tensor';

const NAMES: Readonly<Record<string, TensorDtype>> = {
  F64: 'float64', F32: 'float32', F16: 'float16', BF16: 'bfloat16', I64: 'int64', I32: 'int32', I16: 'int16', I8: 'int8', U8: 'uint8', BOOL: 'bool',
};

/** The tensors of a safetensors file. Only its header is read. @throws UserError as `models/safetensors` does, or `unsupported-dtype`. */
export async function readSafetensorsFile(file: string, blob: Blob): Promise<Map<string, Tensor>> {
  const tensors = new Map<string, Tensor>();
  for (const stored of await readTensors({ name: file, blob, holder: 'memory' })) {
    const dtype = Object.hasOwn(NAMES, stored.dtype) ? NAMES[stored.dtype] : undefined;
    if (dtype === undefined) throw new UserError('unsupported-dtype', `${file}: the tensor "${stored.name}" is stored as ${stored.dtype}; readable are ${Object.keys(NAMES).join(', ')}.`);
    const rowBytes = stored.shape.length === 0 ? 0 : sizeOf(stored.shape.slice(1)) * DTYPES[dtype];
    tensors.set(stored.name, {
      name: stored.name,
      file,
      dtype,
      shape: stored.shape,
      values: async () => numbersOf(await stored.read(0, stored.end - stored.begin), dtype),
      rows: async (from, to) => numbersOf(await stored.read(from * rowBytes, to * rowBytes), dtype),
    });
  }
  return tensors;
}
