import type { DictionarySpec, DictionaryWeights } from '../../anatomy/dictionary';
import { UserError } from '../../lib/errors';
import type { FoundFiles, ReadDictionary } from '../types';
import { hookOf, hookOutOf } from './hooks';
import { lengthOf, matrixOf, NO_EXTRAS, noteBDec, noteNorms, storedDtypeOf, vectorOf, type Notes } from './parts';
import { skipOf } from './saelens';

/** What the formats other than SAELens have in common: their own names for the same arrays. */
export interface Layout {
  readonly names: {
    readonly W_enc: string;
    readonly b_enc: string;
    readonly W_dec: string;
    readonly b_dec: string;
    /** A single number is spread over all features. */
    readonly threshold?: string;
    readonly b_mag?: string;
    readonly r_mag?: string;
    readonly W_skip?: string;
  };
  /** Settles square matrices for weights of torch's `Linear`, which is always [out, in]. */
  readonly isLinear?: { readonly W_enc: boolean; readonly W_dec: boolean };
  /** Formats that store a matrix transposed by their own rule say so in the notes of every file. */
  readonly encoder: DictionarySpec['encoder'];
  readonly k?: number | null;
  readonly applyBDecToInput: boolean;
  readonly normalizeActivations?: DictionarySpec['normalizeActivations'];
  readonly hookName: string | null;
  readonly hookNameOut?: string | null;
  readonly format: string;
  readonly architecture: string;
  readonly modelName: string | null;
}

/** Reads a dictionary by a layout. @throws UserError that says what the files lack. */
export async function buildDictionary(files: FoundFiles, layout: Layout, notes: Notes): Promise<ReadDictionary> {
  const { names, encoder } = layout;
  const dSae = lengthOf(files, names.b_enc);
  const dOut = lengthOf(files, names.b_dec);
  const { values: W_enc, width: dIn } = await matrixOf(files, names.W_enc, dSae, 'features-are-columns', notes, {
    label: 'W_enc',
    documented: layout.isLinear?.W_enc === true ? 'features-are-rows' : null,
  });
  const { values: W_dec, width: decWidth } = await matrixOf(files, names.W_dec, dSae, 'features-are-rows', notes, {
    label: 'W_dec',
    documented: layout.isLinear?.W_dec === true ? 'features-are-columns' : null,
  });
  if (decWidth !== dOut) throw new UserError('misshapen-tensor', `${files.file}: "${names.W_dec}" writes ${decWidth} numbers, but "${names.b_dec}" has ${dOut}. The tensors don't belong together.`);
  const hookName = hookOf(files, layout.hookName, notes);
  const hookNameOut = hookOutOf(files, layout.hookNameOut ?? null, hookName, notes);
  if (layout.architecture.endsWith('transcoder') && hookNameOut === hookName)
    throw new UserError('no-hook', `${files.folder.place} holds a ${layout.architecture}, but nothing says where its output belongs. Say it beside the place that it reads: blocks.3.hook_mlp_out, for example.`);
  const k = encoder === 'topk' ? (files.overrides.k ?? layout.k ?? null) : null;
  if (encoder === 'topk' && k === null)
    throw new UserError('no-k', `${files.folder.place} holds a TopK dictionary, but nothing in it says how many features it keeps. Say it: k = 32, for example.`);
  const spec: DictionarySpec = {
    encoder,
    k,
    rescaleActsByDecoderNorm: false,
    applyBDecToInput: files.overrides.applyBDecToInput ?? layout.applyBDecToInput,
    normalizeActivations: files.overrides.normalizeActivations ?? layout.normalizeActivations ?? 'none',
    centerInput: files.overrides.centerInput ?? false,
    hookName,
    hookNameOut,
  };
  const weights: DictionaryWeights = {
    ...NO_EXTRAS,
    W_enc,
    W_dec,
    b_enc: await vectorOf(files, names.b_enc, dSae),
    b_dec: await vectorOf(files, names.b_dec, dOut),
    threshold: names.threshold === undefined ? null : await vectorOf(files, names.threshold, dSae, { spreads: true, infinite: true }),
    gated: names.b_mag === undefined || names.r_mag === undefined ? null : { b_mag: await vectorOf(files, names.b_mag, dSae), r_mag: await vectorOf(files, names.r_mag, dSae) },
    W_skip: names.W_skip === undefined ? null : await skipOf(files, dIn, dOut, names.W_skip),
  };
  noteBDec(spec.applyBDecToInput, notes);
  if (spec.centerInput) notes.push('The mean over d_in is taken from every vector first.');
  noteNorms(W_dec, dSae, notes);
  return {
    spec,
    weights,
    dIn,
    dOut,
    dSae,
    format: layout.format,
    architecture: layout.architecture,
    storedDtype: storedDtypeOf(files),
    notes,
    modelName: layout.modelName,
    neuronpediaId: null,
  };
}

/** True when a file has all of these tensors. */
export const hasAll = ({ tensors }: FoundFiles, ...names: readonly string[]): boolean => names.every((name) => tensors.has(name));

/**
 * True when a file has no tensors but these and single numbers such as a step. Formats that are told by nothing but common names ask
 * it: an array that they don't know, such as thresholds under another name, would change what the dictionary computes.
 */
export const hasOnly = ({ tensors }: FoundFiles, ...names: readonly string[]): boolean =>
  [...tensors].every(([name, { shape }]) => names.includes(name) || shape.every((n) => n === 1));
