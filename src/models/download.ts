import { UserError } from '../lib/errors';
import { drain, tooLarge, type ReadOptions } from './files';
import type { RemoteFiles } from './remote-files';

/** A connection that breaks is taken up again while it brings something, but not for ever. */
const MAX_BREAKS = 8;

/** A download that broke before: how far it came, which version it was, and its bytes. */
export interface Begun {
  readonly validator: string | null;
  readonly blob: Blob;
}

/** What a download tells while it goes on. A new `start` means that everything given before is void. */
export interface DownloadEvents {
  /** Of a fresh file or of one that goes on; called before any byte. */
  start(version: Version, resumed: boolean): Promise<void>;
  chunk(bytes: Uint8Array): Promise<void>;
}

/** What a server's answer says of the file. */
export interface Version {
  readonly validator: string | null;
  readonly size: number | null;
}

/**
 * Downloads a file, from where `begun` ends if the server gives parts and still has that version; from the beginning otherwise.
 * The version is compared after the answer has come: `If-Range` would make browsers ask other sites for permission first, which
 * many of them don't give.
 *
 * @returns false when the server doesn't have the file. @throws AbortError, UserError `unreachable`, `changed`, `too-large` or a refusal.
 */
export async function download(remote: RemoteFiles, name: string, begun: Begun | null, { signal, limit }: ReadOptions, cache: RequestCache, events: DownloadEvents): Promise<boolean> {
  let at = 0;
  let validator: string | null = null;
  let size: number | null = null;
  const take = async (chunk: Uint8Array) => {
    at += chunk.length;
    if (at > limit) throw tooLarge(name, limit);
    await events.chunk(chunk);
  };
  const ask = (from: number) => remote.ask(name, { signal, cache, ...(from > 0 ? { from } : {}) });

  let response: Response | null = null;
  if (begun !== null && begun.validator !== null && begun.blob.size > 0) {
    response = await ask(begun.blob.size);
    if (response === null) return false;
    const version = versionOf(response, begun.blob.size);
    if (response.status === 206 && version.validator === begun.validator && isPartFrom(response, begun.blob.size, null)) {
      validator = begun.validator;
      size = version.size;
      await events.start(version, true);
      await drain(begun.blob.stream(), signal, take);
    } else if (response.status !== 200) {
      await response.body?.cancel();
      response = null; // another version, or no such part: from the beginning
    }
  }
  for (let breaks = 0; ; breaks += 1) {
    response ??= await ask(at);
    if (response === null) return false;
    const version = versionOf(response, at);
    if (response.status !== 206) {
      if (at > 0 && response.status === 416) throw changed(name);
      at = 0;
      if (version.size !== null && version.size > limit) {
        await response.body?.cancel();
        throw tooLarge(name, limit);
      }
      validator = version.validator;
      size = version.size;
      await events.start(version, false);
    } else if (version.validator !== validator) {
      await response.body?.cancel();
      throw changed(name);
    } else if (!isPartFrom(response, at, size)) {
      // A server that gives other parts than it is asked for gives whole files at best.
      await response.body?.cancel();
      response = null;
      at = 0;
      continue;
    }
    const before = at;
    try {
      await drain(response.body ?? new Blob([]).stream(), signal, take);
      return true;
    } catch (error) {
      if (signal.aborted || error instanceof UserError) throw error;
      // Without a name for the version the rest could be another file's.
      if (validator === null || at === before || breaks === MAX_BREAKS)
        throw new UserError('unreachable', `the connection broke while ${name} was read (${at} bytes came). Try again${validator === null ? '' : ': what has come is kept where this browser allows it'}.`);
      response = null;
    }
  }
}

/** @param from the first byte that was asked for. @param total of the whole file, where a part in its middle was asked for. */
export function versionOf(response: Response, from = 0, total: number | null = null): Version {
  const tag = response.headers.get('etag')?.replace(/^W\//, '') ?? null;
  const size = total ?? sizeOf(response, response.status === 206 ? from : 0);
  const modified = response.headers.get('last-modified');
  return { size, validator: tag ?? (modified !== null && size !== null ? `${modified} ${size}` : null) };
}

/** Whether an answer of status 206 is the rest of a file of `size` bytes, as far as it can be told: other sites may hide what they send. */
function isPartFrom(response: Response, from: number, size: number | null): boolean {
  const [, first, total] = /^bytes (\d{1,15})-\d{1,15}\/(\d{1,15}|\*)$/.exec(response.headers.get('content-range') ?? '') ?? [];
  if (first !== undefined && Number(first) !== from) return false;
  const told = [total === undefined || total === '*' ? null : Number(total), sizeOf(response, from)];
  return size === null || told.every((one) => one === null || one === size);
}

/** How long the whole file is, by an answer that gives a part of it. */
export function totalOf(response: Response): number | null {
  const total = /\/(\d{1,15})$/.exec(response.headers.get('content-range') ?? '')?.[1];
  return total === undefined ? null : Number(total);
}

function sizeOf(response: Response, from: number): number | null {
  const length = response.headers.get('content-length');
  // With compression the header counts the compressed bytes.
  const isPlain = response.headers.get('content-encoding') === null;
  return isPlain && length !== null && /^\d{1,15}$/.test(length) ? from + Number(length) : null;
}

function changed(name: string): UserError {
  return new UserError('changed', `${name} was changed on the server while it was read. Try again.`);
}
