import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync, zipSync } from 'fflate';
import type { Dictionary } from '../anatomy/dictionary';
import { decode, encode, openDictionary } from '../dictionaries';
import { Clock, failed, type Outcome } from './fuzz-checks';
import type { Files } from './fuzz-model';
import type { Draw } from './fuzz-mutations';

/** Every class of errors that a dictionary's files can bring up. */
export const DICTIONARY_ERRORS = [
  'not-safetensors', 'header-too-large', 'truncated', 'bad-header', 'header-lies', 'bad-config', 'missing-file', 'missing-tensor', 'misshapen-tensor', 'unsupported-dtype',
  'unsupported-architecture', 'unknown-format', 'unsafe-pickle', 'bad-pickle', 'legacy-pickle', 'outside-storage', 'damaged-zip', 'bad-npy', 'not-finite', 'no-hook', 'unknown-hook', 'no-k', 'square', 'too-large',
  'unsupported-storage',
] as const;

const GOLDEN = join(import.meta.dirname, '../dictionaries/golden');
/** So that what is too large needn't be large. */
const MAX_BYTES = 1_000_000;

/** Files that PyTorch wrote, one dictionary each, of every format; the ones to be refused are among them. */
export function dictionaryFiles(): readonly { readonly name: string; readonly files: Files }[] {
  const folders = [
    ...readdirSync(join(GOLDEN, 'formats')).map((name) => join(GOLDEN, 'formats', name)),
    join(GOLDEN, 'records-sample/blocks.0.hook_resid_post'),
  ].filter((folder) => statSync(folder).isDirectory());
  return folders.map((folder) => ({
    name: folder.split('/').slice(-1)[0] ?? folder,
    files: Object.fromEntries(
      readdirSync(folder)
        .filter((name) => /\.(json|safetensors|npz|pt)$/.test(name) && name !== 'expected.json' && !name.startsWith('records'))
        .map((name) => [name, new Uint8Array(readFileSync(join(folder, name)))]),
    ),
  }));
}

const pick = <T>(draw: Draw, list: readonly T[]): T => list[draw(list.length)] as T;
const text = (value: string) => new TextEncoder().encode(value);
const ofKind = (files: Files, kind: RegExp) => Object.keys(files).filter((name) => kind.test(name));
const WEIGHTS = /\.(safetensors|npz|pt)$/;

/** A byte or a few changed somewhere from `from` on, before `to`. */
function flipped(bytes: Uint8Array, from: number, to: number, draw: Draw): Uint8Array {
  const copy = bytes.slice();
  for (let n = 1 + draw(4); n > 0 && copy.length > 0; n -= 1) {
    const at = Math.min(copy.length - 1, from + draw(Math.max(1, to - from)));
    copy[at] = draw(2) === 0 ? (copy[at] ?? 0) ^ (1 << draw(8)) : draw(256);
  }
  return copy;
}

const HOSTILE: readonly unknown[] = [
  null, true, false, -1, 0, 1, 0.5, 1e308, 2 ** 53, 7, '', 'x', '__proto__', 'none', 'topk', 'temporal', 'gated', 'jumprelu', 'blocks.1.hook_resid_post', 'blocks.99999.hook_x', [], {}, [[1]],
  { constructor: 1 }, '\u0000', 'a'.repeat(3000), [4, 2],
];

function disturb(root: unknown, draw: Draw): void {
  let node = root;
  while (typeof node === 'object' && node !== null && Object.keys(node).length > 0) {
    const keys = Object.keys(node);
    const holder = node as Record<string, unknown>;
    const key = pick(draw, keys);
    const child = holder[key];
    if (typeof child === 'object' && child !== null && draw(3) > 0 && Object.keys(child).length > 0) {
      node = child;
      continue;
    }
    const other = pick(draw, keys);
    const way = draw(4);
    if (way === 0 && !Array.isArray(node)) delete holder[key];
    else if (way === 1) [holder[key], holder[other]] = [holder[other], child];
    else holder[key] = pick(draw, HOSTILE);
    return;
  }
}

interface Mutation {
  readonly name: string;
  readonly kind: RegExp;
  /** Null: the file is taken away. */
  change(bytes: Uint8Array, draw: Draw): Uint8Array | null;
}

const ZIP = /\.(npz|pt)$/;
const PICKLES = ['cposix\nsystem\n(X\u0004\u0000\u0000\u0000exitq\u0000tR.', 'c__builtin__\neval\n.', 'ctorch\nFloatStorage\n.', '].', '(((((', ')R.', 'h\u0000.', 'N.', '}q\u0000h\u0000s.'];

