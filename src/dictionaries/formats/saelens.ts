import type { DictionarySpec, DictionaryWeights } from '../../anatomy/dictionary';
import { UserError } from '../../lib/errors';
import { foldInputScale, foldNorms } from '../fold';
import type { Format, FoundFiles, ReadDictionary } from '../types';
import { hookOf, hookOutOf } from './hooks';
import { lengthOf, matrixOf, NO_EXTRAS, noteBDec, noteNoBos, noteNorms, storedDtypeOf, tensorOf, vectorOf, checkFinite, type Notes } from './parts';
import { readSaelensConfig, type SaelensConfig } from './saelens-config';

/** What SAELens calls its weights; cfg.json beside them says what they mean. */
export const SAELENS_WEIGHTS = 'sae_weights.safetensors';

/** Settles square matrices: SAELens always writes W_enc [d_in, d_sae] and W_dec [d_sae, d_out]. */
const ENC = { documented: 'features-are-columns' } as const;
const DEC = { documented: 'features-are-rows' } as const;

/** The layout of SAELens, before and since version 6: cfg.json and sae_weights.safetensors. */
export const saelens: Format = {
  name: 'SAELens',
  recognises: ({ tensors, config }) => config !== null && tensors.has('W_enc') && tensors.has('W_dec') && ('d_sae' in config || 'architecture' in config || 'hook_point' in config),
  read: readSaelens,
};

async function readSaelens(files: FoundFiles): Promise<ReadDictionary> {
  const notes: Notes = [];
  const config = readSaelensConfig(files.config ?? {}, notes);
  const dSae = lengthOf(files, config.encoder === 'gated' ? 'b_gate' : 'b_enc');
  const dOut = lengthOf(files, 'b_dec');
  const { values: W_enc, width: dIn } = await matrixOf(files, 'W_enc', dSae, 'features-are-columns', notes, ENC);
  const { values: W_dec, width: decWidth } = await matrixOf(files, 'W_dec', dSae, 'features-are-rows', notes, DEC);
  if (decWidth !== dOut) throw new UserError('misshapen-tensor', `${files.file}: W_dec writes ${decWidth} numbers, but b_dec has ${dOut}. The tensors don't belong together.`);
  if ((config.dIn !== null && config.dIn !== dIn) || (config.dSae !== null && config.dSae !== dSae))
    throw new UserError('bad-config', `cfg.json says d_in ${config.dIn} and d_sae ${config.dSae}, but the tensors have ${dIn} and ${dSae}. The two files don't belong together.`);
  const hookName = hookOf(files, config.hookName, notes);
  const hookNameOut = hookOutOf(files, config.hookNameOut, hookName, notes);
  if (config.isTranscoder && hookNameOut === hookName)
    throw new UserError('no-hook', `cfg.json calls this a ${config.architecture} but doesn't say where its output belongs (hook_name_out).`);
  const spec = specOf(files, config, hookName, hookNameOut, notes);
  const plain: DictionaryWeights = { W_enc, W_dec, b_dec: await vectorOf(files, 'b_dec', dOut), ...(await encoderWeights(files, config, dSae, dIn, dOut, notes)) };
  const finished = finishedBatchTopK(files, config, plain, dIn, dSae, notes);
  const weights = config.normScalingFactor === null ? finished : foldInputScale(finished, config.normScalingFactor);
  if (config.normScalingFactor !== null) notes.push(`The input scale ${config.normScalingFactor} of the release was folded into the weights.`);
  else if (spec.normalizeActivations === 'expected_average_only_in') notes.push('The constant input scale of its training is taken to lie in the weights already, as SAELens saves them.');
  noteBDec(spec.applyBDecToInput, notes);
  if (spec.centerInput) notes.push('The mean over d_in is taken from every vector first: it was trained on a model with centred writing weights.');
  noteNorms(weights.W_dec, dSae, notes);
  if (config.prependBos === false) noteNoBos(notes);
  return {
    spec,
    weights,
    dIn,
    dOut,
    dSae,
    format: config.isOld ? 'SAELens (before version 6)' : 'SAELens',
    architecture: config.architecture,
    storedDtype: storedDtypeOf(files),
    notes,
    modelName: config.modelName,
    neuronpediaId: config.neuronpediaId,
  };
}

