import { messageOf } from '../../lib/errors';
import { parseConcepts, type Concept } from './concepts';
import { detect, firstCome, type Sighting, type SparseRows } from './detect';
import { conclude, parseRules, type Firing } from './rules';
import type { Settings } from './settings';

/** Everything that follows from a text, its concepts and its rules. */
export interface Reasoning {
  readonly concepts: readonly Concept[];
  readonly sightings: readonly Sighting[];
  readonly facts: readonly string[];
  readonly trace: readonly Firing[];
}

export type Reasoned = { readonly ok: true; readonly value: Reasoning } | { readonly ok: false; readonly message: string };

/** @param promptLength propositions are read off the prompt: what the model writes itself proves nothing. */
export function reason(values: Pick<Settings, 'concepts' | 'rules' | 'ordered' | 'onePerToken' | 'strongest' | 'detect'>, rows: SparseRows, promptLength: number): Reasoned {
  try {
    const concepts = parseConcepts(values.concepts);
    const rules = parseRules(values.rules);
    const options = { features: values.detect, strongest: values.strongest, onePerToken: values.onePerToken };
    const sightings = detect(rows, concepts, options).filter(({ pos }) => pos < promptLength);
    return { ok: true, value: { concepts, sightings, ...conclude(rules, firstCome(sightings), values.ordered) } };
  } catch (error) {
    return { ok: false, message: messageOf(error) };
  }
}
