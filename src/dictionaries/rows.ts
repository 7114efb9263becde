import type { DictionarySource } from '../anatomy/dictionary';
import { UserError } from '../lib/errors';
import { headerEnd, readPlaces, type TensorPlace } from '../models/safetensors';
import type { RemoteFiles } from '../models/remote-files';
import { isFloatDtype, toFloat32 } from '../models/floats';
import { parseConfig } from './find';
import { locate } from './folder';
import { bitsOf, unpackRow } from './formats/shipped';
import type { DictionaryPorts } from './types';

const WEIGHTS = 'sae_weights.safetensors';
/** The header of a dictionary's file is a few hundred bytes. */
const FIRST = 4096;

/**
 * Rows of W_dec, one [d_out] per feature, of which nothing else is downloaded: for the layout that ships and for SAELens files on
 * servers that give parts of files.
 *
 * @returns null where that can't be done, so that the dictionary has to be opened whole. @throws AbortError, UserError `no-feature`.
 */
export async function readDecoderRows(source: DictionarySource, features: readonly number[], ports: DictionaryPorts): Promise<Float32Array[] | null> {
  const { remote, folder } = await locate(source, ports);
  if (remote === null || (folder.chosen !== null && folder.chosen !== WEIGHTS)) return null;
  const blob = await folder.get('cfg.json');
  if (blob === null) return null;
  const config = parseConfig('cfg.json', await blob.text());
  const part = (from: number, to: number) => partOf(remote.files, remote.prefix + WEIGHTS, from, to, ports.signal);
  const places = await placesOf(part);
  if (places === null) return null;
  const at = (name: string) => places.find((place) => place.name === name);
  const W_dec = at('W_dec');
  if (W_dec !== undefined && isFloatDtype(W_dec.dtype)) {
    const { dtype } = W_dec;
    const [dSae = 0, dOut = 0] = W_dec.shape;
    // Where both sides could be the features', or the rows aren't, only the whole file tells.
    if (W_dec.shape.length !== 2 || dSae === dOut || at('b_dec')?.shape[0] !== dOut) return null;
    return rowsOf(W_dec, features, dSae, part, (bytes) => toFloat32(bytes, dtype));
  }
  return 'lacuna' in config ? packedRows(at, features, bitsOf(config), part) : null;
}

type Part = (from: number, to: number) => Promise<Uint8Array | null>;

async function packedRows(at: (name: string) => TensorPlace | undefined, features: readonly number[], bits: number, part: Part): Promise<Float32Array[] | null> {
  const [codes, scales, b_dec] = [at('W_dec_packed'), at('W_dec_scale'), at('b_dec')];
  const [dSae = 0] = codes?.shape ?? [];
  if (codes === undefined || scales === undefined || b_dec === undefined || scales.dtype !== 'F16' || scales.shape[0] !== dSae) return null;
  const dOut = b_dec.shape[0] ?? 0;
  const factors = await part(scales.begin, scales.end);
  if (factors === null) return null;
  const byFeature = toFloat32(factors, 'F16');
  return rowsOf(codes, features, dSae, part, (bytes, feature) => {
    const row = new Float32Array(dOut);
    unpackRow(bytes, bits, byFeature[feature] ?? 0, row);
    return row;
  });
}

async function rowsOf(place: TensorPlace, features: readonly number[], dSae: number, part: Part, read: (bytes: Uint8Array, feature: number) => Float32Array): Promise<Float32Array[] | null> {
  const stride = (place.end - place.begin) / dSae;
  const rows: Float32Array[] = [];
  for (const feature of features) {
    if (!Number.isInteger(feature) || feature < 0 || feature >= dSae) throw new UserError('no-feature', `there is no feature ${feature}: the dictionary has ${dSae}, 0 to ${dSae - 1}.`);
    const bytes = await part(place.begin + feature * stride, place.begin + (feature + 1) * stride);
    if (bytes === null) return null;
    rows.push(read(bytes, feature));
  }
  return rows;
}

/** Where the tensors lie, from the header alone; null where the server gives no parts. */
async function placesOf(part: Part): Promise<TensorPlace[] | null> {
  const first = await part(0, FIRST);
  if (first === null) return null;
  const end = headerEnd(first, Infinity, WEIGHTS);
  const head = end <= first.length ? first.subarray(0, end) : await part(0, end);
  if (head === null) return null;
  // The file's length isn't known, nor needed: it has to be as long as its header says.
  const length = Math.max(0, ...[...new TextDecoder().decode(head.subarray(8)).matchAll(/"data_offsets":\s*\[\s*\d+\s*,\s*(\d+)\s*\]/g)].map((match) => Number(match[1])));
  return readPlaces(head, end + length, WEIGHTS);
}

/** Bytes of a file on a server; fewer at its end. Null where the server doesn't give parts. */
async function partOf(files: RemoteFiles, name: string, from: number, to: number, signal: AbortSignal): Promise<Uint8Array | null> {
  const response = await files.ask(name, { signal, from, to: to - 1 });
  if (response?.status !== 206) {
    await response?.body?.cancel();
    return null;
  }
  const told = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1];
  const bytes = new Uint8Array(await response.arrayBuffer());
  return bytes.length > to - from || (told !== undefined && Number(told) !== from) || (from > 0 && bytes.length !== to - from) ? null : bytes;
}
