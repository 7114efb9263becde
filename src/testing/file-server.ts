import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { notFound, serve, type TestServer } from './serve';

/** How a server behaves; may be changed while it runs. */
export interface Manners {
  ranges: boolean;
  /** The hash of the content as the version's name, none, or this one. */
  etag: 'hash' | 'none' | string;
  lastModified: string | null;
  /** Bytes of a body after which the connection breaks, for one answer each, in order. */
  breakAfter: number[];
  /** Bytes of a body after which nothing more comes, though the connection stays; for one answer each, in order. */
  stallAfter: number[];
  /** Bytes by which parts begin elsewhere than they were asked for. `isTold`: as the header of the answer says. */
  partsShiftedBy: { readonly bytes: number; readonly isTold: boolean } | null;
  /** What is added to the length that the answer states. */
  lengthOff: number;
  /** Paths that are answered by a web page with status 200; `isSaid`: and by its content type. */
  page: { readonly of: (path: string) => boolean; readonly isSaid: boolean } | null;
  /** Status and headers for paths that are refused. */
  refuse: (path: string) => { readonly status: number; readonly headers?: Record<string, string> } | null;
}

export interface FileServer extends TestServer {
  readonly manners: Manners;
  files: Record<string, Uint8Array>;
  /** Bytes of bodies sent, by path. */
  readonly sent: Map<string, number>;
  /** Ranges asked for. */
  readonly ranges: string[];
  /** Paths of which only the beginning was asked for. */
  readonly peeks: string[];
}

/** A file host with HEAD, ranges and ETags, as well-mannered or as broken as a test wants. Paths are without query. */
export async function serveFiles(files: Record<string, Uint8Array>): Promise<FileServer> {
  const manners: Manners = { ranges: true, etag: 'hash', lastModified: null, breakAfter: [], stallAfter: [], partsShiftedBy: null, lengthOff: 0, page: null, refuse: () => null };
  const sent = new Map<string, number>();
  const ranges: string[] = [];
  const peeks: string[] = [];
  const server = await serve((response, path, request) => answer(response, path, request), true);
  const host: FileServer = Object.assign(server, { manners, files, sent, ranges, peeks });

  function answer(response: ServerResponse, path: string, request: IncomingMessage): void {
    // As hosts that let other sites read their files send them.
    response.setHeader('access-control-allow-origin', '*');
    response.setHeader('access-control-expose-headers', 'etag, x-error-code, content-range');
    const refused = manners.refuse(path);
    if (refused !== null) return void response.writeHead(refused.status, refused.headers ?? {}).end();
    if (manners.page?.of(path) === true) {
      const page = '<!doctype html><title>Welcome</title>';
      return void response.writeHead(200, { 'content-type': manners.page.isSaid ? 'text/html; charset=utf-8' : 'application/octet-stream', 'content-length': page.length }).end(page);
    }
    const bytes = host.files[path];
    if (bytes === undefined) return notFound(response);
    const [, asked, last = ''] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
    if (last !== '') peeks.push(path);
    else if (asked !== undefined) ranges.push(`${path} ${asked}`);
    const from = manners.ranges && asked !== undefined ? Number(asked) : 0;
    const isPart = manners.ranges && asked !== undefined;
    if (isPart && from >= bytes.length) return void response.writeHead(416).end();
    const shift = isPart && from > 0 ? (manners.partsShiftedBy?.bytes ?? 0) : 0;
    const end = isPart && last !== '' ? Math.min(bytes.length, Number(last) + 1) : bytes.length;
    const body = bytes.subarray(Math.max(0, from + shift), end);
    const etag = manners.etag === 'hash' ? createHash('md5').update(bytes).digest('hex') : manners.etag;
    response.writeHead(isPart ? 206 : 200, {
      'content-type': 'application/octet-stream',
      'content-length': body.length + (request.method === 'GET' && path.endsWith('.safetensors') && last === '' ? manners.lengthOff : 0),
      ...(manners.etag === 'none' ? {} : { etag: `"${etag}"` }),
      ...(manners.lastModified === null ? {} : { 'last-modified': manners.lastModified }),
      ...(isPart ? { 'content-range': `bytes ${from + (manners.partsShiftedBy?.isTold === true ? shift : 0)}-${end - 1}/${bytes.length}` } : {}),
    });
    if (request.method === 'HEAD') return void response.end();
    // A look at the beginning is no download.
    const isDownload = path.endsWith('.safetensors') && last === '';
    const cut = isDownload ? manners.breakAfter.shift() : undefined;
    const stall = cut === undefined && isDownload ? manners.stallAfter.shift() : undefined;
    if (stall !== undefined) {
      sent.set(path, (sent.get(path) ?? 0) + stall);
      return void response.write(body.subarray(0, stall));
    }
    const part = cut === undefined ? body : body.subarray(0, cut);
    sent.set(path, (sent.get(path) ?? 0) + part.length);
    if (cut === undefined && manners.lengthOff <= 0) response.end(part);
    else response.write(part, () => setImmediate(() => response.destroy()));
  }
  return host;
}
