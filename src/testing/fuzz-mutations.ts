import { encode, type Files } from './fuzz-model';

/** Draws whole numbers from 0 up to, not including, `n`. */
export type Draw = (n: number) => number;

type Json = Record<string, unknown>;
const DEEP = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
const HOSTILE: readonly unknown[] = [
  null, true, -1, 0, 1, 0.5, 1e308, 2 ** 53, 4_000_000_000, '', 'x', '__proto__', [], {}, [[1]], { constructor: 1 }, '\u0000', 'a'.repeat(5000), [1, 2, 3], -0.0001,
];
const DTYPES = ['F16', 'BF16', 'F32', 'F64', 'I8', 'U8', 'I32', 'BOOL', 'F8_E4M3', 'Q4_0', ''];
const parse = (bytes: Uint8Array | undefined) => JSON.parse(new TextDecoder().decode(bytes)) as Json;
const pick = <T>(draw: Draw, list: readonly T[]): T => list[draw(list.length)] as T;

/** One change of one file. Gives its name, for the report of a failure. */
export interface Mutation {
  readonly name: string;
  apply(files: Files, draw: Draw): void;
}

const weightsOf = (files: Files, draw: Draw) => pick(draw, Object.keys(files).filter((name) => name.endsWith('.safetensors')));
const jsonOf = (files: Files, draw: Draw) => pick(draw, Object.keys(files).filter((name) => name.endsWith('.json')));

function flip(bytes: Uint8Array, from: number, to: number, draw: Draw): Uint8Array {
  const copy = bytes.slice();
  for (let n = 1 + draw(4); n > 0; n -= 1) {
    const at = from + draw(Math.max(1, to - from));
    copy[at] = (copy[at] ?? 0) ^ (1 << draw(8));
  }
  return copy;
}

/** Something in the tree is replaced, removed, or exchanged with its neighbour. */
function disturb(root: unknown, draw: Draw): void {
  let node = root;
  for (;;) {
    if (typeof node !== 'object' || node === null) return;
    const keys = Object.keys(node);
    if (keys.length === 0) return;
    const key = pick(draw, keys);
    const child = (node as Json)[key];
    if (typeof child === 'object' && child !== null && draw(3) > 0 && Object.keys(child).length > 0) {
      node = child;
      continue;
    }
    const other = pick(draw, keys);
    const way = draw(4);
    if (way === 0 && !Array.isArray(node)) delete (node as Json)[key];
    else if (way === 1) [(node as Json)[key], (node as Json)[other]] = [(node as Json)[other], child];
    else (node as Json)[key] = pick(draw, HOSTILE);
    return;
  }
}

const editJson = (name: string, of: (files: Files, draw: Draw) => string | undefined, edit: (json: Json, draw: Draw) => unknown): Mutation => ({
  name,
  apply(files, draw) {
    const file = of(files, draw);
    if (file === undefined || files[file] === undefined) return;
    const json = parse(files[file]);
    files[file] = encode(JSON.stringify(edit(json, draw) ?? json));
  },
});
const editHeader = (name: string, edit: (header: Json, draw: Draw) => unknown): Mutation => ({
  name,
  apply(files, draw) {
    const file = weightsOf(files, draw);
    const bytes = files[file] ?? new Uint8Array(8);
    const end = 8 + Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
    const header = parse(bytes.subarray(8, end));
    const text = encode(JSON.stringify(edit(header, draw) ?? header));
    const out = new Uint8Array(8 + text.length + bytes.length - end);
    new DataView(out.buffer).setBigUint64(0, BigInt(text.length), true);
    out.set(text, 8);
    out.set(bytes.subarray(end), 8 + text.length);
    files[file] = out;
  },
});
type Entry = { dtype: string; shape: number[]; data_offsets: [number, number] };
const entryOf = (header: Json, draw: Draw) => header[pick(draw, Object.keys(header).filter((name) => name !== '__metadata__'))] as Entry;
const config = () => 'config.json';
const tokenizer = (files: Files) => (files['tokenizer.json'] === undefined ? undefined : 'tokenizer.json');
const index = (files: Files) => (files['model.safetensors.index.json'] === undefined ? undefined : 'model.safetensors.index.json');

