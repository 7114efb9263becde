import type { Format } from '../types';
import { buildDictionary, hasAll, hasOnly } from './build';
import type { Notes } from './parts';

/** Folders of the TinyModel release (`M0_S-4_R1_P0`: MLP out, layer 0) and what their dictionaries read. */
const SITES: readonly (readonly [RegExp, (layer: string) => readonly [string, string | null]])[] = [
  [/mlp_map_test\/[A-Z]+(\d)/, (layer) => [`blocks.${layer}.mlp.hook_in`, `blocks.${layer}.hook_mlp_out`]],
  [/(?:^|\/)M(\d)_/, (layer) => [`blocks.${layer}.hook_mlp_out`, null]],
  [/(?:^|\/)A(\d)_/, (layer) => [`blocks.${layer}.hook_attn_out`, null]],
  [/(?:^|\/)Ra(\d)_/, (layer) => [`blocks.${layer}.hook_resid_pre`, null]],
  [/(?:^|\/)Rm(\d)_/, (layer) => [`blocks.${layer}.hook_resid_mid`, null]],
];

const NAMES = ['encoder.weight', 'encoder.bias', 'decoder.weight', 'decoder.bias'] as const;

/** TinyModel's `SparseMLP`: two Linears with a ReLU in between, nothing subtracted. */
export const sparseMlp: Format = {
  name: 'TinyModel SparseMLP',
  recognises: (files) => hasAll(files, ...NAMES) && hasOnly(files, ...NAMES),
  async read(files) {
    const notes: Notes = [];
    const found = SITES.map(([pattern, of]) => ({ layer: pattern.exec(files.folder.hint)?.[1], of })).find(({ layer }) => layer !== undefined);
    const [hookName, hookNameOut] = found?.layer === undefined ? [null, null] : found.of(found.layer);
    const read = await buildDictionary(
      files,
      {
        names: { W_enc: 'encoder.weight', b_enc: 'encoder.bias', W_dec: 'decoder.weight', b_dec: 'decoder.bias' },
        isLinear: { W_enc: true, W_dec: true },
        encoder: 'standard',
        applyBDecToInput: false,
        hookName,
        hookNameOut,
        format: 'TinyModel SparseMLP',
        architecture: hookNameOut === null ? 'standard' : 'transcoder',
        modelName: null,
      },
      notes,
    );
    return { ...read, notes };
  },
};
