import { abortError, UserError } from '../lib/errors';

/** Told of a file's bytes as they come, in order. `restart`: the file begins, anew where something came before. */
export interface Sink {
  restart(size: number | null): void;
  chunk(bytes: Uint8Array): void;
}

export interface ReadOptions {
  readonly signal: AbortSignal;
  /** Reading stops with a UserError `too-large` beyond this many bytes. */
  readonly limit: number;
  readonly sink?: Sink;
}

/** Where a file's bytes stay while its model is in use. `disk`: the file that was dropped; `stored`: this browser's storage. */
export type Holder = 'disk' | 'stored' | 'memory';

/** A file that has come whole. Its parts are read by `blob.slice`, as often as they are needed. */
export interface HeldFile {
  readonly name: string;
  readonly blob: Blob;
  readonly holder: Holder;
}

/** What can be told of a file before it is fetched. */
export interface FileFacts {
  /** In bytes; null while nobody has told. */
  readonly size: number | null;
  /** False when nothing has to be downloaded for it. */
  readonly isRemote: boolean;
}

/** The beginning of a file, and how long the whole is. */
export interface Peek {
  readonly bytes: Uint8Array;
  readonly size: number;
}

/** A folder that holds a model: on a server, or dropped into the page. */
export interface ModelFolder {
  /** For messages: where the files are looked for. */
  readonly place: string;
  /** The weight files where their names can be told without opening any; null when one has to ask for them by name. */
  readonly listed: readonly string[] | null;
  /** Null when the folder is known not to have it. */
  describe(name: string, signal: AbortSignal): Promise<FileFacts | null>;
  /** The first bytes of a file, or all of a shorter one, without the rest; null where that can't be had. @throws AbortError */
  peek(name: string, bytes: number, signal: AbortSignal): Promise<Peek | null>;
  /** Brings a file here, or gives null when the folder doesn't have it. */
  get(name: string, options: ReadOptions): Promise<HeldFile | null>;
}

export function tooLarge(name: string, limit: number): UserError {
  return new UserError('too-large', `${name} is larger than the ${megabytes(limit)} that this device can take for it.`);
}

/** The text of a small file. */
export async function textOf({ blob }: HeldFile): Promise<string> {
  return new TextDecoder().decode(await blob.arrayBuffer());
}

/** The beginning of bytes that are here; of none when they can't be read. */
export async function peekBlob(blob: Blob, bytes: number): Promise<Peek> {
  const read = await blob.slice(0, bytes).arrayBuffer().catch(() => new ArrayBuffer(0));
  return { bytes: new Uint8Array(read), size: blob.size };
}

/**
 * Reads a stream to its end. @throws AbortError, or what the stream throws.
 *
 * @param take is given every chunk, and waited for.
 */
export async function drain(stream: ReadableStream<Uint8Array>, signal: AbortSignal, take: (chunk: Uint8Array) => void | Promise<void>): Promise<void> {
  const reader = stream.getReader();
  const cancel = () => void reader.cancel().catch(() => undefined);
  signal.addEventListener('abort', cancel, { once: true });
  try {
    for (;;) {
      if (signal.aborted) throw abortError();
      const { done, value } = await reader.read();
      if (signal.aborted) throw abortError();
      if (done) return;
      await take(value);
    }
  } catch (error) {
    cancel();
    if (signal.aborted) throw abortError();
    throw error;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

/** 1 MB = 1,000,000 bytes, as download sizes are given. */
export function megabytes(bytes: number): string {
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
