import { openAsBlob, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { ModelSource } from '../anatomy/model-info';
import { loadModelFiles, type FileStore, type OpenTokenizer } from '../models';
import type { MemoryLimits } from '../models/memory';
import { diskStore, type DiskStore } from './disk-store';
import { serveFiles, type FileServer } from './file-server';
import { Clock, failed, tryTokenizer, wrongModel, type Outcome } from './fuzz-checks';
import { familyFiles, familyWeights, FUZZED_FAMILIES } from './fuzz-families';
import { plainWeights, tinyFiles, type Files } from './fuzz-model';
import { mutations, type Draw, type Mutation } from './fuzz-mutations';
import { networkFaults, restore, sceneSource, serveScene, type NetworkFault, type Scene } from './fuzz-network';
import { HARD_TEXTS, patternMutation, templateMutation } from './fuzz-tokenizers';

/** The classes of errors that files by themselves can bring up. */
export const FILE_ERRORS = [
  'not-safetensors', 'header-too-large', 'truncated', 'bad-header', 'header-lies', 'bad-config', 'unknown-family', 'unsupported-config', 'too-large',
  'missing-tensor', 'misshapen-tensor', 'unsupported-dtype', 'bad-index', 'missing-shard', 'missing-file', 'bad-tokenizer', 'endless-tokenizer', 'text-too-long',
  'bad-template', 'template-refused', 'unreadable',
] as const;
/** Those of networks and servers. */
export const NETWORK_ERRORS = ['unreachable', 'refused', 'html-instead', 'changed', 'damaged', 'gated', 'missing-model', 'bad-url', 'unknown-model'] as const;
const TEXT = 'Once upon a time, there were 3 naïve cats 🐈.';
const MESSAGES = [{ role: 'system', content: 'Be brief.' }, { role: 'user', content: 'Hi' }];

export interface FuzzOptions {
  readonly count: number;
  readonly seed: number;
  /** Milliseconds that anything may take. */
  readonly patience: number;
  /** Opens a tokenizer in a thread, as the app does. */
  readonly threads: OpenTokenizer;
}

export interface FuzzReport {
  /** By error code; `loaded` for those that were still right. */
  readonly hits: ReadonlyMap<string, number>;
  /** What must not be: an error without a class, a wrong success, a long wait. */
  readonly faults: readonly string[];
  readonly slowest: number;
}

/** A model before it is broken, and what its files must give. */
interface Victim {
  readonly name: string;
  readonly files: Files;
  expected(files: Files): Map<string, number[]> | Promise<Map<string, number[]>>;
}

/** Every second one is the tiny Llama with a tokenizer, the others go through the families in turn. */
function chooseVictim(trial: number, draw: Draw, wants: 'tokenizer' | 'anything'): Victim {
  const kind = draw(3) === 0 ? 'shards' : 'whole';
  const tokens = wants === 'tokenizer' ? (draw(2) === 0 ? 'spm' : 'byte_level') : draw(6) === 0 ? 'spm' : draw(6) === 0 ? 'byte_level' : 'none';
  const dtype = draw(2) === 0 ? 'F32' : 'F16';
  const family = FUZZED_FAMILIES[Math.floor(trial / 2) % FUZZED_FAMILIES.length];
  if (trial % 2 === 0 || wants === 'tokenizer' || family === undefined) return { name: 'tiny', files: tinyFiles(kind, dtype, tokens), expected: plainWeights };
  return { name: family, files: familyFiles(family, kind), expected: (files) => familyWeights(family, files) };
}

type Way = { readonly kind: 'files'; readonly mutation: Mutation } | { readonly kind: 'pattern' | 'template' | 'long text' | 'moved file' | 'small device' } | { readonly kind: 'network'; readonly fault: NetworkFault };

const WAYS: readonly Way[] = [
  ...mutations.map((mutation): Way => ({ kind: 'files', mutation })),
  ...networkFaults.map((fault): Way => ({ kind: 'network', fault })),
  { kind: 'pattern' }, { kind: 'template' }, { kind: 'pattern' }, { kind: 'template' }, { kind: 'long text' }, { kind: 'moved file' }, { kind: 'small device' },
];

const nameOf = (way: Way) => (way.kind === 'files' ? way.mutation.name : way.kind === 'network' ? way.fault.name : way.kind);

/** Breaks small models in `count` ways that follow from the seed, and loads each. */
export async function fuzz({ count, seed, patience, threads }: FuzzOptions): Promise<FuzzReport> {
  const generator = xoroshiro128plus(seed);
  const draw: Draw = (n) => uniformInt(generator, 0, n - 1);
  const host = await serveFiles({});
  const gone = await serveFiles({});
  await gone.close();
  const store = diskStore();
  const lab: Lab = { draw, host, nowhere: gone.url, store, threads };
  const hits = new Map<string, number>();
  const faults: string[] = [];
  let slowest = 0;
  try {
    for (let trial = 0; trial < count; trial += 1) {
      const way = WAYS[trial % WAYS.length];
      if (way === undefined) break;
      // The round is added, so that a way doesn't always meet the same families.
      const victim = chooseVictim(trial + Math.floor(trial / WAYS.length), draw, way.kind === 'files' || way.kind === 'network' ? 'anything' : 'tokenizer');
      const what = `trial ${trial} of seed ${seed} (${victim.name}: ${nameOf(way)})`;
      const outcome = await tryOut(way, victim, lab);
      slowest = Math.max(slowest, outcome.slowest);
      if (outcome.slowest > patience) faults.push(`${what} took ${Math.round(outcome.slowest)} ms`);
      if (outcome.fault !== null) faults.push(`${what}: ${outcome.fault}`);
      hits.set(outcome.code, (hits.get(outcome.code) ?? 0) + 1);
    }
  } finally {
    await host.close();
    store.dispose();
  }
  return { hits, faults, slowest };
}

interface Lab {
  readonly draw: Draw;
  readonly host: FileServer;
  readonly nowhere: string;
  readonly store: DiskStore;
  readonly threads: OpenTokenizer;
}

async function tryOut(way: Way, victim: Victim, lab: Lab): Promise<Outcome> {
  const { draw } = lab;
  const { files } = victim;
  switch (way.kind) {
    case 'files':
      way.mutation.apply(files, draw);
      return check(victim, files, { source: dropped(files), known: FILE_ERRORS, text: TEXT });
    case 'pattern':
      patternMutation.apply(files, draw);
      return check(victim, files, { source: dropped(files), known: ['bad-tokenizer', 'endless-tokenizer'], text: HARD_TEXTS[draw(2) * draw(HARD_TEXTS.length)] ?? TEXT, openTokenizer: lab.threads });
    case 'template':
      templateMutation.apply(files, draw);
      return check(victim, files, { source: dropped(files), known: ['bad-template', 'template-refused'], text: TEXT, isChat: true });
    case 'long text':
      return check(victim, files, { source: dropped(files), known: ['text-too-long'], text: 'x'.repeat(1_000_001) });
    case 'moved file':
      return check(victim, files, { source: await movedAway(files, lab), known: ['unreadable'], text: TEXT });
    case 'small device':
      return check(victim, files, { source: dropped(files), known: ['too-large'], text: TEXT, limits: { total: 100 + draw(500), weights: 2 ** 27 } });
    case 'network': {
      const scene: Scene = { host: lab.host, nowhere: lab.nowhere, draw, files, source: sceneSource(way.fault.from, lab.host) };
      restore(lab.host);
      way.fault.arrange(scene);
      serveScene(scene);
      // What an earlier trial stored at the same address must not stand in.
      for (const name of await lab.store.names()) await lab.store.remove(name);
      const outcome = await check(victim, files, { source: scene.source, known: way.fault.expected, text: TEXT, hubUrl: lab.host.url, ...(draw(2) === 0 || way.fault.expected.includes('damaged') ? { store: lab.store } : {}) });
      return way.fault.expected.includes(outcome.code) || outcome.fault !== null ? outcome : { ...outcome, fault: `it came to "${outcome.code}".` };
    }
  }
}

const dropped = (files: Files): ModelSource => ({ kind: 'files', name: 'fuzzed', files: Object.entries(files).map(([name, bytes]) => new File([bytes as Uint8Array<ArrayBuffer>], name)) });

/** Dropped files of which the weights are changed on the disk before they are read. */
async function movedAway(files: Files, { store }: Lab): Promise<ModelSource> {
  const source = dropped(files);
  const name = Object.keys(files).find((one) => one.endsWith('.safetensors')) ?? '';
  const path = join(store.folder, 'moved.safetensors');
  writeFileSync(path, files[name] as Uint8Array);
  const blob = await openAsBlob(path);
  truncateSync(path, 8);
  const moved = Object.defineProperty(blob, 'name', { value: name }) as File;
  return source.kind === 'files' ? { ...source, files: [...source.files.filter((file) => file.name !== name), moved] } : source;
}

interface Check {
  readonly source: ModelSource;
  readonly known: readonly string[];
  readonly text: string;
  readonly openTokenizer?: OpenTokenizer;
  readonly hubUrl?: string;
  readonly store?: FileStore;
  readonly isChat?: boolean;
  readonly limits?: MemoryLimits;
}

async function check(victim: Victim, files: Files, { source, known, text, isChat, ...options }: Check): Promise<Outcome> {
  const clock = new Clock();
  try {
    const model = await clock.time(() =>
      loadModelFiles(source, { signal: new AbortController().signal, onProgress: () => undefined, baseUrl: 'http://localhost/', limits: { total: 2 ** 28, weights: 2 ** 27 }, ...options }),
    );
    try {
      const fault = await wrongModel(model, files, await victim.expected(files));
      const tokens = fault === null ? await tryTokenizer(model.tokenizer, text, clock) : fault;
      if (isChat === true) await clock.time(() => model.chat?.render(MESSAGES));
      return { code: 'loaded', fault: tokens, slowest: clock.slowest };
    } finally {
      model.tokenizer?.close();
    }
  } catch (error) {
    return failed(error, known, clock);
  }
}