function specOf(files: FoundFiles, config: SaelensConfig, hookName: DictionarySpec['hookName'], hookNameOut: DictionarySpec['hookName'], notes: Notes): DictionarySpec {
  const { overrides, tensors } = files;
  // BatchTopK and Matryoshka files hold a threshold once trained; one without is a TopK with the mean number it was trained for.
  const isUnfinished = isBatchTopK(config) && thresholdName(tensors) === null;
  const encoder = isUnfinished ? 'topk' : config.encoder;
  if (isUnfinished) notes.push(`No threshold is stored: the ${config.architecture} is read as TopK with k per token.`);
  const k = encoder === 'topk' ? (overrides.k ?? config.k) : null;
  if (encoder === 'topk' && k === null) throw new UserError('bad-config', 'cfg.json calls this a TopK dictionary but gives no k.');
  return {
    encoder,
    k,
    rescaleActsByDecoderNorm: encoder === 'topk' && config.rescaleActsByDecoderNorm,
    applyBDecToInput: overrides.applyBDecToInput ?? config.applyBDecToInput,
    normalizeActivations: overrides.normalizeActivations ?? config.normalizeActivations,
    centerInput: overrides.centerInput ?? config.centerInput,
    hookName,
    hookNameOut,
  };
}

async function encoderWeights(files: FoundFiles, config: SaelensConfig, dSae: number, dIn: number, dOut: number, notes: Notes): Promise<Omit<DictionaryWeights, 'W_enc' | 'W_dec' | 'b_dec'>> {
  const isGated = config.encoder === 'gated';
  const b_enc = await vectorOf(files, isGated ? 'b_gate' : 'b_enc', dSae);
  const gated = isGated ? { b_mag: await vectorOf(files, 'b_mag', dSae), r_mag: await vectorOf(files, 'r_mag', dSae) } : null;
  const name = isBatchTopK(config) ? thresholdName(files.tensors) : config.encoder === 'jumprelu' ? 'threshold' : null;
  const threshold = name === null ? null : await vectorOf(files, name, dSae, { spreads: true, infinite: true });
  return { ...NO_EXTRAS, b_enc, gated, threshold, W_skip: await skipOf(files, dIn, dOut), scalingFactor: await scalingOf(files, config, dSae, notes) };
}

const isBatchTopK = ({ architecture }: SaelensConfig): boolean => /batchtopk/.test(architecture);

/** What files for inference call `threshold` is one number, `topk_threshold`, in a checkpoint of the training. */
function thresholdName(tensors: FoundFiles['tensors']): 'threshold' | 'topk_threshold' | null {
  if (tensors.has('threshold')) return 'threshold';
  return tensors.has('topk_threshold') ? 'topk_threshold' : null;
}

/** A checkpoint's threshold is of activations times decoder norms where it ranks by those: they are folded, as SAELens does to save it for inference. */
function finishedBatchTopK({ tensors }: FoundFiles, config: SaelensConfig, weights: DictionaryWeights, dIn: number, dSae: number, notes: Notes): DictionaryWeights {
  if (!isBatchTopK(config) || thresholdName(tensors) !== 'topk_threshold') return weights;
  notes.push('What lies above the threshold of its training (topk_threshold) is kept.');
  if (!config.rescaleActsByDecoderNorm) return weights;
  notes.push('Decoder norms were folded into the encoder, in whose units that threshold is.');
  return { ...foldNorms(weights, dIn, dSae), threshold: weights.threshold };
}

/** W_skip [d_out, d_in]. @throws UserError `misshapen-tensor`. */
export async function skipOf(files: FoundFiles, dIn: number, dOut: number, name = 'W_skip'): Promise<Float32Array | null> {
  if (!files.tensors.has(name)) return null;
  const tensor = tensorOf(files, name);
  if (tensor.shape.length !== 2 || tensor.shape[0] !== dOut || tensor.shape[1] !== dIn)
    throw new UserError('misshapen-tensor', `${files.file}: "${name}" has shape [${tensor.shape.join(', ')}], but [${dOut}, ${dIn}] is needed. The tensors don't belong together.`);
  return checkFinite(tensor, await tensor.values());
}

/** SAELens asks with `torch.allclose`: ones that were rounded on their way are ones. */
const ALMOST_ONE = 1e-5;

async function scalingOf(files: FoundFiles, config: SaelensConfig, dSae: number, notes: Notes): Promise<Float32Array | null> {
  if (!files.tensors.has('scaling_factor')) return null;
  const factors = await vectorOf(files, 'scaling_factor', dSae);
  if (factors.every((factor) => Math.abs(factor - 1) <= ALMOST_ONE)) {
    notes.push('scaling_factor of all ones was dropped.');
    return null;
  }
  if (!config.finetuningScalingFactor)
    throw new UserError('bad-config', `${files.file} holds a scaling_factor that isn't all ones, but cfg.json doesn't say finetuning_scaling_factor: what it is for is unclear, and SAELens refuses it too.`);
  notes.push('scaling_factor multiplies the activations.');
  return factors;
}
