import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { UserError } from '../../lib/errors';
import { readRecords, removeFile, writeRecord, type StoredRecord } from './records';
import type { FileStore, FileWriter } from './types';

/** Which version of which file: what a server told of it. */
export interface Origin {
  readonly url: string;
  /** The server's name for this version (its ETag), or null where it has none. */
  readonly validator: string | null;
  readonly owner: string;
  readonly file: string;
}

/** A file that is stored whole, or as far as it came. */
export interface StoredFile {
  readonly blob: Blob;
  readonly validator: string | null;
  readonly hash: string | null;
}

/** The stored files as one load sees them: by address, and by the hash of their bytes. */
export interface Library {
  /** The whole file last found at this address. */
  at(url: string): Promise<StoredFile | null>;
  /** The whole file with these bytes, which this address gives too. */
  withHash(hash: string, origin: Origin): Promise<StoredFile | null>;
  /** What came of a file before the connection broke. */
  begun(url: string): Promise<StoredFile | null>;
  /** Goes on with a file that was begun, or begins it. @throws UserError `quota`, `busy` or `storage`. */
  write(origin: Origin, size: number | null): Promise<FileWriter>;
  /** The file is whole: from now on it is found by its hash. Gives the stored bytes. */
  finish(origin: Origin, hash: string): Promise<Blob | null>;
  /** Removes what is stored of an address, whole or not. */
  discard(url: string): Promise<void>;
  room(): Promise<number | null>;
}

/** Names of files that haven't come whole: by their address, so that the next try finds them. */
export const PARTIAL = 'partial-';
const partialName = (url: string) => PARTIAL + bytesToHex(sha256(utf8ToBytes(url)));

/** Reads what is stored. Whoever stores besides (another tab) is seen by the next library. */
export async function openLibrary(store: FileStore): Promise<Library> {
  const records = await readRecords(store);
  const whole = (url: string) => [...records].find(([, record]) => record.hash !== null && record.urls.some((one) => one.url === url));
  const stored = async (name: string, { urls, hash }: StoredRecord, url: string): Promise<StoredFile | null> => {
    const blob = await store.read(name);
    return blob === null ? null : { blob, hash, validator: urls.find((one) => one.url === url)?.validator ?? null };
  };
  const save = async (name: string, record: StoredRecord) => {
    await writeRecord(store, name, record);
    records.set(name, record);
  };
  const drop = async (name: string) => {
    records.delete(name);
    await removeFile(store, name);
  };

  /**
   * Adds a model to those that a file belongs to, or brings its version up to date. Where there is no room to write that down the file
   * is of use all the same: what it belongs to is found out again next time.
   */
  const claim = async (hash: string, record: StoredRecord, { url, validator, owner }: Origin) => {
    const known = record.urls.find((one) => one.url === url);
    if (known?.validator === validator && record.owners.includes(owner)) return;
    const urls = [...record.urls.filter((one) => one.url !== url), { url, validator }];
    try {
      await save(hash, { ...record, urls, owners: [...new Set([...record.owners, owner])] });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
    }
  };

  return {
    async at(url) {
      const found = whole(url);
      return found === undefined ? null : stored(...found, url);
    },
    async withHash(hash, origin) {
      const record = records.get(hash);
      if (record === undefined) return null;
      await claim(hash, record, origin);
      return stored(hash, record, origin.url);
    },
    async begun(url) {
      const record = records.get(partialName(url));
      return record === undefined ? null : stored(partialName(url), record, url);
    },
    async write(origin, size) {
      const name = partialName(origin.url);
      const { url, validator, owner, file } = origin;
      await save(name, { hash: null, size, urls: [{ url, validator }], owners: [owner], file, date: new Date().toISOString() });
      return store.append(name);
    },
    async finish(origin, hash) {
      const partial = partialName(origin.url);
      const begun = records.get(partial);
      const blob = await store.read(partial);
      if (begun === undefined || blob === null) return null;
      // An older version under the same address is of no more use.
      for (const [name, record] of records)
        if (name !== hash && name !== partial && record.urls.some((one) => one.url === origin.url)) {
          const urls = record.urls.filter((one) => one.url !== origin.url);
          if (urls.length === 0) await drop(name);
          else await save(name, { ...record, urls });
        }
      const known = records.get(hash);
      if (known !== undefined) {
        await drop(partial); // the same bytes came from elsewhere before
        await claim(hash, known, origin);
      } else {
        const { url, validator } = origin;
        await save(hash, { ...begun, hash, size: blob.size, urls: [{ url, validator }] });
        await store.rename(partial, hash);
        await drop(partial);
      }
      return store.read(hash);
    },
    async discard(url) {
      const found = whole(url);
      if (found !== undefined) await drop(found[0]);
      if (records.has(partialName(url))) await drop(partialName(url));
    },
    room: () => store.room(),
  };
}
