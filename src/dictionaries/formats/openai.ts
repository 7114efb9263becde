import { UserError } from '../../lib/errors';
import type { Format, FoundFiles } from '../types';
import { buildDictionary, hasAll } from './build';
import { countIn, flagIn, isJson, textIn } from './config';
import type { Notes } from './parts';

/** Where the folders of the release lie in the model. */
const SITES: Readonly<Record<string, string>> = {
  resid_delta_attn: 'hook_attn_out', resid_delta_mlp: 'hook_mlp_out', resid_post_attn: 'hook_resid_mid', resid_post_mlp: 'hook_resid_post', mlp_post_act: 'mlp.hook_post',
};

/** OpenAI's sparse_autoencoder: ReLU (v1, v4), or TopK between a layer norm and its inverse (v5). Made for activations that are not centred. */
export const openai: Format = {
  name: 'OpenAI sparse_autoencoder',
  recognises: (files) => hasAll(files, 'pre_bias', 'latent_bias', 'encoder.weight', 'decoder.weight'),
  async read(files) {
    const notes: Notes = [];
    const activation = textIn(files.values, 'activation') ?? 'ReLU';
    if (activation !== 'ReLU' && activation !== 'TopK') throw new UserError('unsupported-architecture', `this dictionary activates its features by "${activation.slice(0, 40)}", which is neither ReLU nor TopK.`);
    const isTopK = activation === 'TopK';
    const state = isJson(files.values['activation_state_dict']) ? files.values['activation_state_dict'] : {};
    const after = textIn(state, 'postact_fn') ?? 'ReLU';
    if (isTopK && after !== 'ReLU') throw new UserError('unsupported-architecture', `this TopK dictionary applies "${after.slice(0, 40)}" to what it keeps; ReLU is read.`);
    const said = flagIn(files.values, 'normalize');
    const isNormalized = said ?? isTopK;
    const read = await buildDictionary(
      files,
      {
        names: { W_enc: 'encoder.weight', b_enc: 'latent_bias', W_dec: 'decoder.weight', b_dec: 'pre_bias' },
        isLinear: { W_enc: true, W_dec: true },
        encoder: isTopK ? 'topk' : 'standard',
        k: isTopK ? await kOf(files, countIn(state, 'k')) : null,
        applyBDecToInput: true,
        normalizeActivations: isNormalized ? 'layer_norm' : 'none',
        hookName: hookIn(files.folder.hint),
        format: 'OpenAI sparse_autoencoder',
        architecture: isTopK ? 'TopK' : 'ReLU',
        modelName: null,
      },
      notes,
    );
    if (isNormalized) notes.push(`Every vector is layer-normed first, and x̂ put back into its scale${said === null ? ' (reconstructed: the file does not say it; TopK dictionaries of this release do)' : ''}.`);
    notes.push('It was made for activations of unchanged weights: the input is not centred.');
    return { ...read, notes };
  },
};

/** `k` may lie in the file as a number or as a tensor of one number. */
async function kOf({ tensors }: FoundFiles, plain: number | null): Promise<number | null> {
  const tensor = tensors.get('activation_state_dict.k') ?? tensors.get('k');
  if (plain !== null || tensor === undefined) return plain;
  const [k = 0] = await tensor.values();
  return Number.isSafeInteger(k) && k > 0 ? k : null;
}

function hookIn(hint: string): string | null {
  const site = Object.keys(SITES).find((name) => hint.includes(name));
  // …/resid_post_mlp_v5_32k/autoencoders/7.pt, or …/layer_7.pt
  const layer = /(?:autoencoders\/|layer_?)(\d{1,3})(?:\.pt|[/ ]|$)/.exec(hint)?.[1];
  return site === undefined || layer === undefined ? null : `blocks.${layer}.${SITES[site]}`;
}
