import { abortError, UserError } from '../lib/errors';
import { drain, peekBlob, tooLarge, type ModelFolder } from './files';

/** Files that were dropped or picked, alone or in a folder. Of two with the same name the first counts. Nothing is copied. */
export function droppedFolder(name: string, files: readonly File[]): ModelFolder {
  const byName = new Map<string, File>();
  for (const file of files) if (!byName.has(file.name)) byName.set(file.name, file);
  return {
    place: `"${name}"`,
    listed: [...byName.keys()].filter((one) => one.endsWith('.safetensors')),
    describe(wanted) {
      const file = byName.get(wanted);
      return Promise.resolve(file === undefined ? null : { size: file.size, isRemote: false });
    },
    peek(wanted, bytes) {
      const file = byName.get(wanted);
      return file === undefined ? Promise.resolve(null) : peekBlob(file, bytes);
    },
    async get(wanted, { signal, limit, sink }) {
      const file = byName.get(wanted);
      if (file === undefined) return null;
      if (signal.aborted) throw abortError();
      if (file.size > limit) throw tooLarge(wanted, limit);
      if (sink !== undefined) {
        sink.restart(file.size);
        try {
          await drain(file.stream(), signal, (chunk) => sink.chunk(chunk));
        } catch (error) {
          if (signal.aborted) throw error;
          throw new UserError('unreadable', `${wanted} can't be read from the disk any more. Was it moved or changed? Give the folder again.`);
        }
      }
      return { name: wanted, blob: file, holder: 'disk' };
    },
  };
}