function inZip(bytes: Uint8Array, draw: Draw, change: (content: Uint8Array, name: string) => Uint8Array | null, which: RegExp): Uint8Array {
  let files: Record<string, Uint8Array>;
  try {
    files = unzipSync(bytes);
  } catch {
    return bytes; // one of the files that are no zip
  }
  const names = Object.keys(files).filter((name) => which.test(name));
  if (names.length === 0) return bytes;
  const name = pick(draw, names);
  const changed = change(files[name] ?? new Uint8Array(0), name);
  if (changed === null) delete files[name];
  else files[name] = changed;
  return zipSync(files, { level: draw(2) === 0 ? 0 : 6 });
}

function editHeader(bytes: Uint8Array, edit: (header: Record<string, unknown>) => void): Uint8Array {
  const end = 8 + Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, end))) as Record<string, unknown>;
  edit(header);
  const changed = text(JSON.stringify(header));
  const out = new Uint8Array(8 + changed.length + bytes.length - end);
  new DataView(out.buffer).setBigUint64(0, BigInt(changed.length), true);
  out.set(changed, 8);
  out.set(bytes.subarray(end), 8 + changed.length);
  return out;
}

type Entry = { dtype: string; shape: number[]; data_offsets: [number, number] };
const tensorsIn = (header: Record<string, unknown>) => Object.keys(header).filter((name) => name !== '__metadata__');

