import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { namedArray, type NamedArray } from '../../anatomy/named-array';
import { UserError } from '../../lib/errors';
import type { ParamValues } from '../../lib/params';
import type { AnalysisInput } from '../types';
import { promptLines, unitsOf } from '../unit-activations';
import { conceptsOf } from './concepts';
import { distanceOf, jensenShannon } from './divergence';
import { binOf, binsOf, histograms } from './histogram';
import type { params as settings } from './index';

export type ConceptSeparability = {
  readonly hook: string;
  readonly concepts: readonly string[];
  /** [item]: tokens of each concept, start tokens left out. */
  readonly samples: NamedArray;
  /** Units that do something on these texts, and how many there are. */
  readonly active: number;
  readonly units: number;
  /** Mean over active units of D = √(JSD / log₂ k), the mean JSD of shuffled labels taken off first. */
  readonly distance: number;
  /** The same without taking anything off. */
  readonly rawDistance: number;
  /** [item, item], concept by concept: mean over active units of the distance of the two, nothing taken off. 0 on the diagonal. */
  readonly pairs: NamedArray;
  /** [item]: the units that tell the concepts apart best, with D (corrected) and JSD in bits (as measured, and of shuffled labels). */
  readonly topUnits: NamedArray;
  readonly topDistances: NamedArray;
  readonly topDivergences: NamedArray;
  readonly topChance: NamedArray;
  /** The unit whose histograms are given. */
  readonly shown: UnitHistograms;
};

export type UnitHistograms = {
  readonly unit: number;
  /** [item]: edges of the bins besides that of exact zero. */
  readonly edges: NamedArray;
  /** [item, item], concept by bin: shares of its tokens; bin 0 is exact zero. */
  readonly shares: NamedArray;
  /** The same shape: P(concept | the bin), concepts being equally likely before. NaN where no token is. */
  readonly posterior: NamedArray;
  /** [item] each: mean and standard deviation of the unit under each concept, over the tokens at which it is not exactly 0. */
  readonly means: NamedArray;
  readonly deviations: NamedArray;
};

const TOP = 30;

