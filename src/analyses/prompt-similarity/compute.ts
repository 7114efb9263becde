import { namedArray, type NamedArray } from '../../anatomy/named-array';
import { UserError } from '../../lib/errors';
import type { ParamValues } from '../../lib/params';
import type { AnalysisInput } from '../types';
import { promptLines, unitsOf, type UnitRows } from '../unit-activations';
import type { params as settings } from './index';

export type PromptSimilarity = {
  /** [item]: J of each prompt to rank, in the order in which they were given. */
  readonly similarity: NamedArray;
  /** [item]: cosine similarity of the same vectors, to compare. */
  readonly cosine: NamedArray;
  /** [item]: the features with the largest Σ over exemplars, and their pooled activation there. */
  readonly topUnits: NamedArray;
  readonly topValues: NamedArray;
};

const TOP = 20;

/** Σ min(s, t) / Σ max(s, t) of vectors without negative entries; 1 for two vectors of zeros. */
export function generalisedJaccard(s: ArrayLike<number>, t: ArrayLike<number>): number {
  let [least, most] = [0, 0];
  for (let i = 0; i < s.length; i += 1) {
    least += Math.min(s[i] ?? 0, t[i] ?? 0);
    most += Math.max(s[i] ?? 0, t[i] ?? 0);
  }
  return most === 0 ? 1 : least / most;
}

/** 0 where one of them is zero. */
export function cosineOf(s: ArrayLike<number>, t: ArrayLike<number>): number {
  let [dot, a, b] = [0, 0, 0];
  for (let i = 0; i < s.length; i += 1) {
    dot += (s[i] ?? 0) * (t[i] ?? 0);
    a += (s[i] ?? 0) ** 2;
    b += (t[i] ?? 0) ** 2;
  }
  return a === 0 || b === 0 ? 0 : dot / Math.sqrt(a * b);
}

/** One vector per prompt: |activation| of each unit, mean or maximum over positions. [units] */
export function pooled({ values, nPos }: UnitRows, units: number, pool: 'mean' | 'max'): Float64Array {
  const out = new Float64Array(units);
  for (let i = 0; i < nPos * units; i += 1) {
    const [unit, value] = [i % units, Math.abs(values[i] ?? 0)];
    out[unit] = pool === 'max' ? Math.max(out[unit] ?? 0, value) : (out[unit] ?? 0) + value / nPos;
  }
  return out;
}

/** @throws UserError without exemplars, or for a prompt that is too long. */
export async function compute(input: Pick<AnalysisInput, 'ask' | 'encode' | 'config' | 'dictionary' | 'signal'>, params: ParamValues<typeof settings>): Promise<PromptSimilarity> {
  const units = unitsOf(input, params);
  const [exemplars, candidates] = [promptLines(params.exemplars), promptLines(params.candidates)];
  if (exemplars.length === 0) throw new UserError('no-prompts', 'give at least one exemplar, one a line.');
  const vectorOf = async (prompt: string) => pooled(await units.readText(prompt), units.count, params.pool);
  const prototype = new Float64Array(units.count);
  for (const prompt of exemplars) {
    const vector = await vectorOf(prompt);
    vector.forEach((value, unit) => (prototype[unit] = (prototype[unit] ?? 0) + value / exemplars.length));
  }
  const similarity: number[] = [];
  const cosine: number[] = [];
  for (const prompt of candidates) {
    const vector = await vectorOf(prompt);
    similarity.push(generalisedJaccard(vector, prototype));
    cosine.push(cosineOf(vector, prototype));
  }
  const top = Array.from(prototype.keys()).sort((a, b) => (prototype[b] ?? 0) - (prototype[a] ?? 0) || a - b).slice(0, TOP);
  const list = (of: readonly number[]) => namedArray(['item'], [of.length], Float32Array.from(of));
  return { similarity: list(similarity), cosine: list(cosine), topUnits: list(top), topValues: list(top.map((unit) => prototype[unit] ?? 0)) };
}
