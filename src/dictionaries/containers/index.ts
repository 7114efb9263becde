import { UserError } from '../../lib/errors';
import type { Json } from '../types';
import { readNpz } from './npz';
import { readPyTorch } from './pytorch';
import { readSafetensorsFile } from './safetensors';
import { readPart, type Tensor } from './tensor';
import { readZip } from './zip';

export interface TensorFile {
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** Plain values that lie beside the tensors. */
  readonly values: Json;
}

/** How a pickle begins: protocols 2 to 5, or the letters of protocol 0 that old files of PyTorch start with. */
const isPickle = (start: Uint8Array) => start[0] === 0x80 && (start[1] ?? 0) >= 2 && (start[1] ?? 0) <= 5;

/**
 * Opens a file of tensors, known by its first bytes rather than by its name.
 *
 * @param maxBytes that a packed part may unfold to. @throws UserError; nothing in the file is ever run.
 */
export async function readTensorFile(file: string, blob: Blob, maxBytes: number): Promise<TensorFile> {
  const start = await readPart(blob, 0, Math.min(blob.size, 9), file);
  if (isPickle(start))
    throw new UserError(
      'legacy-pickle',
      `${file} is a bare pickle, as PyTorch wrote it before version 1.6: a program, which is not run here. Convert it in Python: ` +
        `from safetensors.torch import save_file; save_file(torch.load("${file}", weights_only=True), "${file.replace(/\.[^.]*$/, '')}.safetensors").`,
    );
  if (start[0] !== 0x50 || start[1] !== 0x4b) return { tensors: await readSafetensorsFile(file, blob), values: {} };
  const entries = await readZip(file, blob, maxBytes);
  if ([...entries.keys()].some((name) => name.endsWith('.npy'))) return { tensors: await readNpz(file, entries), values: {} };
  return readPyTorch(file, entries);
}
