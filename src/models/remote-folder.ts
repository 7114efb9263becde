import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { isAbort, UserError } from '../lib/errors';
import { beginningOf } from './beginning';
import { download, versionOf, type Begun, type Version } from './download';
import { drain, megabytes, peekBlob, tooLarge, type FileFacts, type HeldFile, type ModelFolder, type ReadOptions } from './files';
import { memoryGatherer, storageGatherer, type Gatherer } from './gather';
import type { RemoteFiles } from './remote-files';
import type { Library, Origin, StoredFile } from './storage/library';

const SHA256 = /^"?([0-9a-f]{64})"?$/;

/** What a server says of a file without sending it; `unreachable` when nobody answers. */
type Told = Version | 'absent' | 'unreachable';

const NOTHING: Version = { size: null, validator: null };

/**
 * A model's folder on a server, with what is stored of it in this browser: a file that is stored is asked about, not downloaded.
 *
 * @param library null: nothing is stored. @param onNote is told, in words, why something could not be stored.
 */
export function remoteFolder(remote: RemoteFiles, library: Library | null, onNote: (note: string) => void): ModelFolder {
  const told = new Map<string, Told>();
  const contents = new Map<string, Awaited<ReturnType<RemoteFiles['contentOf']>>>();
  /** Beginnings that were asked for before their files: a download goes on from there. */
  const peeked = new Map<string, Begun & { readonly size: number }>();
  /** Set once a stored file stood in for a server that can't be reached: what isn't stored is then absent. */
  let isOffline = false;
  let isFull = false;

  async function ask(name: string, signal: AbortSignal): Promise<Told> {
    const known = told.get(name);
    if (known !== undefined) return known;
    const answer = await askHead(name, signal);
    told.set(name, answer);
    return answer;
  }

  async function askHead(name: string, signal: AbortSignal): Promise<Told> {
    try {
      const response = await remote.ask(name, { signal, method: 'HEAD' });
      return response === null ? 'absent' : versionOf(response);
    } catch (error) {
      if (isAbort(error)) throw error;
      // Some servers don't know HEAD, or refuse it: what they mean is heard when the file itself is asked for.
      return error instanceof UserError && error.code === 'unreachable' ? 'unreachable' : NOTHING;
    }
  }

  const originOf = (name: string, validator: string | null): Origin => ({ url: remote.urlOf(name).href, validator, owner: remote.owner, file: name });

  /** The stored file, if it is what the server has now, by its address or by its content. */
  async function find(name: string, signal: AbortSignal): Promise<StoredFile | null> {
    if (library === null) return null;
    const here = await library.at(remote.urlOf(name).href);
    if (here !== null) {
      if (remote.isFixed) return here;
      const version = await ask(name, signal);
      if (version === 'unreachable') {
        isOffline = true;
        return here;
      }
      if (version !== 'absent' && version.validator !== null && version.validator === here.validator) return here;
    }
    if (!name.endsWith('.safetensors')) return null;
    const content = contents.has(name) ? contents.get(name) : await remote.contentOf(name, signal);
    contents.set(name, content ?? null);
    const version = await ask(name, signal);
    const validator = typeof version === 'string' ? null : version.validator;
    const hash = content?.sha256 ?? SHA256.exec(validator ?? '')?.[1];
    return hash === undefined ? null : library.withHash(hash, originOf(name, validator));
  }

  /** Reads a stored file once. False when its bytes are not those that were stored, or gone. */
  async function replay({ blob, hash }: StoredFile, { signal, sink }: ReadOptions): Promise<boolean> {
    const digest = sha256.create();
    sink?.restart(blob.size);
    try {
      await drain(blob.stream(), signal, (chunk) => {
        digest.update(chunk);
        sink?.chunk(chunk);
      });
    } catch (error) {
      if (isAbort(error)) throw error;
      return false;
    }
    return bytesToHex(digest.digest()) === hash;
  }

  async function gathererFor(name: string, origin: Origin, size: number | null, resumed: boolean): Promise<Gatherer> {
    if (library === null || isFull) return memoryGatherer(name);
    try {
      const room = await library.room();
      if (room !== null && size !== null && size > room && !resumed)
        throw new UserError('quota', `it needs ${megabytes(size)} and this browser's storage has room for ${megabytes(room)}.`);
      const readBack = async () => (await library.begun(origin.url))?.blob ?? null;
      return storageGatherer(name, await library.write(origin, size), readBack, (error) => unstored(name, error));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      unstored(name, error);
      return memoryGatherer(name);
    }
  }

  function unstored(name: string, error: UserError): void {
    if (error.code === 'quota') isFull = true;
    onNote(
      `${name} is not stored in this browser: ${error.message} The model is loaded all the same, and downloaded again next time.` +
        (error.code === 'quota' ? ' Room can be made under “Stored models”.' : ''),
    );
  }

  async function begunOf(name: string, url: string): Promise<Begun | null> {
    const stored = library === null ? null : await library.begun(url);
    const seen = peeked.get(name) ?? null;
    return stored !== null && stored.validator !== null && stored.blob.size >= (seen?.blob.size ?? 0) ? stored : (seen ?? stored);
  }

  async function fetchFile(name: string, options: ReadOptions): Promise<HeldFile | null> {
    const url = remote.urlOf(name).href;
    const begun = await begunOf(name, url);
    let gatherer: Gatherer | null = null;
    let origin = originOf(name, begun?.validator ?? null);
    let digest = sha256.create();
    let replayed = 0;
    const close = async () => {
      const done = gatherer;
      gatherer = null;
      return done === null ? null : done.close();
    };
    try {
      const found = await download(remote, name, begun, options, library === null ? 'default' : 'no-store', {
        async start(version, resumed) {
          origin = originOf(name, version.validator);
          digest = sha256.create();
          options.sink?.restart(version.size);
          // What lies in the storage already is only read, not written again, unless it can't be gone on with.
          replayed = resumed ? (begun?.blob.size ?? 0) : 0;
          await close();
          gatherer = await gathererFor(name, origin, version.size, resumed);
          if (resumed && gatherer.size() === replayed) return;
          replayed = 0;
          gatherer.restart();
        },
        async chunk(bytes) {
          digest.update(bytes);
          options.sink?.chunk(bytes);
          if (replayed > 0) replayed -= bytes.length;
          else await gatherer?.write(bytes);
        },
      });
      const gathered = await close();
      if (!found || gathered === null) return null;
      const hash = bytesToHex(digest.digest());
      const promised = contents.get(name)?.sha256;
      if (promised !== undefined && promised !== hash) {
        await library?.discard(url);
        throw new UserError('damaged', `${name} came otherwise than ${remote.place} says it is (its SHA-256 is another). Try again later.`);
      }
      return { name, ...(await keep(origin, hash, gathered)) };
    } finally {
      await close().catch(() => undefined);
    }
  }

  async function keep(origin: Origin, hash: string, gathered: Omit<HeldFile, 'name'>): Promise<Omit<HeldFile, 'name'>> {
    if (library === null || gathered.holder !== 'stored') return gathered;
    try {
      const blob = await library.finish(origin, hash);
      return blob === null ? gathered : { blob, holder: 'stored' };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      unstored(origin.file, error);
      return gathered;
    }
  }

  return {
    place: remote.place,
    listed: null,
    async describe(name, signal): Promise<FileFacts | null> {
      const here = await find(name, signal);
      if (here !== null) return { size: here.blob.size, isRemote: false };
      const answer = await ask(name, signal);
      if (answer === 'absent') return null;
      return { size: answer === 'unreachable' ? null : answer.size, isRemote: true };
    },
    async peek(name, bytes, signal) {
      const here = await find(name, signal);
      if (here !== null) return peekBlob(here.blob, bytes);
      const begun = await library?.begun(remote.urlOf(name).href);
      if (begun != null && begun.validator !== null && begun.blob.size >= bytes) {
        const version = await ask(name, signal);
        if (typeof version !== 'string' && version.validator === begun.validator && version.size !== null) return { ...(await peekBlob(begun.blob, bytes)), size: version.size };
      }
      const before = peeked.get(name);
      const head = before !== undefined && before.blob.size >= bytes ? before : await beginningOf(remote, name, bytes, signal);
      if (head === null) return null;
      peeked.set(name, head);
      return { bytes: new Uint8Array(await head.blob.arrayBuffer()), size: head.size };
    },
    async get(name, options) {
      const here = await find(name, options.signal);
      if (here !== null) {
        if (here.blob.size > options.limit) throw tooLarge(name, options.limit);
        if (await replay(here, options)) return { name, blob: here.blob, holder: 'stored' };
        // Damaged on this computer's disk, or deleted by another tab.
        await library?.discard(remote.urlOf(name).href);
      }
      if (isOffline) return null;
      return fetchFile(name, options);
    },
  };
}
