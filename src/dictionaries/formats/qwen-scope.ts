import type { Format } from '../types';
import { buildDictionary, hasAll, hasOnly } from './build';
import { layerIn } from './hooks';
import type { Notes } from './parts';

const NAMES = ['W_enc', 'W_dec', 'b_enc', 'b_dec'] as const;

/** Qwen-Scope: one `layerN.sae.pt` per layer, W_enc [d_sae, d_in] and W_dec [d_in, d_sae], TopK on the residual stream after block N. */
export const qwenScope: Format = {
  name: 'Qwen-Scope',
  recognises: (files) => /\.(pt|pth|bin)$/i.test(files.file) && hasAll(files, ...NAMES) && hasOnly(files, ...NAMES) && !files.tensors.has('threshold'),
  async read(files) {
    const notes: Notes = [];
    const layer = layerIn(files.folder.hint) ?? layerIn(files.file);
    // Repositories are named …-L0_50.
    const k = /L0_(\d{1,5})/i.exec(files.folder.hint)?.[1];
    const read = await buildDictionary(
      files,
      {
        names: { W_enc: 'W_enc', b_enc: 'b_enc', W_dec: 'W_dec', b_dec: 'b_dec' },
        encoder: 'topk',
        k: k === undefined ? null : Number(k),
        applyBDecToInput: false,
        hookName: layer === null ? null : `blocks.${layer}.hook_resid_post`,
        format: 'Qwen-Scope',
        architecture: 'topk',
        modelName: null,
      },
      notes,
    );
    if (files.overrides.applyBDecToInput === undefined) notes.push('Whether b_dec is subtracted from the input is not documented (reconstructed: it is not). Compare both by how well they reconstruct.');
    return { ...read, notes };
  },
};
