import { UserError } from '../../lib/errors';
import type { Json } from '../types';
import { readSafetensorsFile } from './safetensors';
import { readPart, type Tensor } from './tensor';

export interface TensorFile {
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** Plain values that lie beside the tensors. */
  readonly values: Json;
}

/**
 * Opens a file of tensors, known by its first bytes rather than by its name.
 *
 * @param maxBytes that a packed part may unfold to. @throws UserError; nothing in the file is ever run.
 */
export async function readTensorFile(file: string, blob: Blob, maxBytes: number): Promise<TensorFile> {
  const start = await readPart(blob, 0, Math.min(blob.size, 9), file);
  if (start[0] === 0x50 && start[1] === 0x4b) {
    void maxBytes;
    throw new UserError('unknown-format', `${file} can't be read.`);
  }
  return { tensors: await readSafetensorsFile(file, blob), values: {} };
}
