import { messageOf, UserError } from '../../lib/errors';
import { within } from '../../lib/within';
import type { FileStore, FileWriter } from './types';

const FOLDER = 'models';
/** Bytes copied at a time where a file can't be renamed. */
const COPY = 4_000_000;
/** Milliseconds for the browser to open it. One that takes longer is done without: a load must not wait for a cache for ever. */
const PATIENCE = 5_000;

/**
 * The origin-private file system as the store: the one storage that takes bytes as they come, keeps a file that broke off, and
 * gives any part of a large one without reading the rest. Works in workers only. See docs/decisions/0004.
 *
 * @returns null where the browser has none or denies it, as in some private windows, and where it doesn't answer within five seconds.
 */
export async function opfsStore(): Promise<FileStore | null> {
  const folder = await openFolder();
  if (folder === null) return null;
  const handleOf = (name: string, create: boolean) => folder.getFileHandle(name, { create });
  const append = async (name: string): Promise<FileWriter> => {
    const access = await attempt(async () => whileHeld(await handleOf(name, true), (handle) => handle.createSyncAccessHandle()));
    return writerOf(access);
  };
  const read = async (name: string): Promise<Blob | null> => {
    try {
      return await whileHeld(await handleOf(name, false), (handle) => handle.getFile());
    } catch {
      return null;
    }
  };
  const remove = (name: string) => folder.removeEntry(name).catch(() => undefined);
  return {
    async names() {
      const names: string[] = [];
      for await (const name of folder.keys()) names.push(name);
      return names;
    },
    read,
    append,
    remove,
    async put(name, bytes) {
      const writer = await append(name);
      try {
        writer.clear();
        writer.write(bytes);
      } finally {
        writer.close();
      }
    },
    async rename(from, to) {
      const handle = await handleOf(from, false);
      const move: unknown = Reflect.get(handle, 'move');
      if (typeof move === 'function') {
        await remove(to);
        await attempt(() => whileHeld(handle, async () => void (await Reflect.apply(move, handle, [to]))));
        return;
      }
      const file = await whileHeld(handle, () => handle.getFile());
      const writer = await append(to);
      try {
        writer.clear();
        for (let at = 0; at < file.size; at += COPY) writer.write(new Uint8Array(await file.slice(at, at + COPY).arrayBuffer()));
      } finally {
        writer.close();
      }
      await remove(from);
    },
    async room() {
      try {
        const { quota, usage } = await navigator.storage.estimate();
        return quota === undefined ? null : Math.max(0, quota - (usage ?? 0));
      } catch {
        return null;
      }
    },
  };
}

function writerOf(handle: FileSystemSyncAccessHandle): FileWriter {
  let size = handle.getSize();
  return {
    get size() {
      return size;
    },
    write(chunk) {
      let written: number;
      try {
        written = handle.write(chunk as Uint8Array<ArrayBuffer>, { at: size });
      } catch (error) {
        written = -1;
        if (!isQuota(error)) throw asUserError(error);
      }
      if (written === chunk.length) {
        size += written;
        return;
      }
      handle.truncate(size); // a browser may write a part of what there was no room for
      throw noRoom();
    },
    clear() {
      inWords(() => handle.truncate(0));
      size = 0;
    },
    close() {
      try {
        inWords(() => handle.flush());
      } finally {
        handle.close();
      }
    },
  };
}

const inUse = new Set<FileSystemHandle>();

/**
 * Asks a handle for something and keeps it until the answer has come. Chromium drops the question, so that its promise never settles,
 * when the handle is collected as garbage meanwhile: one load in forty hung so while the model was computing.
 */
async function whileHeld<H extends FileSystemHandle, T>(handle: H, ask: (handle: H) => Promise<T>): Promise<T> {
  inUse.add(handle);
  try {
    return await ask(handle);
  } finally {
    inUse.delete(handle);
  }
}

function inWords(act: () => void): void {
  try {
    act();
  } catch (error) {
    throw asUserError(error);
  }
}

async function attempt<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw asUserError(error);
  }
}

function asUserError(error: unknown): UserError {
  if (error instanceof UserError) return error;
  if (isQuota(error)) return noRoom();
  if (error instanceof DOMException && error.name === 'NoModificationAllowedError')
    return new UserError('busy', 'another tab is writing the same file.');
  return new UserError('storage', `this browser's storage can't be used (${messageOf(error)}).`);
}

function isQuota(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'QuotaExceededError';
}

function noRoom(): UserError {
  return new UserError('quota', "this browser's storage is full.");
}

async function openFolder(): Promise<FileSystemDirectoryHandle | null> {
  const open = async () => whileHeld(await navigator.storage.getDirectory(), (root) => root.getDirectoryHandle(FOLDER, { create: true }));
  try {
    return await within(PATIENCE, open());
  } catch {
    return null;
  }
}
