import { UserError } from '../../lib/errors';
import type { Concept } from './concepts';

/** A prompt that is an example of a concept. */
export interface Example {
  readonly name: string;
  readonly prompt: string;
}

/** Reads examples, one a line: `dog | The dog barked.` @throws UserError that names the line. */
export function parseExamples(text: string): Example[] {
  const examples = text
    .split(/\r\n|\n|\r/)
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const bar = line.indexOf('|');
      const name = line.slice(0, Math.max(0, bar)).trim();
      if (name === '') throw new UserError('bad-example', `"${line.slice(0, 60)}": write the concept, a vertical bar, and the prompt.`);
      return { name, prompt: line.slice(bar + 1).trim() };
    });
  if (new Set(examples.map(({ name }) => name)).size < 2) throw new UserError('bad-example', 'give examples of at least two concepts: each is told from the others.');
  return examples;
}

/** A fitted concept, and how well its first feature tells its examples from the others. */
export interface Fitted extends Concept {
  /** Mean of the shares of its own and of the other examples that it gets right, on the examples that it was fitted to. */
  readonly balancedAccuracy: number;
}

/**
 * Features of each concept by E[f | c] − E[f | not c], f the largest activation over an example; τ of the first feature is the
 * maximiser of balanced accuracy, in the middle of the gap.
 *
 * @param activations one map per example. @param most features kept per concept.
 */
export function fitConcepts(examples: readonly Example[], activations: readonly ReadonlyMap<number, number>[], most: number): Fitted[] {
  const names = [...new Set(examples.map(({ name }) => name))];
  return names.map((name) => {
    const isOwn = examples.map((example) => example.name === name);
    const own = isOwn.filter(Boolean).length;
    const differences = new Map<number, number>();
    for (const [index, map] of activations.entries()) {
      const weight = isOwn[index] === true ? 1 / own : -1 / (examples.length - own);
      for (const [feature, value] of map) differences.set(feature, (differences.get(feature) ?? 0) + weight * value);
    }
    const ranked = [...differences].sort((a, b) => b[1] - a[1] || a[0] - b[0]).filter(([, difference]) => difference > 0);
    const features = ranked.slice(0, most).map(([feature]) => feature);
    const [first] = features;
    if (first === undefined) throw new UserError('no-features', `no feature is more active on the examples of "${name}" than on the others.`);
    return { name, features, ...bestThreshold(activations.map((map) => map.get(first) ?? 0), isOwn) };
  });
}

/** The threshold that tells best, by balanced accuracy; of several the lowest gap's middle. */
export function bestThreshold(values: readonly number[], isOwn: readonly boolean[]): { threshold: number; balancedAccuracy: number } {
  const sorted = [...new Set([0, ...values])].sort((a, b) => a - b);
  const own = isOwn.filter(Boolean).length;
  let best = { threshold: 0, balancedAccuracy: -1 };
  for (const [place, low] of sorted.entries()) {
    const high = sorted[place + 1];
    const threshold = high === undefined ? low : (low + high) / 2;
    const right = values.filter((value, index) => isOwn[index] === true && value > threshold).length / own;
    const wrong = values.filter((value, index) => isOwn[index] !== true && value <= threshold).length / (values.length - own);
    const balancedAccuracy = (right + wrong) / 2;
    if (balancedAccuracy > best.balancedAccuracy + 1e-12) best = { threshold, balancedAccuracy };
  }
  return best;
}
