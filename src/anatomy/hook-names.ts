import { attentionOf, type ModelConfig } from './model-config';

/** Hook points inside one block, spelled as TransformerLens spells them. */
export const BLOCK_POINTS = [
  'hook_resid_pre',
  'ln1.hook_scale',
  'ln1.hook_normalized',
  'ln1.hook_out',
  'attn.hook_q',
  'attn.hook_k',
  'attn.hook_v',
  'attn.hook_rot_q',
  'attn.hook_rot_k',
  'attn.hook_attn_scores',
  'attn.hook_pattern',
  'attn.hook_z',
  'attn.hook_result',
  'ln1_post.hook_scale',
  'ln1_post.hook_normalized',
  'hook_attn_out',
  'hook_resid_mid',
  'ln2.hook_scale',
  'ln2.hook_normalized',
  'ln2.hook_out',
  'mlp.hook_pre',
  'mlp.hook_pre_linear',
  'mlp.hook_post',
  'mlp.hook_router_logits',
  'mlp.hook_expert_indices',
  'mlp.hook_expert_weights',
  'ln2_post.hook_scale',
  'ln2_post.hook_normalized',
  'hook_mlp_out',
  'hook_resid_post',
] as const;
/** Hook points outside the blocks. `logits` is what the unembedding gives. */
export const OUTER_POINTS = ['hook_embed', 'hook_pos_embed', 'ln_final.hook_scale', 'ln_final.hook_normalized', 'logits'] as const;

export type BlockPoint = (typeof BLOCK_POINTS)[number];
export type OuterPoint = (typeof OUTER_POINTS)[number];
export type HookName = OuterPoint | `blocks.${number}.${BlockPoint}`;

export type Axis =
  | 'pos'
  | 'd_model'
  | 'd_vocab'
  | 'd_mlp'
  | 'd_head'
  | 'head_index'
  | 'kv_head_index'
  | 'query_pos'
  | 'key_pos'
  | 'layer'
  | 'expert'
  | 'one'
  | 'rank'
  | 'd_sae'
  | 'item';

/** The hook name of a point in block `layer`. */
export function blockHook(layer: number, point: BlockPoint): HookName {
  return `blocks.${layer}.${point}`;
}

export interface ParsedHook {
  /** Null for a point outside the blocks. */
  readonly layer: number | null;
  readonly point: BlockPoint | OuterPoint;
}

/** Reads a hook name, or gives null when no model has such a point. */
export function parseHook(name: string): ParsedHook | null {
  if ((OUTER_POINTS as readonly string[]).includes(name)) return { layer: null, point: name as OuterPoint };
  const match = /^blocks\.(0|[1-9]\d{0,3})\.(.+)$/.exec(name);
  if (match === null || !(BLOCK_POINTS as readonly string[]).includes(match[2] ?? '')) return null;
  return { layer: Number(match[1]), point: match[2] as BlockPoint };
}

/** Every hook point that a model of this shape has, in the order in which a forward pass reaches them. */
export function hookNames(config: ModelConfig): HookName[] {
  const names: HookName[] = ['hook_embed'];
  if (config.positions.kind === 'learned') names.push('hook_pos_embed');
  for (let layer = 0; layer < config.nLayers; layer += 1)
    for (const point of BLOCK_POINTS) if (hasPoint(config, layer, point)) names.push(blockHook(layer, point));
  names.push('ln_final.hook_scale', 'ln_final.hook_normalized', 'logits');
  return names;
}

/** True when a model of this shape has the point. */
export function isHookOf(name: string, config: ModelConfig): name is HookName {
  const parsed = parseHook(name);
  if (parsed === null || (parsed.layer !== null && parsed.layer >= config.nLayers)) return false;
  if (parsed.layer !== null) return hasPoint(config, parsed.layer, parsed.point as BlockPoint);
  return parsed.point !== 'hook_pos_embed' || config.positions.kind === 'learned';
}

