import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadModelFiles } from '../models';
import { encode, numberReader, type Files } from './fuzz-model';
import { goldenFolder, type OwnGolden } from './golden';
import { writeSafetensors } from './safetensors';

/** Every family that a small model of ours exists of. */
export const FUZZED_FAMILIES: readonly OwnGolden[] = ['gpt2', 'llama', 'llama31', 'llama_mha_tied', 'gpt_neo', 'gpt_neox', 'bloom', 'gemma2', 'gemma3_text', 'olmo2', 'qwen3_moe'];

const read = (name: OwnGolden, file: string) => new Uint8Array(readFileSync(join(goldenFolder(name), file)));
const kept = new Map<OwnGolden, Files>();

/** The files of a family's small model, in one weight file or in two. */
export function familyFiles(name: OwnGolden, kind: 'whole' | 'shards'): Files {
  const whole = kept.get(name) ?? { 'config.json': read(name, 'config.json'), 'model.safetensors': read(name, 'model.safetensors') };
  kept.set(name, whole);
  if (kind === 'whole') return { ...whole };
  const tensors = tensorsOf(whole);
  const half = Math.ceil(tensors.length / 2);
  const shards = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'] as const;
  const weight_map = Object.fromEntries(tensors.map(({ name: tensor }, i) => [tensor, shards[i < half ? 0 : 1]]));
  return {
    'config.json': whole['config.json'] as Uint8Array,
    [shards[0]]: writeSafetensors(tensors.slice(0, half)),
    [shards[1]]: writeSafetensors(tensors.slice(half)),
    'model.safetensors.index.json': encode(JSON.stringify({ metadata: { total_size: tensors.reduce((sum, { bytes }) => sum + bytes.length, 0) }, weight_map })),
  };
}

interface Tensor {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

function tensorsOf(files: Files): Tensor[] {
  const file = files['model.safetensors'] as Uint8Array;
  const end = 8 + Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, end))) as Record<string, { dtype: string; shape: number[]; data_offsets: [number, number] }>;
  return Object.entries(header)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, { dtype, shape, data_offsets: [from, to] }]) => ({ name, dtype, shape, bytes: file.subarray(end + from, end + to) }));
}

const routes = new Map<string, Promise<Map<string, readonly (readonly [string, number])[]>>>();

/**
 * Where each number of each weight lies in the files of a family under this config: found by loading the same tensors with every
 * number exchanged for its place. The goldens say that places are right; this says that a broken file's numbers come from there.
 */
function routesOf(name: OwnGolden, config: Uint8Array): Promise<Map<string, readonly (readonly [string, number])[]>> {
  const key = `${name} ${new TextDecoder().decode(config)}`;
  const known = routes.get(key) ?? findRoutes(name, config);
  routes.set(key, known);
  return known;
}

async function findRoutes(name: OwnGolden, config: Uint8Array): Promise<Map<string, readonly (readonly [string, number])[]>> {
  const places: (readonly [string, number])[] = [];
  const numbered = tensorsOf(familyFiles(name, 'whole')).map(({ name: tensor, shape }) => {
    const values = Float32Array.from({ length: shape.reduce((n, m) => n * m, 1) }, (_, index) => places.push([tensor, index]) - 1);
    return { name: tensor, dtype: 'F32', shape, bytes: new Uint8Array(values.buffer) };
  });
  if (places.length > 2 ** 24) throw new Error('float32 does not count so far.');
  const files = [new File([config as Uint8Array<ArrayBuffer>], 'config.json'), new File([writeSafetensors(numbered) as Uint8Array<ArrayBuffer>], 'model.safetensors')];
  const model = await loadModelFiles({ kind: 'files', name, files }, { signal: new AbortController().signal, onProgress: () => undefined, baseUrl: 'http://localhost/' });
  const found = new Map<string, readonly (readonly [string, number])[]>();
  for await (const { name: weight, data } of model.weights()) found.set(weight, Array.from(data, (serial) => places[serial] as readonly [string, number]));
  return found;
}

/** The weights that these files must give, read in the plainest way. */
export async function familyWeights(name: OwnGolden, files: Files): Promise<Map<string, number[]>> {
  const at = numberReader(files);
  const found = await routesOf(name, files['config.json'] as Uint8Array);
  return new Map([...found].map(([weight, places]) => [weight, places.map(([tensor, index]) => at(tensor, index))]));
}
