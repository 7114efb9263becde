import { UserError } from '../../lib/errors';
import type { Format, Json } from '../types';
import { buildDictionary, hasAll } from './build';
import { countIn, flagIn, textIn } from './config';
import { noteNoBos, type Notes } from './parts';

/** EleutherAI's sparsify: `layers.3/{cfg.json, sae.safetensors}`. W_dec is [d_sae, d_in], as in the package's own code. */
export const sparsify: Format = {
  name: 'sparsify',
  recognises: (files) => hasAll(files, 'encoder.weight', 'encoder.bias', 'W_dec', 'b_dec'),
  async read(files) {
    const notes: Notes = [];
    const config = files.config ?? {};
    const activation = textIn(config, 'activation') ?? 'topk';
    if (activation !== 'topk') throw new UserError('unsupported-architecture', `this dictionary activates its features by "${activation.slice(0, 40)}"; of sparsify's, TopK is read.`);
    if (flagIn(config, 'signed') === true) throw new UserError('unsupported-architecture', 'this dictionary keeps negative activations too (signed), which this app does not compute.');
    const isTranscoder = flagIn(config, 'transcode') ?? false;
    const module = moduleIn(files.folder.hint);
    const read = await buildDictionary(
      files,
      {
        names: { W_enc: 'encoder.weight', b_enc: 'encoder.bias', W_dec: 'W_dec', b_dec: 'b_dec', W_skip: 'W_skip' },
        // encoder.weight is a Linear's; where d_in equals d_sae its W_dec alone would leave the orientation open.
        isLinear: { W_enc: true, W_dec: false },
        encoder: 'topk',
        k: countIn(config, 'k'),
        applyBDecToInput: !isTranscoder,
        hookName: isTranscoder && module !== null ? inputOf(module) : module,
        hookNameOut: isTranscoder ? module : null,
        format: 'sparsify',
        architecture: isTranscoder ? (files.tensors.has('W_skip') ? 'skip_transcoder' : 'transcoder') : 'topk',
        modelName: null,
      },
      notes,
    );
    // Its trainer cuts text into chunks and puts nothing before them.
    noteNoBos(notes);
    const claimed = claimedWidth(config);
    if (claimed !== null && claimed !== read.dSae) notes.push(`cfg.json speaks of ${claimed} features; the tensors have ${read.dSae}, which counts.`);
    return { ...read, notes };
  },
};

/** Folders are named after modules of the model: `layers.3` is a block's output, `layers.3.mlp` its MLP's. */
function moduleIn(hint: string): string | null {
  if (/(^|[/ ])embed_tokens([/ ]|$)/.test(hint)) return 'embed_tokens';
  const matches = [...hint.matchAll(/(?:layers|h)[._]\d+(?:\.(?:mlp|attention|self_attn|attn))?(?=$|[/ ])/g)];
  return matches.at(-1)?.[0].replace('_', '.') ?? null;
}

/** A transcoder reads what its module reads. */
function inputOf(module: string): string | null {
  const layer = /^(?:layers|h)\.(\d+)\.mlp$/.exec(module)?.[1];
  return layer === undefined ? null : `blocks.${layer}.mlp.hook_in`;
}

/** Some files state another width than they have. */
function claimedWidth(config: Json): number | null {
  const latents = config['num_latents'];
  if (typeof latents === 'number' && latents > 0) return latents;
  const dIn = config['d_in'];
  const factor = config['expansion_factor'];
  return typeof dIn === 'number' && typeof factor === 'number' ? dIn * factor : null;
}
