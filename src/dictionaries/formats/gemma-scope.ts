import type { DictionaryWeights } from '../../anatomy/dictionary';
import { transposed } from '../containers/tensor';
import type { Format, FoundFiles, ReadDictionary } from '../types';
import { buildDictionary, hasAll, type Layout } from './build';
import { textIn } from './config';
import { layerIn } from './hooks';
import type { Notes } from './parts';
import { skipOf } from './saelens';

/** Gemma Scope's npz files are found with both spellings. */
function namesOf(files: FoundFiles): Layout['names'] | null {
  for (const [W_enc, W_dec] of [['w_enc', 'w_dec'], ['W_enc', 'W_dec']] as const)
    if (hasAll(files, W_enc, W_dec, 'b_enc', 'b_dec', 'threshold')) return { W_enc, W_dec, b_enc: 'b_enc', b_dec: 'b_dec', threshold: 'threshold' };
  return null;
}

/** Gemma Scope 1: `layer_N/width_16k/average_l0_X/params.npz`, JumpReLU, nothing subtracted, nothing normalised. */
export const gemmaScope1: Format = {
  name: 'Gemma Scope 1',
  recognises: (files) => files.config === null && /\.npz$/i.test(files.file) && namesOf(files) !== null,
  async read(files) {
    const notes: Notes = [];
    const hint = files.folder.hint.toLowerCase();
    const layer = layerIn(hint);
    const isTranscoder = hint.includes('transcoder');
    const isEmbedding = /(^|[/ ])embedding([/ ]|$)/.test(hint);
    const read = await buildDictionary(
      files,
      {
        names: namesOf(files) ?? { W_enc: 'w_enc', W_dec: 'w_dec', b_enc: 'b_enc', b_dec: 'b_dec', threshold: 'threshold' },
        encoder: 'jumprelu',
        applyBDecToInput: false,
        hookName: isEmbedding ? 'hook_embed' : layer === null ? null : `blocks.${layer}.${isTranscoder ? 'ln2.hook_normalized' : siteOf(hint)}`,
        hookNameOut: isTranscoder && layer !== null ? `blocks.${layer}.hook_mlp_out` : null,
        format: 'Gemma Scope 1',
        architecture: isTranscoder ? 'jumprelu_transcoder' : 'jumprelu',
        modelName: /gemma-scope-(\d+b(?:-it)?)/.exec(hint)?.[1]?.replace(/^/, 'gemma-2-') ?? null,
      },
      notes,
    );
    if (files.overrides.hookName === undefined && !isEmbedding && !isTranscoder) notes.push(`Which place it reads is told by its path (${read.spec.hookName}).`);
    return isEmbedding ? scaledForEmbedding(read) : read;
  },
};

/** `-res`, `-mlp` or `-att` in the repository's name. Attention dictionaries read the heads' values side by side, before W_O. */
function siteOf(hint: string): string {
  if (/-att([/ _-]|$)/.test(hint)) return 'attn.hook_z';
  return /-mlp([/ _-]|$)/.test(hint) ? 'hook_mlp_out' : 'hook_resid_post';
}

/** It was trained on embeddings as stored; the model multiplies them by √d before anything reads them. */
function scaledForEmbedding(read: ReadDictionary): ReadDictionary {
  const root = Math.sqrt(read.dIn);
  const weights: DictionaryWeights = { ...read.weights, W_enc: read.weights.W_enc.map((value) => value / root), W_dec: read.weights.W_dec.map((value) => value * root) };
  return { ...read, weights, notes: [...read.notes, 'W_enc was divided and W_dec multiplied by √d_in: it was trained on embeddings before the model scales them.'] };
}

/** Gemma Scope 2: config.json with Hugging Face's module names, params.safetensors. */
export const gemmaScope2: Format = {
  name: 'Gemma Scope 2',
  recognises: (files) => /\.safetensors$/i.test(files.file) && hasAll(files, 'w_enc', 'w_dec', 'b_enc', 'b_dec', 'threshold'),
  async read(files) {
    const notes: Notes = [];
    const config = files.config ?? {};
    const hint = files.folder.hint.toLowerCase();
    const [hookIn, hookOut] = hooksOf(files, hint);
    const read = await buildDictionary(
      files,
      {
        names: { W_enc: 'w_enc', W_dec: 'w_dec', b_enc: 'b_enc', b_dec: 'b_dec', threshold: 'threshold' },
        encoder: 'jumprelu',
        applyBDecToInput: false,
        hookName: hookIn,
        hookNameOut: hookOut,
        format: 'Gemma Scope 2',
        architecture: textIn(config, 'architecture') ?? 'jump_relu',
        modelName: textIn(config, 'model_name'),
      },
      notes,
    );
    return withAffine(files, read);
  },
};

/** From config.json, or from the path where it lies elsewhere. */
function hooksOf({ config }: FoundFiles, hint: string): [string | null, string | null] {
  const named = config === null ? null : textIn(config, 'hf_hook_point_in');
  if (named !== null) return [named, textIn(config ?? {}, 'hf_hook_point_out')];
  const layer = layerIn(hint);
  if (layer === null) return [null, null];
  if (hint.includes('transcoder')) return [`blocks.${layer}.ln2.hook_out`, `blocks.${layer}.hook_mlp_out`];
  const site = hint.includes('attn_out') ? 'attn.hook_z' : hint.includes('mlp_out') ? 'hook_mlp_out' : 'hook_resid_post';
  return [`blocks.${layer}.${site}`, null];
}

/** The stored matrix is [d_in, d_out] and multiplies from the right: ours is its transpose. */
async function withAffine(files: FoundFiles, read: ReadDictionary): Promise<ReadDictionary> {
  const tensor = files.tensors.get('affine_skip_connection');
  if (tensor === undefined) return read;
  const { dIn, dOut } = read;
  const stored = await skipOf(files, dOut, dIn, 'affine_skip_connection');
  if (stored === null) return read;
  return {
    ...read,
    weights: { ...read.weights, W_skip: transposed(stored, dIn, dOut) },
    notes: [...read.notes, 'The affine skip connection is applied as x · W (reconstructed: the release doesn\'t document which way round it is stored).'],
  };
}
