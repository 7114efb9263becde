import { createHash } from 'node:crypto';
import type { ModelSource } from '../anatomy/model-info';
import type { FileServer } from './file-server';
import { encode, type Files } from './fuzz-model';
import type { Draw } from './fuzz-mutations';

const pick = <T>(draw: Draw, list: readonly T[]): T => list[draw(list.length)] as T;
const FOLDER = 'm/';
const HUB = 'ours/tiny/resolve/main/';
const weightsOf = (files: Files) => Object.keys(files).filter((name) => name.endsWith('.safetensors'));
const INDEX = 'model.safetensors.index.json';

/** What a fault works on: the model's files, the server that is to give them, and what is asked for. */
export interface Scene {
  readonly host: FileServer;
  /** An address where nobody answers. */
  readonly nowhere: string;
  readonly draw: Draw;
  files: Files;
  source: ModelSource;
}

/** One way in which a network or a server fails, and what it must come to: an error's code, or `loaded` with the right weights. */
export interface NetworkFault {
  readonly name: string;
  readonly from: 'url' | 'hub';
  readonly expected: readonly string[];
  arrange(scene: Scene): void;
}

const status = (scene: Scene, of: (path: string) => boolean, code: number, headers: Record<string, string> = {}) =>
  void (scene.host.manners.refuse = (path) => (of(path) ? { status: code, headers } : null));
const isWeights = (path: string) => path.endsWith('.safetensors');
const cut = ({ host, files, draw }: Scene, times: number) =>
  void (host.manners.breakAfter = Array.from({ length: times }, () => 1 + draw((files[weightsOf(files)[0] ?? ''] ?? new Uint8Array(9)).length - 1)));

