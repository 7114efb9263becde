import type { DictionaryWeights } from '../../anatomy/dictionary';
import { UserError } from '../../lib/errors';
import { sizeOf } from '../containers/tensor';
import type { Format, FoundFiles, Json, ReadDictionary } from '../types';
import { countIn, jsonIn, textIn } from './config';
import { hookOf, hookOutOf } from './hooks';
import { checkFinite, lengthOf, NO_EXTRAS, noteBDec, noteNorms, tensorOf, vectorOf, type Notes } from './parts';
import { readSaelensConfig } from './saelens-config';

/** The layout of the dictionaries that ship with the app: SAELens's settings, packed weights (RECORDS.md). */
export const shipped: Format = {
  name: 'Lacuna (packed SAELens)',
  recognises: ({ config }) => config !== null && 'lacuna' in config,
  read: readShipped,
};

/** Bits of one entry of the decoder. @throws UserError `unsupported-storage`. */
export function bitsOf(config: Json): number {
  const own = jsonIn(config, 'lacuna');
  const storage = textIn(own, 'storage');
  const version = countIn(own, 'version');
  const bits = countIn(own, 'bits') ?? 0;
  if (storage !== 'tied-map' || version !== 1 || ![4, 5, 6, 8].includes(bits))
    throw new UserError('unsupported-storage', `cfg.json says that the weights are packed as "${String(storage).slice(0, 40)}", version ${version}, ${bits} bits; this app reads "tied-map", version 1, of 4, 5, 6 or 8 bits. Load the page again: it may be older than the files.`);
  return bits;
}

async function readShipped(files: FoundFiles): Promise<ReadDictionary> {
  const notes: Notes = [];
  const raw = files.config ?? {};
  const bits = bitsOf(raw);
  const config = readSaelensConfig(raw, notes);
  const dSae = lengthOf(files, 'b_enc');
  const d = lengthOf(files, 'b_dec');
  if (config.encoder !== 'jumprelu' || config.dIn !== d || config.dSae !== dSae)
    throw new UserError('bad-config', `cfg.json says ${config.architecture}, d_in ${config.dIn} and d_sae ${config.dSae}, but the packed tensors are a jumprelu dictionary of ${d} and ${dSae}. The two files don't belong together.`);
  const W_dec = await decoderOf(files, d, dSae, bits);
  const W_enc = await encoderOf(files, W_dec, d, dSae);
  const hookName = hookOf(files, config.hookName, notes);
  const weights: DictionaryWeights = {
    ...NO_EXTRAS,
    W_enc,
    W_dec,
    b_enc: await vectorOf(files, 'b_enc', dSae),
    b_dec: await vectorOf(files, 'b_dec', d),
    threshold: await vectorOf(files, 'threshold', dSae, { infinite: true }),
  };
  notes.push(`The decoder is stored with ${bits} bits per number; the encoder is a stored linear map of the decoder.`);
  noteBDec(config.applyBDecToInput, notes);
  noteNorms(W_dec, dSae, notes);
  return {
    spec: {
      encoder: 'jumprelu', k: null, rescaleActsByDecoderNorm: false, applyBDecToInput: files.overrides.applyBDecToInput ?? config.applyBDecToInput,
      normalizeActivations: files.overrides.normalizeActivations ?? config.normalizeActivations, centerInput: files.overrides.centerInput ?? false, hookName, hookNameOut: hookOutOf(files, config.hookNameOut, hookName, notes),
    },
    weights,
    dIn: d,
    dOut: d,
    dSae,
    format: 'SAELens, packed',
    architecture: config.architecture,
    storedDtype: `int${bits} per row`,
    notes,
    modelName: config.modelName,
    neuronpediaId: config.neuronpediaId,
  };
}

/** W_dec[i, j] = W_dec_scale[i] · (code[i, j] − 2^(bits−1)). @returns [n, d] */
async function decoderOf(files: FoundFiles, d: number, dSae: number, bits: number): Promise<Float32Array> {
  const stride = Math.ceil((d * bits) / 8);
  const codes = await arrayOf(files, 'W_dec_packed', 'uint8', [dSae, stride]);
  const scales = await vectorOf(files, 'W_dec_scale', dSae);
  const out = new Float32Array(dSae * d);
  for (let i = 0; i < dSae; i += 1) unpackRow(codes.subarray(i * stride, (i + 1) * stride), bits, scales[i] ?? 0, out.subarray(i * d, (i + 1) * d));
  return out;
}

/** One row of codes without gaps, least significant bit first. @param codes its bytes, as numbers. @param out [d] is filled. */
export function unpackRow(codes: ArrayLike<number>, bits: number, scale: number, out: Float32Array): void {
  const zero = 2 ** (bits - 1);
  const mask = 2 ** bits - 1;
  for (let j = 0; j < out.length; j += 1) {
    const first = j * bits;
    const byte = first >> 3;
    const word = (codes[byte] ?? 0) | ((codes[byte + 1] ?? 0) << 8);
    out[j] = scale * (((word >> (first & 7)) & mask) - zero);
  }
}

/** W_enc[a, i] = encoder_scale[i] · Σ_j map_scale[a] · map[a, j] · W_dec[i, j]. @returns [d, n] */
async function encoderOf(files: FoundFiles, W_dec: Float32Array, d: number, dSae: number): Promise<Float32Array> {
  const map = await arrayOf(files, 'encoder_map', 'int8', [d, d]);
  const mapScale = await vectorOf(files, 'encoder_map_scale', d);
  const scale = await vectorOf(files, 'encoder_scale', dSae);
  const out = new Float32Array(d * dSae);
  // Four rows of the map at once: their sums don't wait for one another.
  const sums = new Float64Array(4);
  for (let a = 0; a < d; a += 4)
    for (let i = 0; i < dSae; i += 1) {
      fourProducts(map, a * d, W_dec, i * d, d, sums);
      for (let r = 0; r < 4 && a + r < d; r += 1) out[(a + r) * dSae + i] = (scale[i] ?? 0) * (mapScale[a + r] ?? 0) * (sums[r] ?? 0);
    }
  return out;
}

/** Dot products of four rows of `rows`, from element `row` on, with `vector` from `start` on; those beyond its end are 0. */
function fourProducts(rows: Float32Array, row: number, vector: Float32Array, start: number, d: number, out: Float64Array): void {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  for (let j = 0; j < d; j += 1) {
    const value = vector[start + j] ?? 0;
    s0 += (rows[row + j] ?? 0) * value;
    s1 += (rows[row + d + j] ?? 0) * value;
    s2 += (rows[row + 2 * d + j] ?? 0) * value;
    s3 += (rows[row + 3 * d + j] ?? 0) * value;
  }
  out[0] = s0;
  out[1] = s1;
  out[2] = s2;
  out[3] = s3;
}

async function arrayOf(files: FoundFiles, name: string, dtype: string, shape: readonly number[]): Promise<Float32Array> {
  const tensor = tensorOf(files, name);
  if (tensor.dtype !== dtype || tensor.shape.length !== shape.length || tensor.shape.some((n, i) => n !== shape[i]))
    throw new UserError('misshapen-tensor', `${tensor.file}: "${name}" is ${tensor.dtype} of shape [${tensor.shape.join(', ')}], but ${dtype} of [${shape.join(', ')}] is needed. The files don't belong together.`);
  const values = checkFinite(tensor, await tensor.values());
  if (values.length !== sizeOf(shape)) throw new UserError('truncated', `${tensor.file}: "${name}" holds ${values.length} numbers of ${sizeOf(shape)}.`);
  return values;
}
