import type { Format } from '../types';
import { buildDictionary, hasAll, hasOnly } from './build';
import { layerIn } from './hooks';
import type { Notes } from './parts';
import { SAELENS_WEIGHTS } from './saelens';

const NEEDED = ['W_enc', 'W_dec', 'b_enc', 'b_dec'] as const;
const THRESHOLD = 'activation_function.threshold';

/** Transcoders for circuit-tracer: one `layer_N.safetensors` per layer without settings, W_enc and W_dec both [d_sae, d]. */
export const circuitTracer: Format = {
  name: 'circuit-tracer',
  // SAELens's own file name without its settings is half a dictionary, and none of these.
  recognises: (files) =>
    /\.safetensors$/i.test(files.file) && files.file !== SAELENS_WEIGHTS && hasAll(files, ...NEEDED) && hasOnly(files, ...NEEDED, THRESHOLD, 'W_skip') && (files.config === null || !('d_sae' in files.config)),
  async read(files) {
    const notes: Notes = [];
    const layer = layerIn(files.file) ?? layerIn(files.folder.hint);
    const hasThreshold = files.tensors.has(THRESHOLD);
    const read = await buildDictionary(
      files,
      {
        names: { W_enc: 'W_enc', b_enc: 'b_enc', W_dec: 'W_dec', b_dec: 'b_dec', W_skip: 'W_skip', ...(hasThreshold ? { threshold: THRESHOLD } : {}) },
        encoder: hasThreshold ? 'jumprelu' : 'standard',
        applyBDecToInput: false,
        hookName: layer === null ? null : `blocks.${layer}.mlp.hook_in`,
        hookNameOut: layer === null ? null : `blocks.${layer}.hook_mlp_out`,
        format: 'circuit-tracer',
        architecture: files.tensors.has('W_skip') ? 'skip_transcoder' : 'transcoder',
        modelName: null,
      },
      notes,
    );
    if (files.overrides.hookName === undefined) notes.push('The file says nothing of the model: it is taken for a transcoder of the MLP of the layer in its name, as the published ones are.');
    return { ...read, notes };
  },
};
