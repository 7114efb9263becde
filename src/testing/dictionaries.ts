import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { Dictionary, DictionaryId, DictionarySource, DictionarySpec, DictionaryWeights } from '../anatomy/dictionary';
import { blockHook } from '../anatomy/hook-names';
import type { ModelConfig } from '../anatomy/model-config';
import { rowSize } from '../anatomy/rows';
import { openDictionary } from '../dictionaries';
import { UserError } from '../lib/errors';
import { must } from '../lib/assert';
import { toFloat32 } from '../models/floats';
import { readSafetensors } from '../models/safetensors';

export const plainSpec: DictionarySpec = {
  encoder: 'standard',
  k: null,
  rescaleActsByDecoderNorm: false,
  applyBDecToInput: true,
  normalizeActivations: 'none',
  centerInput: false,
  hookName: 'blocks.0.hook_resid_post',
  hookNameOut: 'blocks.0.hook_resid_post',
};

interface Made {
  readonly id: DictionaryId;
  readonly spec: DictionarySpec;
  readonly dIn: number;
  readonly dOut: number;
  readonly dSae: number;
  readonly weights: DictionaryWeights;
}

function dictionaryOf({ id, spec, dIn, dOut, dSae, weights }: Made): Dictionary {
  const about = { format: 'made for a test', architecture: spec.encoder, storedDtype: 'float32', bytes: 0, notes: [], modelName: null, neuronpediaId: null, recordsUrl: null };
  return { info: { id, name: id, hash: 'e'.repeat(64), spec, dIn, dOut, dSae, ...about }, weights };
}

/** A dictionary with the given numbers, row-major; what isn't given is 0 or absent. */
export function dictionaryWith(
  given: { readonly W_enc: readonly number[]; readonly W_dec: readonly number[]; readonly dSae: number } & Partial<Record<'b_enc' | 'b_dec' | 'threshold' | 'scalingFactor' | 'W_skip', readonly number[]>> & {
      readonly gated?: { readonly b_mag: readonly number[]; readonly r_mag: readonly number[] };
      readonly spec?: Partial<DictionarySpec>;
      readonly id?: DictionaryId;
    },
): Dictionary {
  const { dSae } = given;
  const [dIn, dOut] = [given.W_enc.length / dSae, given.W_dec.length / dSae];
  const floats = (values: readonly number[] | undefined) => (values === undefined ? null : Float32Array.from(values));
  const weights: DictionaryWeights = {
    W_enc: Float32Array.from(given.W_enc),
    b_enc: floats(given.b_enc) ?? new Float32Array(dSae),
    W_dec: Float32Array.from(given.W_dec),
    b_dec: floats(given.b_dec) ?? new Float32Array(dOut),
    threshold: floats(given.threshold),
    gated: given.gated === undefined ? null : { b_mag: Float32Array.from(given.gated.b_mag), r_mag: Float32Array.from(given.gated.r_mag) },
    W_skip: floats(given.W_skip),
    scalingFactor: floats(given.scalingFactor),
  };
  return dictionaryOf({ id: given.id ?? TINY_DICTIONARY, spec: { ...plainSpec, ...given.spec }, dIn, dOut, dSae, weights });
}

/** A dictionary of random numbers that fits a model; the same seed gives the same numbers. About half of its features fire. */
export function randomDictionary(config: ModelConfig, options: Partial<DictionarySpec> & { readonly id?: DictionaryId; readonly dSae?: number; readonly seed?: number } = {}): Dictionary {
  const { id = TINY_DICTIONARY, dSae = 24, seed = 1, ...given } = options;
  const hookName = given.hookName ?? blockHook(1, 'hook_resid_post');
  const spec: DictionarySpec = { ...plainSpec, ...given, hookName, hookNameOut: given.hookNameOut ?? hookName };
  const [dIn, dOut] = [rowSize(spec.hookName, config), rowSize(spec.hookNameOut, config)];
  const source = xoroshiro128plus(seed);
  const random = (size: number, scale: number) => Float32Array.from({ length: size }, () => scale * (2 * uniformFloat64(source) - 1));
  const weights: DictionaryWeights = {
    W_enc: random(dIn * dSae, 1),
    b_enc: random(dSae, 0.1),
    W_dec: random(dSae * dOut, 0.5),
    b_dec: random(dOut, 0.1),
    threshold: spec.encoder === 'jumprelu' ? random(dSae, 0.1).map(Math.abs) : null,
    gated: spec.encoder === 'gated' ? { b_mag: random(dSae, 0.1), r_mag: random(dSae, 0.5) } : null,
    W_skip: null,
    scalingFactor: null,
  };
  return dictionaryOf({ id, spec, dIn, dOut, dSae, weights });
}

/** What `labPorts` opens for any model: a JumpReLU dictionary of random numbers at `blocks.1.hook_resid_post`. */
export const TINY_DICTIONARY = 'url:https://example.org/tiny';

/** Opens `TINY_DICTIONARY`, and whatever else is given, by name. */
export function testDictionaries(more: (config: ModelConfig) => readonly Dictionary[] = () => []) {
  return async (source: DictionarySource, { config }: { readonly config: ModelConfig }): Promise<Dictionary> => {
    const id = source.kind === 'id' ? source.id : '';
    const found = more(config).find((one) => one.info.id === id);
    if (found !== undefined) return found;
    if (id !== TINY_DICTIONARY) throw new UserError('unknown-dictionary', `there is no dictionary "${id}" in this test.`);
    return randomDictionary(config, { encoder: 'jumprelu' });
  };
}

