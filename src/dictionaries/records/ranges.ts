import { abortError, messageOf, UserError } from '../../lib/errors';

/** A file of which parts are read. Once the whole of it came, parts come from memory. */
export interface RangedFile {
  /** Bytes `from` to `to` (exclusive). @throws UserError `unreachable`, `refused` or `bad-records` */
  slice(from: number, to: number, signal: AbortSignal): Promise<Uint8Array>;
  /** All of it; `onBytes` is told how many bytes have come so far. */
  whole(signal: AbortSignal, onBytes?: (bytes: number) => void): Promise<Uint8Array>;
}

/**
 * A file at an address, read in parts by HTTP ranges. A server that ignores ranges sends the whole file: it is then kept, and
 * asked no more.
 */
export function rangedFile(url: string): RangedFile {
  let kept: Uint8Array | null = null;
  let coming: Promise<Uint8Array> | null = null;

  const part = (bytes: Uint8Array, from: number, to: number) => {
    if (bytes.byteLength < to) throw new UserError('bad-records', `${url} ends at byte ${bytes.byteLength}, but byte ${to - 1} was asked for: the file is not whole.`);
    return bytes.subarray(from, to);
  };
  return {
    async slice(from, to, signal) {
      if (kept !== null) return part(kept, from, to);
      const response = await ask(url, { signal, headers: { range: `bytes=${from}-${to - 1}` } });
      const bytes = new Uint8Array(await response.arrayBuffer());
      if (response.status !== 206) {
        kept = bytes;
        return part(bytes, from, to);
      }
      return part(bytes, 0, to - from);
    },
    async whole(signal, onBytes = () => undefined) {
      if (kept !== null) return kept;
      coming ??= ask(url, { signal }).then((response) => readAll(response, onBytes));
      try {
        kept = await coming;
        return kept;
      } finally {
        coming = null;
      }
    },
  };
}

/** A JSON file. Null where the server has none. @throws UserError */
export async function readJson(url: string, signal: AbortSignal): Promise<unknown> {
  const response = await answer(url, { signal });
  // A missing file is answered with a page by many servers.
  if (response.status === 404 || response.status === 410 || /^text\/html\b/i.test(response.headers.get('content-type') ?? '')) {
    await response.body?.cancel();
    return null;
  }
  if (!response.ok) throw refused(url, response);
  const text = await response.text();
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new UserError('bad-records', `${url} is not JSON (${messageOf(error)}).`);
  }
}

async function answer(url: string, init: RequestInit & { signal: AbortSignal }): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch {
    if (init.signal.aborted) throw abortError();
    throw new UserError('unreachable', `${url} can't be read: the server is down, or this computer is offline.`);
  }
}

async function ask(url: string, init: RequestInit & { signal: AbortSignal }): Promise<Response> {
  const response = await answer(url, init);
  if (!response.ok) throw refused(url, response);
  if (/^text\/html\b/i.test(response.headers.get('content-type') ?? '')) {
    await response.body?.cancel();
    throw new UserError('refused', `${url} is a web page, not the file: it isn't there.`);
  }
  return response;
}

const refused = (url: string, response: Response) => new UserError('refused', `the server answered ${response.status} for ${url}.`);

async function readAll(response: Response, onBytes: (bytes: number) => void): Promise<Uint8Array> {
  if (response.body === null) return new Uint8Array(await response.arrayBuffer());
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = response.body.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    chunks.push(next.value);
    size += next.value.byteLength;
    onBytes(size);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}
