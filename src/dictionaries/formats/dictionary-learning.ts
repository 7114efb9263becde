import { UserError } from '../../lib/errors';
import type { Format, FoundFiles, ReadDictionary } from '../types';
import { buildDictionary, hasAll, type Layout } from './build';
import { countIn, isJson, jsonIn, textIn } from './config';
import { layerIn } from './hooks';
import type { Notes } from './parts';

type Kind = Pick<Layout, 'names' | 'encoder' | 'applyBDecToInput' | 'isLinear'>;

const LINEAR = { isLinear: { W_enc: true, W_dec: true } } as const;
const linear = (b_dec: string) => ({ W_enc: 'encoder.weight', b_enc: 'encoder.bias', W_dec: 'decoder.weight', b_dec });
const plain = { W_enc: 'W_enc', b_enc: 'b_enc', W_dec: 'W_dec', b_dec: 'b_dec', threshold: 'threshold' };

/** The classes of the package. A trained BatchTopK keeps what lies above one threshold, which is JumpReLU. */
const KINDS: Readonly<Record<string, Kind>> = {
  AutoEncoder: { names: linear('bias'), encoder: 'standard', applyBDecToInput: true, ...LINEAR },
  AutoEncoderNew: { names: linear('decoder.bias'), encoder: 'standard', applyBDecToInput: false, ...LINEAR },
  GatedAutoEncoder: {
    names: { W_enc: 'encoder.weight', b_enc: 'gate_bias', W_dec: 'decoder.weight', b_dec: 'decoder_bias', b_mag: 'mag_bias', r_mag: 'r_mag' },
    encoder: 'gated', applyBDecToInput: true, ...LINEAR,
  },
  JumpReluAutoEncoder: { names: plain, encoder: 'jumprelu', applyBDecToInput: false },
  AutoEncoderTopK: { names: linear('b_dec'), encoder: 'topk', applyBDecToInput: true, ...LINEAR },
  BatchTopKSAE: { names: { ...linear('b_dec'), threshold: 'threshold' }, encoder: 'jumprelu', applyBDecToInput: true, ...LINEAR },
  MatryoshkaBatchTopKSAE: { names: plain, encoder: 'jumprelu', applyBDecToInput: true },
};

/** dictionary_learning: `ae.pt` and the settings of its trainer in config.json. */
export const dictionaryLearning: Format = {
  name: 'dictionary_learning',
  recognises: (files) => classOf(files) !== null,
  read: readDictionaryLearning,
};

/** By the settings, or by the names of its tensors where only the file was given. */
function classOf(files: FoundFiles): string | null {
  const trainer = files.config?.['trainer'];
  if (isJson(trainer) && typeof trainer['dict_class'] === 'string') return trainer['dict_class'];
  if (!/\.(pt|pth|bin)$/i.test(files.file)) return null;
  if (hasAll(files, 'encoder.weight', 'gate_bias', 'mag_bias', 'r_mag', 'decoder_bias')) return 'GatedAutoEncoder';
  if (hasAll(files, 'encoder.weight', 'encoder.bias', 'decoder.weight', 'bias')) return 'AutoEncoder';
  if (hasAll(files, 'encoder.weight', 'encoder.bias', 'decoder.weight', 'b_dec', 'k')) return 'AutoEncoderTopK';
  if (!hasAll(files, 'W_enc', 'W_dec', 'b_enc', 'b_dec', 'threshold')) return null;
  return files.tensors.has('k') ? 'MatryoshkaBatchTopKSAE' : 'JumpReluAutoEncoder';
}

async function readDictionaryLearning(files: FoundFiles): Promise<ReadDictionary> {
  const notes: Notes = [];
  const name = classOf(files) ?? '';
  const known = Object.hasOwn(KINDS, name) ? KINDS[name] : undefined;
  if (known === undefined) throw new UserError('unsupported-architecture', `this dictionary is a "${name.slice(0, 60)}" of dictionary_learning; read are ${Object.keys(KINDS).join(', ')}.`);
  const trainer = jsonIn(files.config ?? {}, 'trainer');
  const k = countIn(trainer, 'k') ?? (await numberIn(files, 'k'));
  if (name === 'AutoEncoderTopK' && !isJson(files.config?.['trainer']))
    notes.push('There is no config.json: read as AutoEncoderTopK, k per token. A BatchTopKSAE has the same tensors, but keeps what lies above its threshold.');
  const kind = await calibrated(files, known, k, notes);
  const { dIn, dSae, ...read } = await buildDictionary(
    files,
    { ...kind, k, hookName: hookIn(files), format: 'dictionary_learning', architecture: name, modelName: textIn(trainer, 'lm_name') },
    notes,
  );
  const [saidIn, saidSae] = [countIn(trainer, 'activation_dim'), countIn(trainer, 'dict_size')];
  if ((saidIn !== null && saidIn !== dIn) || (saidSae !== null && saidSae !== dSae))
    throw new UserError('bad-config', `config.json says activation_dim ${saidIn} and dict_size ${saidSae}, but the tensors have ${dIn} and ${dSae}. The two files don't belong together.`);
  return { ...read, dIn, dSae, notes };
}

/** The trainer begins with a threshold of −1 and sets it after a thousand steps: before that its dictionary is a TopK. */
async function calibrated(files: FoundFiles, kind: Kind, k: number | null, notes: Notes): Promise<Kind> {
  if (kind.names.threshold === undefined || !kind.applyBDecToInput || !kind.encoder.startsWith('jump')) return kind;
  const threshold = files.tensors.get('threshold');
  const [value = -1] = threshold === undefined ? [] : await threshold.values();
  if (value >= 0) {
    notes.push(`What lies above the stored threshold (${value.toPrecision(4)}) is kept.`);
    return kind;
  }
  notes.push(`No threshold was stored yet: read as TopK with k = ${k ?? 'unknown'} per token.`);
  const { W_enc, b_enc, W_dec, b_dec } = kind.names;
  return { ...kind, names: { W_enc, b_enc, W_dec, b_dec }, encoder: 'topk' };
}

async function numberIn({ tensors }: FoundFiles, name: string): Promise<number | null> {
  const tensor = tensors.get(name);
  if (tensor === undefined || tensor.shape.reduce((product, n) => product * n, 1) !== 1) return null;
  const [value = 0] = await tensor.values();
  return Number.isSafeInteger(value) && value > 0 ? value : null;
}

/** What modules give, before any norm after them. `submodule_name` begins with the place, such as resid_post_layer_8, attention_layer_3 or mlp_layer_3. */
function hookIn(files: FoundFiles): string | null {
  const trainer = jsonIn(files.config ?? {}, 'trainer');
  const submodule = (textIn(trainer, 'submodule_name') ?? files.folder.hint).toLowerCase();
  const told = trainer['layer'];
  const layer = typeof told === 'number' && Number.isSafeInteger(told) && told >= 0 ? told : layerIn(submodule);
  if (/(^|[/_])embed/.test(submodule)) return 'hook_embed';
  if (layer === null) return null;
  if (/att(n|ention)/.test(submodule)) return `blocks.${layer}.attn.hook_out`;
  return `blocks.${layer}.${/mlp/.test(submodule) ? 'mlp.hook_out' : 'hook_resid_post'}`;
}
