import { abortError, UserError } from '../lib/errors';

/** What a server is asked for. */
export interface Ask {
  readonly signal: AbortSignal;
  readonly method?: 'HEAD';
  /** The first byte wanted; the answer may still be the whole file. */
  readonly from?: number;
  /** The last byte wanted, together with `from`. */
  readonly to?: number;
  readonly cache?: RequestCache;
}

/** A model's folder on a server. */
export interface RemoteFiles {
  /** For messages. */
  readonly place: string;
  /** Under what its files are kept in the browser's storage. */
  readonly owner: string;
  /** True when a file under its address can never change. */
  readonly isFixed: boolean;
  urlOf(name: string): URL;
  /** The answer of the server, 206 and 416 only where a part was asked for; null when it doesn't have the file. @throws in words. */
  ask(name: string, ask: Ask): Promise<Response | null>;
  /** The SHA-256 and size of a file, where the server tells them without sending it. */
  contentOf(name: string, signal: AbortSignal): Promise<{ readonly sha256: string; readonly size: number } | null>;
}

/** Ends of an address that name a file of the model, not its folder. */
const MODEL_FILE = /[^/]*\.(json|safetensors)$/;

/**
 * The address of a folder, with a slash at its end. The address of one of the model's files stands for its folder.
 *
 * @throws UserError `bad-url`.
 */
export function folderUrl(url: string, baseUrl: string): URL {
  let folder: URL;
  try {
    folder = new URL(url, baseUrl);
  } catch {
    throw new UserError('bad-url', `"${url}" is not an address. Give the address of a folder with config.json and model.safetensors.`);
  }
  if (folder.protocol !== 'http:' && folder.protocol !== 'https:')
    throw new UserError('bad-url', `models are read from http and https addresses, not from "${folder.protocol}".`);
  folder.hash = '';
  folder.search = '';
  folder.pathname = folder.pathname.replace(MODEL_FILE, '');
  if (!folder.pathname.endsWith('/')) folder.pathname += '/';
  return folder;
}

/** A folder at an address. A file that isn't there counts as absent; every other failure is an error that says what to do. */
export function remoteFiles(folder: URL): RemoteFiles {
  const urlOf = (name: string) => new URL(name, folder);
  return {
    place: folder.href,
    owner: folder.href,
    isFixed: false,
    urlOf,
    contentOf: () => Promise.resolve(null),
    ask: (name, ask) =>
      answerOf(urlOf(name), name, ask, (response) => {
        if (response.status === 404 || response.status === 410) return null;
        const said = response.statusText === '' ? '' : ` (${response.statusText})`;
        return new UserError(
          'refused',
          `${folder.host} answered ${response.status}${said} for ${name}. Check the address, and that the files may be read without signing in.`,
        );
      }),
  };
}

/**
 * Asks a server for a file.
 *
 * @param refusal puts an answer that is no file into words; null: the file is absent.
 * @throws AbortError, UserError `unreachable` or `html-instead`, or the refusal.
 */
export async function answerOf(
  url: URL,
  name: string,
  { signal, method, from, to, cache }: Ask,
  refusal: (response: Response) => UserError | null,
): Promise<Response | null> {
  const headers: Record<string, string> = from === undefined ? {} : { range: `bytes=${from}-${to ?? ''}` };
  const response = await reach(url, { signal, headers, ...(method === undefined ? {} : { method }), ...(cache === undefined ? {} : { cache }) });
  if (from !== undefined && response.status === 416) return response;
  if (!response.ok) {
    const problem = refusal(response);
    await response.body?.cancel();
    if (problem === null) return null;
    throw problem;
  }
  // Many servers answer a missing file with a page and status 200.
  if (/^text\/html\b/i.test(response.headers.get('content-type') ?? '')) {
    await response.body?.cancel();
    throw new UserError('html-instead', `${url.href} is a web page, not the model's ${name}. Give the address of the folder that the files themselves lie in (on Hugging Face: …/resolve/main/).`);
  }
  return response;
}

async function reach(url: URL, init: RequestInit & { readonly signal: AbortSignal }): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch {
    if (init.signal.aborted) throw abortError();
    throw new UserError(
      'unreachable',
      `${url.href} can't be read. The server is down, the address is wrong, or the server doesn't let other sites read its files ` +
        '(CORS: it has to send "Access-Control-Allow-Origin").',
    );
  }
}