/** A dictionary with random weights and what PyTorch computed with it. */
export interface GoldenDictionary {
  readonly name: string;
  readonly dictionary: Dictionary;
  readonly nPos: number;
  /** [pos, d_in] */
  readonly x: Float32Array;
  /** [pos, d_sae] */
  readonly f: Float32Array;
  /** [pos, d_out]: x̂, or of a transcoder what it predicts. */
  readonly xHat: Float32Array;
}

const GOLDEN = join(import.meta.dirname, '../dictionaries/golden');

interface GoldenCase {
  readonly name: string;
  readonly config: { readonly architecture?: string; readonly apply_b_dec_to_input?: boolean; readonly normalize_activations?: string; readonly k?: number; readonly rescale_acts_by_decoder_norm?: boolean };
  readonly parameters: readonly string[];
  readonly results: readonly string[];
}

const ENCODERS: Readonly<Record<string, DictionarySpec['encoder']>> = {
  standard: 'standard',
  topk: 'topk',
  gated: 'gated',
  jumprelu: 'jumprelu',
  transcoder: 'standard',
  skip_transcoder: 'standard',
  jumprelu_transcoder: 'jumprelu',
  jumprelu_skip_transcoder: 'jumprelu',
};

/** The cases of `dictionaries/golden/architectures` that are in SAELens's keys and say what is encoded and decoded. */
export function goldenDictionaries(): GoldenDictionary[] {
  const { cases, tokens } = JSON.parse(readFileSync(join(GOLDEN, 'architectures.json'), 'utf8')) as { cases: GoldenCase[]; tokens: number };
  const tensors = new Map(readSafetensors(new Uint8Array(readFileSync(join(GOLDEN, 'architectures.safetensors'))), 'architectures.safetensors').map((entry) => [entry.name, entry]));
  const find = (name: string) => {
    const entry = tensors.get(name);
    return entry === undefined ? null : toFloat32(entry.bytes, 'F32');
  };
  return cases
    .filter(({ config, results }) => ENCODERS[config.architecture ?? ''] !== undefined && results.includes('f') && (results.includes('x_hat') || results.includes('y')))
    .map(({ name, config }) => {
      const get = (part: string) => must(find(`${name}/${part}`), `${name}/${part}`);
      const architecture = config.architecture ?? '';
      const encoder = must(ENCODERS[architecture], 'the encoder');
      const b_enc = encoder === 'gated' ? get('b_gate') : get('b_enc');
      const [dSae, W_enc, W_dec] = [b_enc.length, get('W_enc'), get('W_dec')];
      const spec: DictionarySpec = {
        ...plainSpec,
        encoder,
        k: config.k ?? null,
        rescaleActsByDecoderNorm: config.rescale_acts_by_decoder_norm ?? false,
        applyBDecToInput: config.apply_b_dec_to_input ?? false,
        normalizeActivations: (config.normalize_activations ?? 'none') as DictionarySpec['normalizeActivations'],
        hookNameOut: architecture.endsWith('transcoder') ? 'blocks.0.hook_mlp_out' : plainSpec.hookNameOut,
      };
      const gated = encoder === 'gated' ? { b_mag: get('b_mag'), r_mag: get('r_mag') } : null;
      const weights = { W_enc, b_enc, W_dec, b_dec: get('b_dec'), threshold: find(`${name}/threshold`), gated, W_skip: find(`${name}/W_skip`), scalingFactor: null };
      const dictionary = dictionaryOf({ id: `url:https://example.org/${name}`, spec, dIn: W_enc.length / dSae, dOut: W_dec.length / dSae, dSae, weights });
      return { name, dictionary, nPos: tokens, x: get('x'), f: get('f'), xHat: find(`${name}/x_hat`) ?? get('y') };
    });
}

/** Dictionaries read from SAELens files that PyTorch wrote (`dictionaries/golden/formats`), with what it computed from them. */
export async function goldenFiles(): Promise<GoldenDictionary[]> {
  const root = join(GOLDEN, 'formats');
  const all = readdirSync(root).filter((name) => name.startsWith('saelens')).map(async (name) => {
    const file = (path: string) => new File([readFileSync(join(root, name, path))], path);
    const expected = JSON.parse(await file('expected.json').text()) as { refuse?: boolean; x: number[][]; f: number[][]; x_hat: number[][] };
    if (expected.refuse === true) return [];
    const ports = { signal: new AbortController().signal, onProgress: () => undefined, baseUrl: 'http://localhost/', config: null };
    const dictionary = await openDictionary({ kind: 'files', name, files: [file('cfg.json'), file('sae_weights.safetensors')] }, ports);
    const flat = (rows: readonly (readonly number[])[]) => Float32Array.from(rows.flat());
    return [{ name, dictionary, nPos: expected.x.length, x: flat(expected.x), f: flat(expected.f), xHat: flat(expected.x_hat) }];
  });
  return (await Promise.all(all)).flat();
}
