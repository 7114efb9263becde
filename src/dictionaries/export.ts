import { strToU8, zipSync } from 'fflate';
import type { Dictionary, Encoder } from '../anatomy/dictionary';
import { UserError } from '../lib/errors';
import { stableJson } from '../lib/stable-json';

/** The version of SAELens whose layout is written. */
const LAYOUT_VERSION = '6.0.0';

/** An opened dictionary as SAELens (version 6) reads it: settings and weights in float32. */
export interface SaelensFiles {
  readonly 'cfg.json': Uint8Array;
  readonly 'sae_weights.safetensors': Uint8Array;
}

/**
 * Writes a dictionary in SAELens's layout. What it computes stays the same; a `scaling_factor` is written as the layout of old
 * files has it, and centring as the setting of the model that asks for it.
 *
 * @throws UserError `unsupported-architecture` for transcoders that SAELens has no architecture for.
 */
export function exportSaelens({ info, weights }: Dictionary): SaelensFiles {
  const { spec, dIn, dOut, dSae } = info;
  const isTranscoder = spec.hookName !== spec.hookNameOut;
  const tensors: [name: string, shape: number[], values: Float32Array][] = [
    ['W_enc', [dIn, dSae], weights.W_enc],
    [spec.encoder === 'gated' ? 'b_gate' : 'b_enc', [dSae], weights.b_enc],
    ['W_dec', [dSae, dOut], weights.W_dec],
    ['b_dec', [dOut], weights.b_dec],
  ];
  if (weights.threshold !== null) tensors.push(['threshold', [dSae], weights.threshold]);
  if (weights.gated !== null) tensors.push(['b_mag', [dSae], weights.gated.b_mag], ['r_mag', [dSae], weights.gated.r_mag]);
  if (weights.W_skip !== null) tensors.push(['W_skip', [dOut, dIn], weights.W_skip]);
  if (weights.scalingFactor !== null) tensors.push(['scaling_factor', [dSae], weights.scalingFactor]);
  const config = {
    architecture: architectureOf(spec.encoder, isTranscoder, weights.W_skip !== null, info.name),
    d_in: dIn,
    d_sae: dSae,
    ...(isTranscoder ? { d_out: dOut } : {}),
    dtype: 'float32',
    device: 'cpu',
    apply_b_dec_to_input: spec.applyBDecToInput,
    normalize_activations: spec.normalizeActivations,
    reshape_activations: spec.hookName.endsWith('hook_z') ? 'hook_z' : 'none',
    ...(spec.k === null ? {} : { k: spec.k, rescale_acts_by_decoder_norm: spec.rescaleActsByDecoderNorm }),
    ...(weights.scalingFactor === null ? {} : { finetuning_scaling_factor: true }),
    metadata: {
      sae_lens_version: LAYOUT_VERSION,
      model_name: info.modelName,
      hook_name: spec.hookName,
      ...(isTranscoder ? { hook_name_out: spec.hookNameOut } : {}),
      hook_head_index: null,
      neuronpedia_id: info.neuronpediaId,
      ...(spec.centerInput ? { model_from_pretrained_kwargs: { center_writing_weights: true } } : {}),
      exported_from: `${info.format}, ${info.id}`,
    },
  };
  return { 'cfg.json': strToU8(`${JSON.stringify(config, null, 2)}\n`), 'sae_weights.safetensors': writeSafetensors(tensors) };
}

/** Both files in one zip, not packed: floats hardly shrink. */
export function exportSaelensZip(dictionary: Dictionary): Uint8Array<ArrayBuffer> {
  return zipSync({ ...exportSaelens(dictionary) }, { level: 0 }) as Uint8Array<ArrayBuffer>;
}

function architectureOf(encoder: Encoder, isTranscoder: boolean, isSkip: boolean, name: string): string {
  if (!isTranscoder && !isSkip) return encoder;
  if (encoder === 'topk' || encoder === 'gated')
    throw new UserError('unsupported-architecture', `${name} is a ${encoder} transcoder. SAELens's transcoders are ReLU or JumpReLU, so that its files can't say what this one computes: keep the files that it came in.`);
  return `${encoder === 'jumprelu' ? 'jumprelu_' : ''}${isSkip ? 'skip_' : ''}transcoder`;
}

function writeSafetensors(tensors: readonly (readonly [name: string, shape: readonly number[], values: Float32Array])[]): Uint8Array {
  const header: Record<string, unknown> = {};
  let end = 0;
  for (const [name, shape, values] of tensors) header[name] = { dtype: 'F32', shape, data_offsets: [end, (end += values.byteLength)] };
  // Padded with spaces, so that the numbers begin at a multiple of 8, as the format's own library writes it.
  const text = strToU8(stableJson(header));
  const length = Math.ceil(text.length / 8) * 8;
  const out = new Uint8Array(8 + length + end).fill(0x20, 8, 8 + length);
  new DataView(out.buffer).setBigUint64(0, BigInt(length), true);
  out.set(text, 8);
  let at = 8 + length;
  for (const [, , values] of tensors) {
    out.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  return out;
}
