import { isAbort } from '../lib/errors';
import { totalOf, versionOf, type Begun } from './download';
import type { RemoteFiles } from './remote-files';

/**
 * The beginning of a file on a server, with the version that it is of, so that a download can go on from there.
 *
 * @returns null where the server doesn't give it or doesn't tell how long the whole is: whoever downloads the file hears why.
 * @throws AbortError
 */
export async function beginningOf(remote: RemoteFiles, name: string, bytes: number, signal: AbortSignal): Promise<(Begun & { readonly size: number }) | null> {
  try {
    const response = await remote.ask(name, { signal, from: 0, to: bytes - 1, cache: 'no-store' });
    if (response === null || response.status === 416) return null;
    const version = response.status === 206 ? versionOf(response, 0, totalOf(response)) : versionOf(response);
    const blob = await firstOf(response, bytes);
    return version.size === null ? null : { validator: version.validator, blob, size: version.size };
  } catch (error) {
    if (isAbort(error) || signal.aborted) throw error;
    return null;
  }
}

/** A server that gives no parts begins with the whole: it is stopped. */
async function firstOf(response: Response, bytes: number): Promise<Blob> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const reader = response.body?.getReader();
  let missing = bytes;
  while (reader !== undefined && missing > 0) {
    const { done, value } = await reader.read();
    if (done) break;
    const part = value.slice(0, missing);
    parts.push(part);
    missing -= part.length;
  }
  await reader?.cancel();
  return new Blob(parts);
}
