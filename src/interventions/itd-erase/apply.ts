import {
  add,
  asFloat,
  blend,
  decodeRows,
  encodeRows,
  fromConstant,
  greaterEqual,
  keptForRun,
  mean,
  mul,
  positionMask,
  reshape,
  scale,
  square,
  sub,
  sum,
  touchedRows,
  type HookEntry,
  type PassContext,
  type Tensor,
} from '../../engine';
import { UserError } from '../../lib/errors';
import type { InterventionSite } from '../types';
import type { params as settings } from './index';

type Site = InterventionSite<typeof settings>;

/** Tells the score of one erasing from that of another in the same run. */
let instances = 0;

/**
 * h ← D(f′) at the positions, f′_j = c · f_j for the features of the concept and f_j for all others; no error term. With a threshold
 * only where the mean squared difference between D(f′) and h over the prompt, BOS left out, reaches it.
 *
 * @throws UserError for a transcoder, another hook point than the dictionary's, or a feature that there isn't.
 */
export function hooks({ at, positions, params, dictionary: find }: Site): readonly HookEntry[] {
  const dictionary = find?.(params.dictionary);
  if (dictionary === undefined) throw new UserError('unknown-dictionary', 'erasing needs an opened dictionary.');
  const { spec, dSae, name } = dictionary.info;
  if (spec.hookName !== spec.hookNameOut) throw new UserError('transcoder', `erasing puts the reconstruction in place of what was read; the transcoder ${name} reads at one place and writes at another.`);
  if (at !== spec.hookName) throw new UserError('wrong-hook', `the dictionary ${name} reads at "${spec.hookName}", so a concept can't be erased with it at "${at}".`);
  const factors = (factor: number) => {
    const values = new Float32Array(dSae).fill(1); // [d_sae]
    for (const feature of params.features) {
      if (!Number.isInteger(feature) || feature < 0 || feature >= dSae) throw new UserError('no-feature', `the dictionary ${name} has no feature ${feature}: they are numbered from 0 to ${dSae - 1}.`);
      values[feature] = factor;
    }
    return values;
  };
  const erased = factors(params.coefficient);
  const scored = factors(params.scored);
  instances += 1;
  const key = `itd-erase ${instances}`;

  const reconstruct = (f: Tensor, rows: Tensor, by: Float32Array) => decodeRows(dictionary, mul(f, fromConstant(by, [1, dSae])), rows); // [pos, d]

  return [
    [
      at,
      (x, context) => {
        const mask = positionMask(context, positions, { skipBos: params.skipBos && typeof positions === 'string' });
        const isFirst = context.offset === 0;
        if (mask === null && !isFirst) return;
        const rows = reshape(x, [context.length, x.size / context.length]); // [pos, d]
        const f = encodeRows(dictionary, rows); // [pos, d_sae]
        // The prompt is in the first pass only: what it scored holds for the whole run.
        const gate = params.threshold <= 0 ? null : keptForRun(key, () => asFloat(greaterEqual(scoreOf(rows, reconstruct(f, rows, scored), context), params.threshold)));
        if (mask === null) return;
        const written = blend(rows, reconstruct(f, rows, erased), mask); // [pos, d]
        return reshape(gate === null ? written : add(rows, mul(gate, sub(written, rows))), x.shape);
      },
    ],
  ];
}

/** Mean squared difference over the prompt's tokens but BOS, and over d. [1, 1]. A prompt of BOS alone scores 0. */
function scoreOf(rows: Tensor, reconstruction: Tensor, context: PassContext): Tensor {
  const touched = touchedRows(context, 'prompt', { skipBos: true });
  const count = touched.reduce((total, one) => total + one, 0);
  const errors = mean(square(sub(reconstruction, rows))); // [pos, 1]
  return scale(sum(mul(errors, fromConstant(touched, [context.length, 1])), 0), 1 / Math.max(1, count));
}
