import type { DictionaryId } from '../../anatomy/dictionary';
import type { HookName } from '../../anatomy/hook-names';
import type { NamedArray } from '../../anatomy/named-array';
import type { AnalysisResult } from '../../anatomy/run';
import type { InterventionGroup } from '../../store/document';

const ERASE = 'itd-erase';
const DIGITS = 5;

/** Interpret-then-Deactivate's own factor. */
export const ERASE_FACTOR = -8;

/** A concept that is erased, as its slider shows it. */
export interface Erasing {
  /** How many features. */
  readonly features: number;
  readonly coefficient: number;
  /** Least score of the prompt; 0: every text. */
  readonly threshold: number;
  /** The factor that the score is taken with. */
  readonly scored: number;
}

/** Features of a concept, as `feature-set` finds them. */
export interface ConceptSet {
  readonly features: readonly number[];
  readonly strengths: readonly number[];
  readonly threshold: number;
  readonly conceptPrompts: number;
  readonly retainPrompts: number;
  readonly falsePositives: number;
}

/** Reads an answer of `feature-set`; null for anything else. */
export function conceptSetOf(result: AnalysisResult | undefined): ConceptSet | null {
  const { features, strengths, conceptScores, retainScores, threshold, falsePositives } = result ?? {};
  if (!isArray(features) || !isArray(strengths) || !isArray(conceptScores) || !isArray(retainScores)) return null;
  if (typeof threshold !== 'number' || typeof falsePositives !== 'number') return null;
  return {
    features: [...features.data],
    strengths: [...strengths.data],
    threshold: Number(threshold.toPrecision(DIGITS)),
    conceptPrompts: conceptScores.data.length,
    retainPrompts: retainScores.data.length,
    falsePositives,
  };
}

function isArray(value: unknown): value is NamedArray {
  return typeof value === 'object' && value !== null && 'data' in value && value.data instanceof Float32Array;
}

/** A slider that erases a concept. */
export function eraseGroup(
  set: Pick<ConceptSet, 'features' | 'threshold'>,
  given: { readonly dictionary: DictionaryId; readonly at: HookName; readonly factor: number; readonly label: string },
): Omit<InterventionGroup, 'uid'> {
  const { dictionary, at, factor, label } = given;
  const params = { dictionary, features: set.features, coefficient: factor, threshold: set.threshold, scored: factor, skipBos: true };
  return { label, enabled: true, members: [{ id: ERASE, at, positions: 'all', params }] };
}

/** The erasing that a slider stands for; null for any other kind of slider. */
export function erasingOf(group: Pick<InterventionGroup, 'members'>): Erasing | null {
  const [member, ...more] = group.members;
  if (member === undefined || member.id !== ERASE || more.length > 0) return null;
  const { features, coefficient, threshold, scored } = member.params;
  const number = (value: unknown, otherwise: number) => (typeof value === 'number' ? value : otherwise);
  return { features: Array.isArray(features) ? features.length : 0, coefficient: number(coefficient, ERASE_FACTOR), threshold: number(threshold, 0), scored: number(scored, ERASE_FACTOR) };
}