function hasPoint(config: ModelConfig, layer: number, point: BlockPoint): boolean {
  const isDense = config.experts === null;
  switch (point) {
    case 'attn.hook_rot_q':
    case 'attn.hook_rot_k':
      return attentionOf(config, layer).rotary !== null;
    case 'hook_resid_mid':
      return config.block === 'sequential';
    case 'mlp.hook_pre':
    case 'mlp.hook_post':
      return isDense;
    case 'mlp.hook_pre_linear':
      return isDense && config.mlp.gated;
    case 'mlp.hook_router_logits':
    case 'mlp.hook_expert_indices':
    case 'mlp.hook_expert_weights':
      return !isDense;
    default:
      if (/^ln[12]_post\./.test(point)) return config.normed !== 'pre';
      return config.normed !== 'post' || !/^ln[12]\./.test(point);
  }
}

const AXES: Record<BlockPoint | OuterPoint, readonly Axis[]> = {
  hook_embed: ['pos', 'd_model'],
  hook_pos_embed: ['pos', 'd_model'],
  hook_resid_pre: ['pos', 'd_model'],
  'ln1.hook_scale': ['pos', 'one'],
  'ln1.hook_normalized': ['pos', 'd_model'],
  'ln1.hook_out': ['pos', 'd_model'],
  'attn.hook_q': ['pos', 'head_index', 'd_head'],
  'attn.hook_k': ['pos', 'kv_head_index', 'd_head'],
  'attn.hook_v': ['pos', 'kv_head_index', 'd_head'],
  'attn.hook_rot_q': ['pos', 'head_index', 'd_head'],
  'attn.hook_rot_k': ['pos', 'kv_head_index', 'd_head'],
  'attn.hook_attn_scores': ['head_index', 'query_pos', 'key_pos'],
  'attn.hook_pattern': ['head_index', 'query_pos', 'key_pos'],
  'attn.hook_z': ['pos', 'head_index', 'd_head'],
  'attn.hook_result': ['pos', 'head_index', 'd_model'],
  'ln1_post.hook_scale': ['pos', 'one'],
  'ln1_post.hook_normalized': ['pos', 'd_model'],
  hook_attn_out: ['pos', 'd_model'],
  hook_resid_mid: ['pos', 'd_model'],
  'ln2.hook_scale': ['pos', 'one'],
  'ln2.hook_normalized': ['pos', 'd_model'],
  'ln2.hook_out': ['pos', 'd_model'],
  'mlp.hook_pre': ['pos', 'd_mlp'],
  'mlp.hook_pre_linear': ['pos', 'd_mlp'],
  'mlp.hook_post': ['pos', 'd_mlp'],
  // One column per expert; of the indices, one per expert chosen, the likeliest first.
  'mlp.hook_router_logits': ['pos', 'expert'],
  'mlp.hook_expert_indices': ['pos', 'rank'],
  'mlp.hook_expert_weights': ['pos', 'expert'],
  'ln2_post.hook_scale': ['pos', 'one'],
  'ln2_post.hook_normalized': ['pos', 'd_model'],
  hook_mlp_out: ['pos', 'd_model'],
  hook_resid_post: ['pos', 'd_model'],
  'ln_final.hook_scale': ['pos', 'one'],
  'ln_final.hook_normalized': ['pos', 'd_model'],
  logits: ['pos', 'd_vocab'],
};

/** The axes of the array at a hook point. */
export function hookAxes(point: BlockPoint | OuterPoint): readonly Axis[] {
  return AXES[point];
}

/** The shape of the array at a hook point when `nPos` positions are in it. */
export function hookShape(point: BlockPoint | OuterPoint, config: ModelConfig, nPos: number): number[] {
  const size: Partial<Record<Axis, number>> = {
    pos: nPos,
    query_pos: nPos,
    key_pos: nPos,
    one: 1,
    d_model: config.dModel,
    d_vocab: config.dVocab,
    d_mlp: config.dMlp,
    d_head: config.dHead,
    head_index: config.nHeads,
    kv_head_index: config.nKvHeads,
    expert: config.experts?.count ?? 0,
    rank: config.experts?.perToken ?? 0,
  };
  return AXES[point].map((axis) => size[axis] ?? 0);
}
