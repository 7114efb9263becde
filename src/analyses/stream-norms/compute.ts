import { blockHook } from '../../anatomy/hook-names';
import { namedArray, type NamedArray } from '../../anatomy/named-array';
import { rowAt, startsWithBos } from '../../anatomy/rows';
import { at, must } from '../../lib/assert';
import { UserError } from '../../lib/errors';
import { median } from '../../lib/numeric';
import { l2Norm } from '../../lib/vectors';
import type { AnalysisInput } from '../types';

export type StreamNorms = {
  /** Median ‖h‖ of what enters block 0. */
  readonly pre0: number;
  /** [layer]: median ‖h‖ of what leaves each block. */
  readonly median: NamedArray;
  /** How many positions were measured. */
  readonly positions: number;
};

/** The median over positions, from `first` on, of the L2 norm of a row. */
export function medianNorm(activation: NamedArray, first: number): number {
  const norms: number[] = [];
  for (let pos = first; pos < (activation.shape[0] ?? 0); pos += 1) norms.push(l2Norm(rowAt(activation, pos)));
  return median(norms);
}

/**
 * Measures an unchanged run over the text (cut to the model's context), BOS left out.
 *
 * @throws UserError when nothing but BOS is left.
 */
export async function compute(
  { config, run, encode, ask }: Pick<AnalysisInput, 'config' | 'run' | 'encode' | 'ask'>,
  params: { readonly text: string },
): Promise<StreamNorms> {
  const all = params.text === '' ? run.ids : await encode(params.text);
  const ids = all.slice(0, config.nCtx);
  const first = startsWithBos(ids, config) ? 1 : 0;
  if (ids.length <= first) throw new UserError('empty-text', 'there is no token besides BOS to measure norms on: give a text.');
  const pre = blockHook(0, 'hook_resid_pre');
  const posts = Array.from({ length: config.nLayers }, (_, layer) => blockHook(layer, 'hook_resid_post'));
  const base = await ask({ ids, capture: [pre, ...posts] });
  const measure = (index: number) => medianNorm(must(base.activations[at(posts, index)], `the output of block ${index}`), first);
  return {
    pre0: medianNorm(must(base.activations[pre], 'what enters block 0'), first),
    median: namedArray(['layer'], [config.nLayers], Float32Array.from(posts, (_, layer) => measure(layer))),
    positions: ids.length - first,
  };
}