/** Every way in which a model's files are broken. */
export const mutations: readonly Mutation[] = [
  { name: 'nothing at all', apply: () => undefined },
  { name: 'bits of weights', apply: (files, draw) => void ((name) => (files[name] = flip(files[name] as Uint8Array, 0, (files[name] as Uint8Array).length, draw)))(weightsOf(files, draw)) },
  { name: 'bits of the header', apply: (files, draw) => void ((name) => (files[name] = flip(files[name] as Uint8Array, 0, 1200, draw)))(weightsOf(files, draw)) },
  { name: 'bits of a JSON file', apply: (files, draw) => void ((name) => (files[name] = flip(files[name] as Uint8Array, 0, (files[name] as Uint8Array).length, draw)))(jsonOf(files, draw)) },
  { name: 'weights cut off', apply: (files, draw) => void ((name) => (files[name] = (files[name] as Uint8Array).subarray(0, draw((files[name] as Uint8Array).length))))(weightsOf(files, draw)) },
  { name: 'a JSON file cut off', apply: (files, draw) => void ((name) => (files[name] = (files[name] as Uint8Array).subarray(0, draw((files[name] as Uint8Array).length))))(jsonOf(files, draw)) },
  { name: 'bytes appended', apply: (files, draw) => void ((name) => (files[name] = Uint8Array.from([...(files[name] as Uint8Array), ...new Uint8Array(1 + draw(9))])))(weightsOf(files, draw)) },
  {
    name: 'another header length',
    apply(files, draw) {
      const name = weightsOf(files, draw);
      const bytes = (files[name] as Uint8Array).slice();
      new DataView(bytes.buffer).setBigUint64(0, pick(draw, [0n, 1n, 2n ** 63n, 2n ** 64n - 1n, 100_000_001n, 2n ** 32n, BigInt(draw(3000))]), true);
      files[name] = bytes;
    },
  },
  { name: 'another file in place of the weights', apply: (files, draw) => void (files[weightsOf(files, draw)] = encode(pick(draw, ['', '<!doctype html>', 'PK\u0003\u0004zip', 'GGUF\u0003\u0000', '{"a":1}', '\u0080\u0002}q\u0000']))) },
  { name: 'a file is missing', apply: (files, draw) => void delete files[pick(draw, Object.keys(files))] },
  editHeader('the header disturbed', (header, draw) => disturb(header, draw)),
  editHeader('another header', (_, draw) => pick(draw, HOSTILE)),
  editHeader('tensors exchanged', (header, draw) => {
    const [a, b] = [entryOf(header, draw), entryOf(header, draw)];
    const field = pick(draw, ['dtype', 'shape', 'data_offsets'] as const);
    [a[field], b[field]] = [b[field] as never, a[field] as never];
  }),
  editHeader('another dtype', (header, draw) => {
    const entry = entryOf(header, draw);
    entry.dtype = pick(draw, DTYPES);
  }),
  editHeader('a dtype of the same size', (header, draw) => {
    for (const entry of Object.values(header) as Entry[]) if (entry.dtype !== undefined && draw(3) === 0) entry.dtype = entry.dtype === 'F32' ? pick(draw, ['I32', 'U32']) : pick(draw, ['BF16', 'I16', 'U16']);
  }),
  editHeader('a shape of the same size', (header, draw) => {
    const entry = entryOf(header, draw);
    entry.shape = pick(draw, [[...entry.shape].reverse(), [entry.shape.reduce((n, m) => n * m, 1)], [1, ...entry.shape], [...entry.shape, 1]]);
  }),
  editHeader('a tensor renamed', (header, draw) => {
    const name = pick(draw, Object.keys(header));
    const entry = header[name];
    delete header[name];
    header[pick(draw, [`${name}x`, name.replace('model.', ''), '__proto__x', 'model.embed_tokens.weight'])] = entry;
  }),
  editHeader('a tensor moved', (header, draw) => {
    const entry = entryOf(header, draw);
    const by = pick(draw, [-4, 4, 2 ** 40, -(2 ** 20), 1]);
    entry.data_offsets = [entry.data_offsets[0] + by, entry.data_offsets[1] + by];
  }),
  editJson('the config disturbed', config, (json, draw) => disturb(json, draw)),
  editJson('another config', config, (_, draw) => pick(draw, HOSTILE)),
  editJson('a size of the config changed', config, (json, draw) => {
    const names = ['hidden_size', 'n_embd', 'intermediate_size', 'n_inner', 'num_hidden_layers', 'n_layer', 'num_layers', 'num_attention_heads', 'n_head', 'num_heads', 'num_key_value_heads', 'head_dim', 'vocab_size', 'max_position_embeddings', 'n_positions', 'num_experts', 'num_experts_per_tok'];
    const known = names.filter((name) => json[name] !== undefined);
    const name = pick(draw, known.length > 0 ? known : names);
    json[name] = pick(draw, [1, 2, 3, 5, 8, 64, 100_000, 3_000_000, 10 ** 9]);
  }),
  editJson('another family', config, (json, draw) => void (json['model_type'] = pick(draw, ['mamba', 'rwkv', 't5', '', 'LLAMA', 'constructor', '__proto__', 'gpt-2']))),
  editJson('a variant', config, (json, draw) => {
    const [name, value] = pick(draw, [['hidden_act', 'quick_gelu'], ['hidden_act', 'toString'], ['rope_parameters', { rope_type: 'yarn', factor: 4 }], ['rope_parameters', { rope_type: 'longrope' }]] as const);
    json[name] = value;
  }),
  { name: 'a config of great depth', apply: (files) => void (files['config.json'] = encode(new TextDecoder().decode(files['config.json']).replace(/\}$/, `,"x":${DEEP}}`))) },
  editJson('the tokenizer disturbed', tokenizer, (json, draw) => disturb(json, draw)),
  editJson('a part of the tokenizer replaced', tokenizer, (json, draw) => {
    const part = pick(draw, ['model', 'decoder', 'normalizer', 'pre_tokenizer', 'post_processor', 'added_tokens']);
    json[part] = pick(draw, [...HOSTILE, { type: 'Unknown' }, { type: 'Sequence' }, { type: 'BPE' }]);
  }),
  editJson('the model of the tokenizer disturbed', tokenizer, (json, draw) => {
    const model = json['model'] as Json;
    model[pick(draw, ['type', 'vocab', 'merges', 'unk_token', 'byte_fallback'])] = pick(draw, [...HOSTILE, { a: 0, b: 1 }, [['a', 'b']], ['a b'], 'BPE', 'Unigram', 'WordPiece']);
  }),
  editJson('another tokenizer', tokenizer, (_, draw) => pick(draw, HOSTILE)),
  editJson('the index disturbed', index, (json, draw) => disturb(json, draw)),
  editJson('a shard renamed', index, (json, draw) => {
    const map = json['weight_map'] as Json;
    map[pick(draw, Object.keys(map))] = pick(draw, ['model-00003-of-00002.safetensors', '../model.safetensors', 'a/b.safetensors', 'model.bin', 'x.safetensors']);
  }),
  {
    name: 'a shard repeated',
    apply(files) {
      const [a, b] = Object.keys(files).filter((name) => /^model-0000/.test(name));
      if (a !== undefined && b !== undefined) files[b] = files[a] as Uint8Array;
    },
  },
];