const mutations: readonly Mutation[] = [
  { name: 'nothing', kind: WEIGHTS, change: (bytes) => bytes },
  { name: 'bits anywhere', kind: WEIGHTS, change: (bytes, draw) => flipped(bytes, 0, bytes.length, draw) },
  { name: 'bits at the beginning', kind: WEIGHTS, change: (bytes, draw) => flipped(bytes, 0, 600, draw) },
  { name: 'bits at the end', kind: ZIP, change: (bytes, draw) => flipped(bytes, Math.max(0, bytes.length - 900), bytes.length, draw) },
  { name: 'cut off', kind: WEIGHTS, change: (bytes, draw) => bytes.subarray(0, draw(bytes.length)) },
  { name: 'bytes appended', kind: WEIGHTS, change: (bytes, draw) => Uint8Array.from([...bytes, ...new Uint8Array(1 + draw(30))]) },
  { name: 'another file in its place', kind: WEIGHTS, change: (_, draw) => text(pick(draw, ['', '<!doctype html>', 'GGUF', '{"a":1}', 'PK\u0003\u0004', 'PK\u0005\u0006', '\u0080\u0002'])) },
  { name: 'a bare pickle in its place', kind: ZIP, change: (_, draw) => Uint8Array.from([0x80, 2 + draw(4), ...text(pick(draw, PICKLES))]) },
  { name: 'no such file', kind: /./, change: () => null },
  { name: 'another header length', kind: /\.safetensors$/, change: (bytes, draw) => {
    const copy = bytes.slice();
    new DataView(copy.buffer).setBigUint64(0, pick(draw, [0n, 1n, 2n ** 63n, 100_000_001n, 2n ** 32n, BigInt(draw(3000))]), true);
    return copy;
  } },
  { name: 'the header disturbed', kind: /\.safetensors$/, change: (bytes, draw) => editHeader(bytes, (header) => disturb(header, draw)) },
  { name: 'tensors under other names', kind: /\.safetensors$/, change: (bytes, draw) => editHeader(bytes, (header) => {
    const [a, b] = [pick(draw, tensorsIn(header)), pick(draw, tensorsIn(header))];
    [header[a], header[b]] = [header[b], header[a]];
  }) },
  { name: 'a tensor under a name that nobody knows', kind: /\.safetensors$/, change: (bytes, draw) => editHeader(bytes, (header) => {
    const name = pick(draw, tensorsIn(header));
    header[`${name}_old`] = header[name];
    delete header[name];
  }) },
  { name: 'another dtype', kind: /\.safetensors$/, change: (bytes, draw) => editHeader(bytes, (header) => {
    const entry = header[pick(draw, tensorsIn(header))] as Entry;
    entry.dtype = pick(draw, ['F16', 'BF16', 'I32', 'U32', 'F8_E4M3', 'I8', 'F64']);
  }) },
  { name: 'a shape of the same size', kind: /\.safetensors$/, change: (bytes, draw) => editHeader(bytes, (header) => {
    const entry = header[pick(draw, tensorsIn(header))] as Entry;
    entry.shape = pick(draw, [[...entry.shape].reverse(), [entry.shape.reduce((n, m) => n * m, 1)], [1, ...entry.shape], [...entry.shape, 1]]);
  }) },
  { name: 'numbers that are none', kind: WEIGHTS, change: (bytes, draw) => {
    const copy = bytes.slice();
    const at = Math.max(0, Math.floor((copy.length / 2 + draw(copy.length / 4)) / 4) * 4);
    copy.set([0, 0, 192, 127], Math.min(at, Math.max(0, copy.length - 4)));
    return copy;
  } },
  { name: 'a JSON file disturbed', kind: /\.json$/, change: (bytes, draw) => {
    const json = JSON.parse(new TextDecoder().decode(bytes)) as unknown;
    for (let n = 1 + draw(3); n > 0; n -= 1) disturb(json, draw);
    return text(JSON.stringify(json));
  } },
  { name: 'bits of a JSON file', kind: /\.json$/, change: (bytes, draw) => flipped(bytes, 0, bytes.length, draw) },
  { name: 'something else as JSON', kind: /\.json$/, change: (_, draw) => text(pick(draw, ['', '[]', 'null', '1', '"x"', '{}', '{'.repeat(5000), '['.repeat(20_000) + ']'.repeat(20_000)])) },
  { name: 'a part of a zip is missing', kind: ZIP, change: (bytes, draw) => inZip(bytes, draw, () => null, /./) },
  { name: 'bits of a part of a zip', kind: ZIP, change: (bytes, draw) => inZip(bytes, draw, (content) => flipped(content, 0, content.length, draw), /./) },
  { name: 'bits of a pickle or of an array\'s header', kind: ZIP, change: (bytes, draw) => inZip(bytes, draw, (content) => flipped(content, 0, Math.min(content.length, 128), draw), /(data\.pkl|\.npy)$/) },
  { name: 'a part of a zip cut off', kind: ZIP, change: (bytes, draw) => inZip(bytes, draw, (content) => content.subarray(0, draw(content.length)), /./) },
  { name: 'another pickle', kind: ZIP, change: (bytes, draw) => inZip(bytes, draw, () => Uint8Array.from([0x80, 2, ...text(pick(draw, PICKLES))]), /data\.pkl$/) },
  { name: 'a pickle with a call in front', kind: ZIP, change: (bytes, draw) => inZip(bytes, draw, (content) => Uint8Array.from([0x80, 2, ...text('cos\nsystem\n(X\u0005\u0000\u0000\u0000falsetR0'), ...content.subarray(2)]), /data\.pkl$/) },
  { name: 'a part that unpacks to much', kind: ZIP, change: (bytes, draw) => inZip(bytes, draw, () => new Uint8Array(MAX_BYTES + draw(1000)), /./) },
  { name: 'a hook point that no model has', kind: /cfg\.json$/, change: (bytes, draw) => {
    const json = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
    const hook_name = pick(draw, ['blocks.0.hook_resid_past', 'blocks.-1.hook_resid_post', 'blocks.1e3.hook_mlp_out', '__proto__', 'a'.repeat(5000)]);
    const holder = 'metadata' in json ? { metadata: { ...(json['metadata'] as object), hook_name } } : { hook_name };
    return text(JSON.stringify({ ...json, ...holder }));
  } },
  { name: 'another packing', kind: /cfg\.json$/, change: (bytes, draw) => {
    const json = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
    json['lacuna'] = { ...(json['lacuna'] as object | undefined), [pick(draw, ['storage', 'version', 'bits'])]: pick(draw, [0, 1, 3, 4, 8, 'tied-map', 'x', null]) };
    return text(JSON.stringify(json));
  } },
  { name: 'other opcodes', kind: ZIP, change: (bytes, draw) => inZip(bytes, draw, (content) => Uint8Array.from(content, (byte) => (draw(60) === 0 ? draw(256) : byte)), /data\.pkl$/) },
];

export interface DictionaryFuzzReport {
  readonly hits: ReadonlyMap<string, number>;
  readonly faults: readonly string[];
  readonly slowest: number;
}

/** Breaks dictionary files in every way and opens them. Each has to give a dictionary that is whole, or an error in words, soon. */
export async function fuzzDictionaries(count: number, draw: Draw, patience: number): Promise<DictionaryFuzzReport> {
  const originals = dictionaryFiles();
  const hits = new Map<string, number>();
  const faults: string[] = [];
  let slowest = 0;
  for (let run = 0; run < count; run += 1) {
    const { name, files } = pick(draw, originals);
    const broken: Files = { ...files };
    const done: string[] = [];
    for (let n = 1 + (draw(4) === 0 ? 1 : 0); n > 0; n -= 1) {
      const usable = mutations.filter(({ kind }) => ofKind(broken, kind).length > 0);
      if (usable.length === 0) break;
      const mutation = pick(draw, usable);
      const file = pick(draw, ofKind(broken, mutation.kind));
      done.push(`${mutation.name} of ${file}`);
      const changed = changeOrKeep(mutation, broken[file] ?? new Uint8Array(0), draw);
      if (changed === null) delete broken[file];
      else broken[file] = changed;
    }
    const outcome = await tryOne(broken, draw);
    hits.set(outcome.code, (hits.get(outcome.code) ?? 0) + 1);
    slowest = Math.max(slowest, outcome.slowest);
    const fault = outcome.fault ?? (outcome.slowest > patience ? `it took ${Math.round(outcome.slowest)} ms.` : null);
    if (fault !== null) faults.push(`run ${run}, ${name}: ${done.join(', ')}: ${fault}`);
  }
  return { hits, faults, slowest };
}

