import { parseDictionaryId, type DictionaryOverrides, type DictionarySource } from '../anatomy/dictionary';
import { isAbort, UserError } from '../lib/errors';
import { droppedFolder } from '../models/dropped-folder';
import type { ModelFolder } from '../models/files';
import { HUB_URL, hubFiles } from '../models/hub';
import { remoteFolder } from '../models/remote-folder';
import { remoteFiles, type RemoteFiles } from '../models/remote-files';
import { openLibrary } from '../models/storage/library';
import { splitOverrides } from './overrides';
import type { DictionaryFolder, DictionaryPorts } from './types';

/** Files whose name alone says that they are one, in a path that could be a folder's too. */
const IS_FILE = /\.(safetensors|npz|pt|pth|bin|pkl|json)$/i;

export interface Located {
  readonly folder: DictionaryFolder;
  readonly overrides: DictionaryOverrides;
  /** What a person calls it. */
  readonly name: string;
  /** Hub repository, where it lies on the Hub. */
  readonly repository: string | null;
  /** Address of the folder, with a slash at its end; null for dropped files. */
  readonly folderUrl: string | null;
  /** The server's files, for whoever wants parts of them: their names begin with `prefix`. Null for dropped files. */
  readonly remote: { readonly files: RemoteFiles; readonly prefix: string } | null;
}

/** Finds the folder that a source means. Nothing is fetched. @throws UserError `unknown-dictionary` or `bad-url`. */
export async function locate(source: DictionarySource, ports: DictionaryPorts): Promise<Located> {
  if (source.kind === 'files') return dropped(source.name, source.files, source.as ?? {}, ports);
  const { id, overrides } = splitOverrides(source.id);
  const parsed = parseDictionaryId(id);
  if (parsed === null) throw new UserError('unknown-dictionary', `"${id.slice(0, 200)}" is no name of a dictionary. Names begin with catalogue:, hub:, url:, files: or trained:.`);
  if ('hash' in parsed)
    throw new UserError(
      'needs-files',
      parsed.kind === 'files'
        ? 'this dictionary was dropped into the page: give its files again, this app has only their fingerprint.'
        : 'this dictionary was trained in another page and lies nowhere else: train it again, or drop its exported files.',
    );
  if (parsed.kind === 'catalogue') {
    const url = new URL(`dictionaries/${parsed.model}/${parsed.folder}/`, ports.baseUrl);
    // Beside the page: the browser's own cache keeps it.
    return { ...(await remote(remoteFiles(url), '', url, ports, false)), overrides, name: `${parsed.model} ${parsed.folder}`, repository: null };
  }
  if (parsed.kind === 'hub') {
    const files = hubFiles({ id: parsed.id, revision: parsed.revision }, ports.hubUrl ?? HUB_URL);
    const path = parsed.path.replace(/^\/+/, '');
    const found = await remote(files, path, files.urlOf(''), ports, true);
    return { ...found, overrides, name: [parsed.id, path].filter((part) => part !== '').join('/'), repository: parsed.id };
  }
  const url = addressOf(parsed.url, ports.baseUrl);
  const [folder, file] = splitPath(url.pathname);
  url.pathname = folder;
  const found = await remote(remoteFiles(url), file, url, ports, true);
  return { ...found, overrides, name: `${url.host}${folder}${file}`, repository: null };
}

function addressOf(text: string, baseUrl: string): URL {
  const url = URL.parse(text, baseUrl);
  if (url === null || !/^https?:$/.test(url.protocol)) throw new UserError('bad-url', `"${text.slice(0, 200)}" is not an address that can be read. Give the http(s) address of a dictionary's folder or file.`);
  url.hash = '';
  url.search = '';
  return url;
}

/** The folder of a path, with a slash at its end, and the file in it; '' when the path is a folder. */
function splitPath(path: string): [folder: string, file: string] {
  const slash = path.lastIndexOf('/') + 1;
  const last = path.slice(slash);
  return IS_FILE.test(last) ? [path.slice(0, slash), last] : [path === '' || path.endsWith('/') ? path : `${path}/`, ''];
}

async function remote(files: RemoteFiles, path: string, base: URL, ports: DictionaryPorts, isStored: boolean): Promise<Pick<Located, 'folder' | 'folderUrl' | 'remote'>> {
  const [folder, file] = splitPath(path);
  const note = (text: string) => ports.onProgress({ stage: 'files', loadedBytes: 0, totalBytes: null, note: text });
  const library = isStored && ports.store != null ? await openLibrary(ports.store) : null;
  const inner = remoteFolder(files, library, note);
  return {
    folder: wrap(inner, {
      prefix: folder,
      place: folder === '' ? files.place : `${folder} of ${files.place}`,
      hint: `${decodeURIComponent(base.pathname)}${folder}${file}`,
      names: null,
      chosen: file === '' || file.endsWith('.json') ? null : file,
      ports,
    }),
    folderUrl: new URL(folder, base).href,
    remote: { files, prefix: folder },
  };
}

function dropped(name: string, files: readonly File[], overrides: DictionaryOverrides, ports: DictionaryPorts): Located {
  // A name that lies in several folders stays there as often: which of its files is meant can't be told.
  const names = files.map((file) => file.name);
  const paths = files.map((file) => (file.webkitRelativePath === undefined || file.webkitRelativePath === '' ? file.name : file.webkitRelativePath));
  const folder = wrap(droppedFolder(name, files), { prefix: '', place: `"${name}"`, hint: [name, ...paths].join(' '), names, chosen: null, ports });
  return { folder, overrides, name, repository: null, folderUrl: null, remote: null };
}

interface WrapOptions extends Pick<DictionaryFolder, 'place' | 'hint' | 'names' | 'chosen'> {
  readonly prefix: string;
  readonly ports: DictionaryPorts;
}

/** A model folder as a dictionary's: names relative to a path in it, a page in place of a file counts as absent. */
function wrap(inner: ModelFolder, { prefix, ports, ...about }: WrapOptions): DictionaryFolder {
  const { signal, onProgress } = ports;
  return {
    ...about,
    async get(name, { limit = Infinity } = {}) {
      let loadedBytes = 0;
      let totalBytes: number | null = null;
      const sink = {
        restart(size: number | null) {
          loadedBytes = 0;
          totalBytes = size;
        },
        chunk(bytes: Uint8Array) {
          loadedBytes += bytes.length;
          onProgress({ stage: 'files', loadedBytes, totalBytes });
        },
      };
      try {
        const held = await inner.get(prefix + name, { signal, limit, sink });
        return held?.blob ?? null;
      } catch (error) {
        if (!isAbort(error) && error instanceof UserError && error.code === 'html-instead') return null;
        throw error;
      }
    },
  };
}
