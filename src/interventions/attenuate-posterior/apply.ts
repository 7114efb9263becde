import { add, asFloat, columns, decodeRows, div, encodeRows, exp, fromConstant, greater, mul, reshape, scale, square, sub, type HookEntry, type Tensor } from '../../engine';
import { UserError } from '../../lib/errors';
import { changeRows } from '../change-rows';
import type { InterventionSite } from '../types';
import type { params as settings } from './index';

type Site = InterventionSite<typeof settings>;

/**
 * h ← h + strength · P(c|h) · (goal − h) of one unit, where P(c|h) = p_c(h) / (p_c(h) + p_other(h)) with normal densities and equal
 * priors; the goal is 0, or the mean under the other concepts. Of a dictionary the unit is a feature, its error term is kept, and
 * where it is silent it stays silent.
 *
 * @throws UserError for a transcoder, another hook point than the dictionary's, or a unit that there isn't.
 */
export function hooks(site: Site): readonly HookEntry[] {
  const { at, positions, params } = site;
  if (params.strength === 0) return [];
  const selection = { positions, skipBos: params.skipBos };
  return [[at, (x, context) => changeRows(x, context, selection, (rows) => (params.dictionary === '' ? onNeuron(site, rows) : onFeature(site, rows)))]];
}

/** @param rows [pos, d] */
function onNeuron({ at, params }: Site, rows: Tensor): Tensor {
  const width = rows.shape[1] ?? 0;
  if (params.unit >= width) throw new UserError('unknown-unit', `there is no neuron ${params.unit} at "${at}": they run from 0 to ${width - 1}.`);
  return add(rows, mul(changeOf(params, columns(rows, [params.unit])), oneHot(params.unit, width)));
}

/** @param rows [pos, d] */
function onFeature({ at, params, dictionary: find }: Site, rows: Tensor): Tensor {
  const dictionary = find?.(params.dictionary);
  if (dictionary === undefined) throw new UserError('unknown-dictionary', 'attenuating a feature needs an opened dictionary.');
  const { spec, dSae, name } = dictionary.info;
  if (spec.hookName !== spec.hookNameOut) throw new UserError('transcoder', `${name} is a transcoder: attenuate its features where it writes with the sliders of features.`);
  if (at !== spec.hookName) throw new UserError('wrong-hook', `the dictionary ${name} reads at "${spec.hookName}", so its features can't be attenuated at "${at}".`);
  if (params.unit >= dSae) throw new UserError('unknown-unit', `there is no feature ${params.unit} in ${name}: they run from 0 to ${dSae - 1}.`);
  const f = encodeRows(dictionary, rows); // [pos, d_sae]
  const own = columns(f, [params.unit]); // [pos, 1]
  const change = mul(changeOf(params, own), asFloat(greater(own, 0)));
  const edited = add(f, mul(change, oneHot(params.unit, dSae)));
  return add(rows, sub(decodeRows(dictionary, edited, rows), decodeRows(dictionary, f, rows)));
}

/** strength · P · (goal − h). @param h [pos, 1] */
function changeOf(params: Site['params'], h: Tensor): Tensor {
  const { targetMean, targetDeviation, otherMean, otherDeviation, toward, strength } = params;
  // ln of each density, what both share left out.
  const log = (mean: number, deviation: number) => sub(scale(square(sub(h, mean)), -0.5 / deviation ** 2), Math.log(deviation));
  // p_c / (p_c + p_other) = 1 / (1 + exp(ln p_other − ln p_c)); the exponential may overflow to ∞, which gives 0.
  const odds = exp(sub(log(otherMean, otherDeviation), log(targetMean, targetDeviation)));
  const posterior = div(1, add(odds, 1));
  const goal = toward === 'zero' ? 0 : otherMean;
  return scale(mul(posterior, sub(goal, h)), strength);
}

function oneHot(index: number, length: number): Tensor {
  const row = new Float32Array(length);
  row[index] = 1;
  return reshape(fromConstant(row, [1, length]), [1, length]);
}
