import { blockHook } from '../../anatomy/hook-names';
import { namedArray, type NamedArray } from '../../anatomy/named-array';
import { at } from '../../lib/assert';
import { UserError } from '../../lib/errors';
import type { AnalysisInput } from '../types';

export type ExpertActivation = {
  /** [layer, expert]: tokens that the expert was chosen for, or their share. A block without experts has zeros. */
  readonly activation: NamedArray;
  /** Tokens that were counted. */
  readonly tokens: number;
};

/** Adds one to `counts[expert]` for every of the first `nPos` rows of `weights` [pos, expert] in which the expert has a part. */
export function countChosen(weights: Float32Array, nExperts: number, nPos: number, counts: Float32Array): void {
  for (let pos = 0; pos < nPos; pos += 1)
    for (let expert = 0; expert < nExperts; expert += 1) if (at(weights, pos * nExperts + expert) > 0) counts[expert] = at(counts, expert) + 1;
}

/** M[l, e] of fTRI: how many tokens route to expert e in layer l. @throws UserError `no-experts`. */
export function compute(
  { config, run, request }: Pick<AnalysisInput, 'config' | 'run' | 'request'>,
  { phase, divide }: { readonly phase: 'prompt' | 'all'; readonly divide: boolean },
): ExpertActivation {
  const { experts, nLayers } = config;
  if (experts === null) throw new UserError('no-experts', 'this model has no mixture of experts: every token passes through the whole MLP.');
  const tokens = phase === 'prompt' ? Math.min(request.promptLength, run.ids.length) : run.ids.length;
  const values = new Float32Array(nLayers * experts.count);
  for (let layer = 0; layer < nLayers; layer += 1) {
    const weights = run.activations[blockHook(layer, 'mlp.hook_expert_weights')];
    if (weights !== undefined) countChosen(weights.data, experts.count, tokens, values.subarray(layer * experts.count, (layer + 1) * experts.count));
  }
  const scaled = divide && tokens > 0 ? values.map((count) => count / tokens) : values;
  return { activation: namedArray(['layer', 'expert'], [nLayers, experts.count], scaled), tokens };
}
