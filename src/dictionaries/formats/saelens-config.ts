import type { Encoder, InputNormalization } from '../../anatomy/dictionary';
import { UserError } from '../../lib/errors';
import type { Json } from '../types';
import { countIn, flagIn, jsonIn, textIn } from './config';
import type { Notes } from './parts';

/** A cfg.json of SAELens of any version, in the words of version 6. */
export interface SaelensConfig {
  readonly isOld: boolean;
  readonly architecture: string;
  readonly encoder: Encoder;
  readonly isTranscoder: boolean;
  readonly dIn: number | null;
  readonly dSae: number | null;
  readonly k: number | null;
  readonly rescaleActsByDecoderNorm: boolean;
  readonly applyBDecToInput: boolean;
  readonly normalizeActivations: InputNormalization;
  readonly centerInput: boolean;
  readonly hookName: string | null;
  readonly hookNameOut: string | null;
  /** False: the texts of its training had no start token. Null: not said. */
  readonly prependBos: boolean | null;
  readonly modelName: string | null;
  readonly neuronpediaId: string | null;
  /** A `scaling_factor` that isn't all ones is legal only with it. */
  readonly finetuningScalingFactor: boolean;
  /** Constant input scale that a release states besides its weights, to be folded. */
  readonly normScalingFactor: number | null;
}

/** How each architecture of SAELens encodes. A trained BatchTopK or Matryoshka dictionary is stored as `jumprelu`. */
const ENCODERS: Readonly<Record<string, Encoder>> = {
  standard: 'standard', gated: 'gated', topk: 'topk', jumprelu: 'jumprelu', batchtopk: 'jumprelu', matryoshka_batchtopk: 'jumprelu',
  transcoder: 'standard', skip_transcoder: 'standard', jumprelu_transcoder: 'jumprelu', jumprelu_skip_transcoder: 'jumprelu',
};
const REFUSED: Readonly<Record<string, string>> = {
  temporal: 'its features depend on earlier positions',
  matching_pursuit: 'it picks features one after the other, which is no encoder followed by a decoder',
  crosscoder: 'it reads several layers or models at once',
  crosslayer_transcoder: 'it writes to several layers at once',
};

/** @throws UserError `unsupported-architecture` or `bad-config`. */
export function readSaelensConfig(raw: Json, notes: Notes): SaelensConfig {
  const metadata = jsonIn(raw, 'metadata');
  const isOld = isBeforeSix(textIn(metadata, 'sae_lens_version') ?? textIn(raw, 'sae_lens_version'));
  // Version 6 moved everything about the model into `metadata`; before, all keys lay side by side.
  const about = isOld ? { ...raw, ...metadata } : metadata;
  const architecture = architectureOf(raw, isOld, notes);
  const encoder = Object.hasOwn(ENCODERS, architecture) ? ENCODERS[architecture] : undefined;
  if (encoder === undefined) throw unsupported(architecture);
  const isTranscoder = architecture.endsWith('transcoder');
  const activation = isOld ? (textIn(raw, 'activation_fn') ?? textIn(raw, 'activation_fn_str')) : null;
  if (activation !== null && !['relu', 'topk'].includes(activation))
    throw new UserError('unsupported-architecture', `this dictionary activates its features by "${activation}", which is none of ReLU, TopK and JumpReLU.`);
  const head = about['hook_head_index'] ?? about['hook_point_head_index'];
  if (head !== undefined && head !== null) throw new UserError('unsupported-architecture', 'this dictionary reads a single attention head (hook_head_index), which this app doesn\'t open.');
  const hookName = textIn(about, 'hook_name') ?? textIn(about, 'hook_point');
  return {
    isOld,
    architecture,
    encoder,
    isTranscoder,
    dIn: countIn(raw, 'd_in'),
    dSae: countIn(raw, 'd_sae'),
    // BatchTopK may keep 32.5 features on average.
    k: /batchtopk/.test(architecture) ? wholeIn(raw, 'k') : (countIn(raw, 'k') ?? countIn(jsonIn(raw, 'activation_fn_kwargs'), 'k')),
    rescaleActsByDecoderNorm: flagIn(raw, 'rescale_acts_by_decoder_norm') ?? false,
    applyBDecToInput: flagIn(raw, 'apply_b_dec_to_input') ?? !isTranscoder,
    normalizeActivations: normalizationOf(raw['normalize_activations'], notes),
    centerInput: flagIn(jsonIn(about, 'model_from_pretrained_kwargs'), 'center_writing_weights') ?? false,
    hookName,
    hookNameOut: textIn(about, 'hook_name_out') ?? textIn(about, 'hook_point_out'),
    // Nothing is computed with it: another kind of value is no reason to refuse a file.
    prependBos: typeof about['prepend_bos'] === 'boolean' ? about['prepend_bos'] : null,
    modelName: textIn(about, 'model_name'),
    neuronpediaId: textIn(about, 'neuronpedia_id'),
    finetuningScalingFactor: flagIn(raw, 'finetuning_scaling_factor') ?? false,
    normScalingFactor: positiveIn(raw, 'norm_scaling_factor') ?? positiveIn(metadata, 'norm_scaling_factor'),
  };
}

function unsupported(architecture: string): UserError {
  const why = Object.hasOwn(REFUSED, architecture) ? `: ${REFUSED[architecture]}` : '';
  return new UserError('unsupported-architecture', `this dictionary is a "${architecture.slice(0, 60)}"${why}. Opened are ${Object.keys(ENCODERS).join(', ')}.`);
}

function architectureOf(raw: Json, isOld: boolean, notes: Notes): string {
  const architecture = textIn(raw, 'architecture') ?? 'standard';
  if (!isOld || architecture !== 'standard') return architecture;
  const activation = textIn(raw, 'activation_fn') ?? textIn(raw, 'activation_fn_str');
  if (activation !== 'topk') return architecture;
  notes.push('activation_fn "topk" of an older file was read as the architecture topk.');
  return 'topk';
}

/** Booleans and null are how older versions said it. */
function normalizationOf(value: unknown, notes: Notes): InputNormalization {
  if (value === undefined || value === null || value === false) return 'none';
  if (value === true) {
    notes.push('normalize_activations: true was read as expected_average_only_in.');
    return 'expected_average_only_in';
  }
  if (value === 'none' || value === 'expected_average_only_in' || value === 'constant_norm_rescale' || value === 'layer_norm') return value;
  throw new UserError('bad-config', `the dictionary's settings give "normalize_activations" as ${(JSON.stringify(value) ?? '').slice(0, 60)}, which is no kind of normalisation that is known here.`);
}

function isBeforeSix(version: string | null): boolean {
  const major = /^v?(\d+)\./.exec(version ?? '')?.[1];
  return major === undefined || Number(major) < 6;
}

/** A number above 0, without what is behind its point. */
function wholeIn(json: Json, key: string): number | null {
  const value = positiveIn(json, key);
  return value === null ? null : Math.max(1, Math.floor(value));
}

function positiveIn(json: Json, key: string): number | null {
  const value = Object.hasOwn(json, key) ? json[key] : undefined;
  if (value === undefined || value === null) return null;
  if (typeof value === 'number' && Number.isFinite(value) && value > 0) return value;
  throw new UserError('bad-config', `the dictionary's settings give "${key}" as ${(JSON.stringify(value) ?? '').slice(0, 60)}; a number above 0 is needed.`);
}