/** A second mutation may find a file that is no JSON or no safetensors any more: it stays as it is. */
function changeOrKeep(mutation: Mutation, bytes: Uint8Array, draw: Draw): Uint8Array | null {
  try {
    return mutation.change(bytes, draw);
  } catch {
    return bytes;
  }
}

async function tryOne(files: Files, draw: Draw): Promise<Outcome> {
  const clock = new Clock();
  const list = Object.entries(files).map(([name, bytes]) => new File([bytes as Uint8Array<ArrayBuffer>], name));
  // Half of them are told what their files leave open, so that more is read.
  const as = draw(2) === 0 ? {} : { hookName: 'blocks.1.hook_resid_post', k: 4 };
  const ports = { signal: new AbortController().signal, onProgress: () => undefined, baseUrl: 'http://localhost/', config: null, maxBytes: MAX_BYTES };
  try {
    const dictionary = await clock.time(() => openDictionary({ kind: 'files', name: 'broken', files: list, as }, ports));
    return { code: 'opened', fault: wrongDictionary(dictionary, files) ?? (await clock.time(() => wrongArithmetic(dictionary))), slowest: clock.slowest };
  } catch (error) {
    return failed(error, DICTIONARY_ERRORS, clock);
  }
}

/** Why a dictionary that was opened isn't whole, or isn't what its file says; null where it is. */
function wrongDictionary({ info, weights }: Dictionary, files: Files): string | null {
  const { dIn, dOut, dSae, spec } = info;
  const lengths: readonly (readonly [string, Float32Array | null, number])[] = [
    ['W_enc', weights.W_enc, dIn * dSae], ['W_dec', weights.W_dec, dSae * dOut], ['b_enc', weights.b_enc, dSae], ['b_dec', weights.b_dec, dOut], ['threshold', weights.threshold, dSae],
    ['b_mag', weights.gated?.b_mag ?? null, dSae], ['r_mag', weights.gated?.r_mag ?? null, dSae], ['W_skip', weights.W_skip, dOut * dIn], ['scaling factor', weights.scalingFactor, dSae],
  ];
  for (const [name, values, length] of lengths) {
    if (values !== null && values.length !== length) return `${name} has ${values.length} numbers, not ${length}.`;
    if (values !== null && name !== 'threshold' && !values.every(Number.isFinite)) return `${name} holds what is no number.`;
  }
  if (spec.encoder === 'jumprelu' && weights.threshold === null) return 'there is no threshold.';
  if (spec.encoder === 'gated' && weights.gated === null) return 'there is no gate.';
  if (spec.encoder === 'topk' && !(Number.isSafeInteger(spec.k) && (spec.k ?? 0) > 0)) return `k is ${String(spec.k)}.`;
  // What was folded is no longer what is stored: the goldens' matter.
  if (info.notes.some((note) => note.includes('folded into the encoder'))) return null;
  return wrongNumbers(info.format, weights.W_dec, files['sae_weights.safetensors']);
}

/** W_dec of a plain SAELens file of float32, read in the simplest way. */
function wrongNumbers(format: string, W_dec: Float32Array, file: Uint8Array | undefined): string | null {
  if (file === undefined || !/^SAELens( \(|$)/.test(format)) return null;
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const end = 8 + Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, end))) as Record<string, Entry | undefined>;
  const [entry, bias] = [header['W_dec'], header['b_enc'] ?? header['b_gate']];
  // Turned files and two-byte numbers are the goldens' matter.
  if (entry?.dtype !== 'F32' || entry.shape[0] !== bias?.shape[0]) return null;
  const wrong = W_dec.findIndex((value, i) => !Object.is(value, view.getFloat32(end + entry.data_offsets[0] + 4 * i, true)));
  return wrong === -1 ? null : `W_dec[${wrong}] came out otherwise than the file says.`;
}

function wrongArithmetic(dictionary: Dictionary): string | null {
  const { dIn, dOut, dSae } = dictionary.info;
  const x = Float32Array.from({ length: dIn }, (_, i) => Math.sin(i));
  const f = encode(dictionary, x, 1);
  return f.length === dSae && decode(dictionary, f, 1, x).length === dOut ? null : 'it gives other shapes than it says.';
}
