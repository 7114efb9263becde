import { UserError } from '../../lib/errors';
import { foldInputScale } from '../fold';
import type { Format, Json } from '../types';
import { buildDictionary, hasAll } from './build';
import { jsonIn, textIn } from './config';
import type { Notes } from './parts';

/**
 * Llama-Scope: hyperparams.json and `checkpoints/final.safetensors`. Made for activations of mean norm √d, with one threshold in
 * those units; both are put into the weights, as SAELens's loader does it.
 */
export const llamaScope: Format = {
  name: 'Llama-Scope',
  recognises: (files) => files.config !== null && 'dataset_average_activation_norm' in files.config && hasAll(files, 'encoder.weight', 'encoder.bias', 'decoder.weight'),
  async read(files) {
    const notes: Notes = [];
    const config = files.config ?? {};
    const read = await buildDictionary(
      files,
      {
        names: { W_enc: 'encoder.weight', b_enc: 'encoder.bias', W_dec: 'decoder.weight', b_dec: 'decoder.bias' },
        isLinear: { W_enc: true, W_dec: true },
        encoder: 'jumprelu',
        applyBDecToInput: false,
        hookName: textIn(config, 'hook_point_in'),
        hookNameOut: textIn(config, 'hook_point_out'),
        format: 'Llama-Scope',
        architecture: textIn(config, 'act_fn') ?? 'jumprelu',
        modelName: textIn(config, 'model_name'),
      },
      notes,
    );
    const scale = Math.sqrt(read.dIn) / positive(jsonIn(config, 'dataset_average_activation_norm'), 'in');
    const threshold = new Float32Array(read.dSae).fill(positive(config, 'jump_relu_threshold') * scale);
    notes.push(`The input scale ${scale.toPrecision(4)} (√d_in over the mean norm of its data) was folded into the weights and the threshold.`);
    return { ...read, notes, weights: { ...foldInputScale(read.weights, scale), threshold } };
  },
};

function positive(json: Json, key: string): number {
  const value = Object.hasOwn(json, key) ? json[key] : undefined;
  if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0)
    throw new UserError('bad-config', `hyperparams.json gives "${key}" as ${(JSON.stringify(value) ?? 'nothing').slice(0, 40)}; a number above 0 is needed.`);
  return value;
}
