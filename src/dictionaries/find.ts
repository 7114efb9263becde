import { UserError } from '../lib/errors';
import { megabytes } from '../models/files';
import { readTensorFile } from './containers';
import { isJson } from './formats/config';
import type { DictionaryFolder, FoundFiles, Json } from './types';

/** Names of weight files by which formats are known, likeliest first. */
const WEIGHT_FILES = ['sae_weights.safetensors', 'sae.safetensors', 'params.safetensors', 'params.npz', 'ae.pt', 'checkpoints/final.safetensors', 'final.safetensors'];
const CONFIG_FILES = ['cfg.json', 'config.json', 'hyperparams.json'];
/** What lies beside a dictionary without being its weights. */
const BESIDE = new Set(['sparsity.safetensors', 'activations_store_state.safetensors']);
const IS_WEIGHTS = /\.(safetensors|npz|pt|pth|bin|pkl)$/i;
const MAX_CONFIG = 4_000_000;

/** Finds the settings and the tensors in a folder. @param maxBytes that the file may have. @throws UserError `missing-file` and what containers throw. */
export async function findFiles(folder: DictionaryFolder, maxBytes: number): Promise<Omit<FoundFiles, 'overrides' | 'model'>> {
  const known = await pickWeights(folder);
  const config = await readConfig(folder, known);
  for (const file of known === null ? WEIGHT_FILES : [known]) {
    const blob = await folder.get(file, { limit: maxBytes });
    if (blob === null) continue;
    const { tensors, values } = await readTensorFile(file, blob, maxBytes);
    checkSize(tensors, maxBytes, file);
    return { folder, file, bytes: blob.size, tensors, values, config };
  }
  throw new UserError(
    'missing-file',
    known === null
      ? `there is no dictionary in ${folder.place}: none of ${WEIGHT_FILES.join(', ')} lies there. Give the folder of one dictionary, or the address of its weight file.`
      : `there is no ${known} in ${folder.place}.`,
  );
}

/** The weight file where the folder can be listed or a file was named; null: to be tried. */
async function pickWeights({ names, chosen, place }: DictionaryFolder): Promise<string | null> {
  if (chosen !== null) return chosen;
  if (names === null) return null;
  const weights = names.filter((name) => IS_WEIGHTS.test(name) && !BESIDE.has(name));
  const known = WEIGHT_FILES.find((name) => weights.includes(name));
  const twice = [known, ...CONFIG_FILES].find((name) => name !== undefined && names.indexOf(name) !== names.lastIndexOf(name));
  if (twice !== undefined)
    throw new UserError('missing-file', `${place} holds several dictionaries: ${names.filter((name) => name === twice).length} of its files are named ${twice}. Drop the folder of one.`);
  if (known !== undefined) return known;
  if (weights.length === 1) return weights[0] ?? null;
  throw new UserError(
    'missing-file',
    weights.length === 0
      ? `${place} holds no weight file (.safetensors, .npz or .pt). Drop the dictionary's folder, with its cfg.json.`
      : `${place} holds several weight files (${weights.slice(0, 5).join(', ')}). Drop the files of one dictionary.`,
  );
}

async function readConfig(folder: DictionaryFolder, weights: string | null): Promise<Json | null> {
  const beside = weights === null ? [] : [`${weights.replace(/\.[^.]*$/, '')}_cfg.json`];
  const listed = folder.names === null ? null : new Set(folder.names);
  for (const name of [...CONFIG_FILES, ...beside]) {
    if (listed !== null && !listed.has(name)) continue;
    const blob = await folder.get(name, { limit: MAX_CONFIG });
    if (blob === null) continue;
    return parseConfig(name, await blob.text());
  }
  return null;
}

/** A small file's JSON object. @throws UserError `bad-config`. */
export function parseConfig(name: string, text: string): Json {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UserError('bad-config', `${name} is not JSON. Get the file again from where it came.`);
  }
  if (!isJson(value)) throw new UserError('bad-config', `${name} is not a JSON object. Get the file again from where it came.`);
  return value;
}

/** Before anything is allocated: what the tensors take as float32. */
function checkSize(tensors: FoundFiles['tensors'], maxBytes: number, file: string): void {
  let bytes = 0;
  for (const { shape } of tensors.values()) bytes += 4 * shape.reduce((product, n) => product * n, 1);
  if (bytes > maxBytes) throw new UserError('too-large', `${file} takes ${megabytes(bytes)} as float32; at most ${megabytes(maxBytes)} can be held here. Choose a narrower dictionary.`);
}