export const networkFaults: readonly NetworkFault[] = [
  { name: 'nothing', from: 'url', expected: ['loaded'], arrange: () => undefined },
  { name: 'nothing, from the Hub', from: 'hub', expected: ['loaded'], arrange: () => undefined },
  { name: 'no config', from: 'url', expected: ['missing-file'], arrange: ({ files }) => void delete files['config.json'] },
  {
    name: 'no weights', from: 'url', expected: ['missing-file', 'missing-shard'],
    arrange: ({ files }) => weightsOf(files).forEach((name) => delete files[name]),
  },
  {
    name: 'a shard is missing', from: 'url', expected: ['missing-shard', 'missing-file'],
    arrange: ({ files, draw }) => void delete files[pick(draw, weightsOf(files))],
  },
  {
    name: 'the index names a shard that is nowhere', from: 'hub', expected: ['missing-shard'],
    arrange: ({ files }) => void (files[INDEX] = encode('{"weight_map":{"a":"model-00001-of-00009.safetensors"}}')),
  },
  {
    name: 'the index knows half of the tensors only', from: 'url', expected: ['missing-tensor', 'loaded'],
    arrange: ({ files }) => void (files[INDEX] === undefined || (files[INDEX] = encode('{"weight_map":{"a":"model-00001-of-00002.safetensors"}}'))),
  },
  {
    name: 'refused', from: 'url', expected: ['refused'],
    arrange: (scene) => status(scene, () => true, pick(scene.draw, [401, 403, 429, 500, 502, 503])),
  },
  {
    name: 'the weights refused', from: 'url', expected: ['refused'],
    arrange: (scene) => status(scene, isWeights, pick(scene.draw, [401, 403, 429, 500, 503])),
  },
  {
    name: 'gated', from: 'hub', expected: ['gated'],
    arrange: (scene) => status(scene, () => true, pick(scene.draw, [401, 403]), scene.draw(2) === 0 ? {} : { 'x-error-code': 'GatedRepo' }),
  },
  {
    name: 'not on the Hub', from: 'hub', expected: ['missing-model'],
    arrange: (scene) => status(scene, () => true, pick(scene.draw, [401, 404]), { 'x-error-code': pick(scene.draw, ['RepoNotFound', 'RevisionNotFound']) }),
  },
  {
    name: 'the Hub is out of order', from: 'hub', expected: ['refused'],
    arrange: (scene) => status(scene, () => true, pick(scene.draw, [429, 500, 503])),
  },
  {
    name: 'a page in place of the config', from: 'url', expected: ['html-instead', 'bad-config'],
    arrange: ({ host, draw }) => void (host.manners.page = { of: (path) => path.endsWith('config.json'), isSaid: draw(2) === 0 }),
  },
  {
    name: 'a page in place of the weights', from: 'url', expected: ['html-instead', 'not-safetensors'],
    arrange: ({ host, draw }) => void (host.manners.page = { of: isWeights, isSaid: draw(2) === 0 }),
  },
  { name: 'the connection breaks, and goes on', from: 'url', expected: ['loaded'], arrange: (scene) => cut(scene, 1 + scene.draw(3)) },
  {
    name: 'the connection breaks at a server without parts', from: 'url', expected: ['loaded'],
    arrange: (scene) => {
      scene.host.manners.ranges = false;
      cut(scene, 1);
    },
  },
  {
    name: 'the connection breaks at a server without versions', from: 'url', expected: ['unreachable'],
    arrange: (scene) => {
      scene.host.manners.etag = 'none';
      cut(scene, 1);
    },
  },
  { name: 'the connection breaks again and again', from: 'url', expected: ['unreachable'], arrange: ({ host }) => void (host.manners.breakAfter = [500, ...Array.from({ length: 12 }, () => 0)]) },
  {
    name: 'parts from elsewhere than asked for', from: 'url', expected: ['loaded'],
    arrange: (scene) => {
      const bytes = pick(scene.draw, [-300, -1, 1, 64]);
      scene.host.manners.partsShiftedBy = { bytes, isTold: scene.draw(2) === 0 };
      scene.host.manners.breakAfter = [400 + scene.draw(400)];
    },
  },
  {
    name: 'changed meanwhile', from: 'url', expected: ['changed'],
    arrange: ({ host, draw }) => {
      host.manners.breakAfter = [100 + draw(200)];
      const { etag } = host.manners;
      host.manners.refuse = () => {
        // The answer before broke off: the next one is of another version.
        if (host.manners.breakAfter.length === 0) host.manners.etag = `${etag}2`;
        return null;
      };
    },
  },
  {
    name: 'more is announced than comes', from: 'url', expected: ['unreachable'],
    arrange: ({ host, draw }) => {
      host.manners.lengthOff = 1 + draw(1000);
      host.manners.etag = 'none';
    },
  },
  {
    name: 'more comes than is announced', from: 'url', expected: ['truncated', 'unreachable', 'not-safetensors'],
    arrange: ({ host, files, draw }) => void (host.manners.lengthOff = -1 - draw(Math.min(...weightsOf(files).map((name) => files[name]?.length ?? 9)) - 1)),
  },
  {
    name: 'other bytes than were promised', from: 'hub', expected: ['damaged'],
    arrange: (scene) => {
      for (const name of weightsOf(scene.files)) {
        const bytes = (scene.files[name] as Uint8Array).slice();
        scene.files[`raw:${name}`] = encode(`version https://git-lfs.github.com/spec/v1\noid sha256:${createHash('sha256').update(bytes).digest('hex')}\nsize ${bytes.length}\n`);
        const at = bytes.length - 1 - scene.draw(40);
        bytes[at] = (bytes[at] ?? 0) ^ (1 << scene.draw(8));
        scene.files[name] = bytes;
      }
    },
  },
  { name: 'nobody answers', from: 'url', expected: ['unreachable'], arrange: (scene) => void (scene.source = { kind: 'url', url: scene.nowhere }) },
  { name: 'a redirect in a circle', from: 'url', expected: ['unreachable'], arrange: (scene) => status(scene, () => true, 302, { location: `/${FOLDER}config.json` }) },
  {
    name: 'no address', from: 'url', expected: ['bad-url'],
    arrange: (scene) => void (scene.source = scene.draw(2) === 0 ? { kind: 'url', url: pick(scene.draw, ['file:///etc/', 'javascript:1', 'http://', 'http://a:b:c/', 'data:,x']) } : { kind: 'hub', id: pick(scene.draw, ['../x', 'a/b/c', '', 'datasets/x', 'a b/c']), revision: 'main' }),
  },
  { name: 'a name that is not in the catalogue', from: 'url', expected: ['unknown-model'], arrange: (scene) => void (scene.source = { kind: 'catalogue', id: pick(scene.draw, ['', 'gpt5', '__proto__', 'lacuna-16M']) }) },
];

/** Puts the scene's files where the source looks for them. */
export function serveScene({ host, files, source }: Scene): void {
  const prefix = source.kind === 'hub' ? HUB : FOLDER;
  host.files = Object.fromEntries(
    Object.entries(files).map(([name, bytes]) => (name.startsWith('raw:') ? [`${HUB.replace('resolve', 'raw')}${name.slice(4)}`, bytes] : [prefix + name, bytes])),
  );
}

export const sceneSource = (from: 'url' | 'hub', host: FileServer): ModelSource =>
  from === 'hub' ? { kind: 'hub', id: 'ours/tiny', revision: 'main' } : { kind: 'url', url: `${host.url}${FOLDER}` };

/** A host that behaves again. */
export function restore(host: FileServer): void {
  Object.assign(host.manners, { ranges: true, etag: 'hash', lastModified: null, breakAfter: [], stallAfter: [], partsShiftedBy: null, lengthOff: 0, page: null, refuse: () => null });
}