/** @throws UserError for prompts without labels, or too few of them. */
export async function compute(input: Pick<AnalysisInput, 'ask' | 'encode' | 'config' | 'dictionary' | 'signal'>, params: ParamValues<typeof settings>): Promise<ConceptSeparability> {
  const units = unitsOf(input, params);
  const concepts = conceptsOf(promptLines(params.prompts));
  const k = concepts.length;
  const parts: Float32Array[] = [];
  const labelList: number[] = [];
  for (const [label, { prompts }] of concepts.entries())
    for (const prompt of prompts) {
      const { values, nPos } = await units.readText(prompt);
      parts.push(values);
      for (let pos = 0; pos < nPos; pos += 1) labelList.push(label);
    }
  const labels = Uint16Array.from(labelList);
  const counts = concepts.map((_, label) => labels.filter((one) => one === label).length);
  if (counts.some((count) => count < 2)) throw new UserError('few-tokens', 'every concept needs at least two tokens besides start tokens.');
  const shuffles = shuffledLabels(labels, params.permutations, params.seed);
  const valuesOf = (unit: number) => {
    const values = new Float64Array(labels.length);
    let at = 0;
    for (const part of parts) for (let i = unit; i < part.length; i += units.count) values[at++] = part[i] ?? 0;
    return values;
  };

  const found: { unit: number; divergence: number; chance: number; distance: number; raw: number }[] = [];
  const pairSums = new Float64Array(k * k);
  for (let unit = 0; unit < units.count; unit += 1) {
    if (unit % 64 === 0) input.signal.throwIfAborted();
    const values = valuesOf(unit);
    if (values.every((value) => value === 0)) continue;
    const bins = binsOf(values, params.bins, params.binning);
    const places = Uint16Array.from(values, (value) => binOf(bins, value));
    const size = bins.edges.length;
    const rows = histograms(places, labels, k, size);
    const divergence = jensenShannon(rows);
    const chance = shuffles.reduce((sum, shuffled) => sum + jensenShannon(histograms(places, shuffled, k, size)), 0) / Math.max(1, shuffles.length);
    found.push({ unit, divergence, chance, distance: distanceOf(divergence - chance, k), raw: distanceOf(divergence, k) });
    for (let a = 0; a < k; a += 1)
      for (let b = 0; b < a; b += 1) {
        const between = distanceOf(jensenShannon([rows[a] ?? [], rows[b] ?? []]), 2);
        for (const cell of [a * k + b, b * k + a]) pairSums[cell] = (pairSums[cell] ?? 0) + between;
      }
  }
  const active = found.length;
  const mean = (pick: (one: (typeof found)[number]) => number) => found.reduce((sum, one) => sum + pick(one), 0) / Math.max(1, active);
  const top = [...found].sort((a, b) => b.distance - a.distance || a.unit - b.unit).slice(0, TOP);
  const list = (of: readonly number[]) => namedArray(['item'], [of.length], Float32Array.from(of));
  const shown = params.unit >= 0 ? params.unit : (top[0]?.unit ?? 0);
  if (shown >= units.count) throw new UserError('unknown-unit', `there is no feature or neuron ${shown}: they run from 0 to ${units.count - 1}.`);
  return {
    hook: units.hook,
    concepts: concepts.map(({ label }) => label),
    samples: list(counts),
    active,
    units: units.count,
    distance: mean(({ distance }) => distance),
    rawDistance: mean(({ raw }) => raw),
    pairs: namedArray(['item', 'item'], [k, k], Float32Array.from(pairSums, (sum) => sum / Math.max(1, active))),
    topUnits: list(top.map(({ unit }) => unit)),
    topDistances: list(top.map(({ distance }) => distance)),
    topDivergences: list(top.map(({ divergence }) => divergence)),
    topChance: list(top.map(({ chance }) => chance)),
    shown: unitHistograms(shown, valuesOf(shown), labels, k, params),
  };
}

/** The labels in random order, as often as asked for. */
function shuffledLabels(labels: Uint16Array, times: number, seed: number): Uint16Array[] {
  const rng = xoroshiro128plus(seed);
  return Array.from({ length: times }, () => {
    const shuffled = labels.slice();
    for (let i = shuffled.length - 1; i > 0; i -= 1) {
      const j = uniformInt(rng, 0, i);
      const held = shuffled[i] ?? 0;
      shuffled[i] = shuffled[j] ?? 0;
      shuffled[j] = held;
    }
    return shuffled;
  });
}

/** Histograms, posterior, means and deviations of one unit. @param values [token]. @param labels [token], the concept of each, 0 to k − 1 */
export function unitHistograms(unit: number, values: Float64Array, labels: Uint16Array, k: number, params: Pick<ParamValues<typeof settings>, 'bins' | 'binning'>): UnitHistograms {
  const bins = binsOf(values, params.bins, params.binning);
  const places = Uint16Array.from(values, (value) => binOf(bins, value));
  const size = bins.edges.length;
  const rows = histograms(places, labels, k, size);
  const posterior = rows.map((row) => row.map((share, bin) => share / rows.reduce((sum, other) => sum + (other[bin] ?? 0), 0)));
  const present = rows.map((_, label) => values.filter((value, i) => labels[i] === label && value !== 0));
  const means = present.map((list) => list.reduce((sum, value) => sum + value, 0) / Math.max(1, list.length));
  const deviations = present.map((list, label) => Math.sqrt(list.reduce((sum, value) => sum + (value - (means[label] ?? 0)) ** 2, 0) / Math.max(1, list.length)));
  const flat = (list: readonly Float64Array[]) => namedArray(['item', 'item'], [k, size], Float32Array.from(list.flatMap((row) => [...row])));
  const line = (list: ArrayLike<number>) => namedArray(['item'], [list.length], Float32Array.from(list));
  return { unit, edges: line(bins.edges), shares: flat(rows), posterior: flat(posterior), means: line(means), deviations: line(deviations) };
}
