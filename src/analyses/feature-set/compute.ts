import type { Dictionary } from '../../anatomy/dictionary';
import { namedArray, type NamedArray } from '../../anatomy/named-array';
import { startsWithBos } from '../../anatomy/rows';
import { must } from '../../lib/assert';
import { UserError } from '../../lib/errors';
import { decodeValues, encodeValues } from '../dictionary-rows';
import type { AnalysisInput } from '../types';
import { conceptSet, largest, maximaOver, meanSquaredDifference, thresholdOf } from './select';

export type FeatureSet = {
  /** [item]: the features of the concept, strongest first. */
  readonly features: NamedArray;
  /** [item]: the largest activation of each on the concept's prompts. */
  readonly strengths: NamedArray;
  /** [item], one per prompt: mean squared difference between D(f′) and the activation. */
  readonly conceptScores: NamedArray;
  readonly retainScores: NamedArray;
  /** 0.99 · the least score of the concept's prompts. */
  readonly threshold: number;
  /** Prompts to be kept that score at least as much. */
  readonly falsePositives: number;
};

interface Params {
  readonly dictionary: string;
  readonly concept: string;
  readonly retain: string;
  readonly top: number;
  readonly coefficient: number;
}

const MOST_PROMPTS = 200;

/** The lines of a text that aren't blank. @throws UserError for more than can be run. */
export function linesOf(text: string): string[] {
  const lines = text.split(/\r\n|\n|\r/).filter((line) => line.trim() !== '');
  if (lines.length > MOST_PROMPTS) throw new UserError('too-many-prompts', `${lines.length} prompts are more than the ${MOST_PROMPTS} that are run for a concept.`);
  return lines;
}

interface Encoded {
  /** [pos, d_in] */
  readonly x: Float32Array;
  /** [pos, d_sae] */
  readonly f: Float32Array;
  readonly skipBos: boolean;
}

/** Selects the features of a concept and scores every prompt with their activations multiplied. */
export async function compute(input: Pick<AnalysisInput, 'ask' | 'encode' | 'config' | 'dictionary' | 'signal'>, params: Params): Promise<FeatureSet> {
  const dictionary = must(input.dictionary?.(params.dictionary), 'the dictionary');
  const { spec, dSae, dIn, name } = dictionary.info;
  if (spec.hookName !== spec.hookNameOut) throw new UserError('transcoder', `${name} is a transcoder: what it writes can't be compared with what it reads.`);
  const [concept, retain] = [linesOf(params.concept), linesOf(params.retain)];
  if (concept.length === 0) throw new UserError('no-prompts', 'a concept needs at least one prompt, one a line.');

  const encode = async (prompt: string): Promise<Encoded> => {
    input.signal.throwIfAborted();
    const ids = await input.encode(prompt);
    if (ids.length > input.config.nCtx) throw new UserError('too-long', `"${prompt.slice(0, 40)}" has ${ids.length} tokens; this model takes ${input.config.nCtx}.`);
    const { activations } = await input.ask({ ids, capture: [spec.hookName] });
    const x = must(activations[spec.hookName], `the activation ${spec.hookName}`).data;
    return { x, f: await encodeValues(dictionary, x), skipBos: startsWithBos(ids, input.config) };
  };
  const encodeAll = async (prompts: readonly string[]) => {
    const all: Encoded[] = [];
    for (const prompt of prompts) all.push(await encode(prompt));
    return all;
  };
  const [conceptRuns, retainRuns] = [await encodeAll(concept), await encodeAll(retain)];
  const maxima = (runs: readonly Encoded[]) => runs.map(({ f, skipBos }) => maximaOver(f, dSae, skipBos));
  const conceptMaxima = maxima(conceptRuns);
  const features = conceptSet(conceptMaxima, maxima(retainRuns), params.top, dSae);
  const strongest = largest(conceptMaxima, dSae);

  const scores = async (runs: readonly Encoded[]) => {
    const all: number[] = [];
    for (const { x, f, skipBos } of runs) {
      input.signal.throwIfAborted();
      all.push(meanSquaredDifference(await decodeValues(dictionary, scaled(f, features, dSae, params.coefficient), x), x, dIn, skipBos));
    }
    return all;
  };
  const [conceptScores, retainScores] = [await scores(conceptRuns), await scores(retainRuns)];
  const threshold = thresholdOf(conceptScores);
  return {
    features: items(features),
    strengths: items(features.map((feature) => strongest[feature] ?? 0)),
    conceptScores: items(conceptScores),
    retainScores: items(retainScores),
    threshold,
    falsePositives: retainScores.filter((score) => score >= threshold).length,
  };
}

const items = (values: readonly number[]): NamedArray => namedArray(['item'], [values.length], Float32Array.from(values));

/** f with the columns of some features multiplied. [pos, d_sae] */
function scaled(f: Float32Array, features: readonly number[], dSae: Dictionary['info']['dSae'], factor: number): Float32Array {
  const out = f.slice();
  for (let row = 0; row < out.length; row += dSae) for (const feature of features) out[row + feature] = factor * (out[row + feature] ?? 0);
  return out;
}
