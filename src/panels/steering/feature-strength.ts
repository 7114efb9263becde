import type { NamedArray } from '../../anatomy/named-array';
import type { AnalysisResult } from '../../anatomy/run';
import { FEATURE_OPS, type FeatureEdit, type FeatureOp } from '../../store/feature-group';
import type { Answer } from '../../store/state';

/** What each change does, as its control says it. */
export const OPS: readonly { readonly value: FeatureOp; readonly label: string; readonly formula: string }[] = [
  { value: 'add', label: 'add', formula: 'f + c' },
  { value: 'clamp', label: 'clamp', formula: 'c' },
  { value: 'scale', label: 'scale', formula: 'c · f' },
  { value: 'ablate', label: 'ablate', formula: '0' },
  { value: 'min-clamp', label: 'at least', formula: 'max(f, c)' },
];

/** Multiples that the slider stops at: tenths to 2, halves to 10. The negative half mirrors it. */
const MULTIPLES: readonly number[] = [...Array.from({ length: 21 }, (_, i) => i / 10), ...Array.from({ length: 16 }, (_, i) => 2.5 + i / 2)];
export const MAX_FEATURE_STOP = MULTIPLES.length - 1;
/** Significant digits of a coefficient: more would lengthen links and change nothing. */
const DIGITS = 5;

/** The multiple at a slider stop. */
export function multipleAt(stop: number): number {
  const multiple = MULTIPLES[Math.min(MAX_FEATURE_STOP, Math.round(Math.abs(stop)))] ?? 0;
  return stop < 0 ? -multiple : multiple;
}

/** The stop nearest to a multiple; beyond ±10 the last one. */
export function featureStopOf(multiple: number): number {
  const size = Math.abs(multiple);
  let best = 0;
  MULTIPLES.forEach((value, index) => {
    if (Math.abs(value - size) < Math.abs((MULTIPLES[best] ?? 0) - size)) best = index;
  });
  return multiple < 0 ? -best : best;
}

/** What one unit of the slider is: the feature's maximum, but a factor stands for itself. */
export function unitOf(op: FeatureOp, maximum: number): number {
  return op === 'scale' ? 1 : maximum;
}

/** The coefficient of a multiple. */
export function coefficientAt(op: FeatureOp, multiple: number, maximum: number): number {
  return Number((multiple * unitOf(op, maximum)).toPrecision(DIGITS));
}

/** How a slider begins after its change was chosen: at the maximum (Neuronpedia's default strength), twice what is there, or as a plain removal. */
export function initialCoefficient(op: FeatureOp, maximum: number): number {
  return op === 'ablate' ? 0 : op === 'scale' ? 2 : coefficientAt(op, 1, maximum);
}

/** f′ of the methods notes: f + c, c, c·f, 0, max(f, c). */
export function edited(op: FeatureOp, coefficient: number, f: number): number {
  switch (op) {
    case 'add':
      return f + coefficient;
    case 'clamp':
      return coefficient;
    case 'scale':
      return coefficient * f;
    case 'ablate':
      return 0;
    case 'min-clamp':
      return Math.max(f, coefficient);
  }
}

/** One feature in the base run's text: its activation at every position but a start token. */
export interface InText {
  readonly values: readonly number[];
  readonly maximum: number;
  /** Positions at which it fires. */
  readonly count: number;
}

/** Reads a feature's activations from an answer to `feature-activations`; null before there is one. */
export function inTextOf(answer: Answer<AnalysisResult>, feature: number): InText | null {
  const result = answer.status === 'ready' ? answer.value : answer.status === 'none' ? null : answer.stale;
  const { indptr, indices, values, skippedBos } = result ?? {};
  if (!isArray(indptr) || !isArray(indices) || !isArray(values)) return null;
  const nPos = indptr.data.length - 1;
  const row: number[] = [];
  for (let pos = skippedBos === true ? 1 : 0; pos < nPos; pos += 1) {
    let value = 0;
    for (let entry = indptr.data[pos] ?? 0; entry < (indptr.data[pos + 1] ?? 0); entry += 1) if (indices.data[entry] === feature) value = values.data[entry] ?? 0;
    row.push(value);
  }
  return { values: row, maximum: Math.max(0, ...row), count: row.filter((value) => value > 0).length };
}

function isArray(value: unknown): value is NamedArray {
  return typeof value === 'object' && value !== null && 'data' in value && value.data instanceof Float32Array;
}

/** Mean |f′ − f| over the text's positions: how far the change moves the activation, in units of it. 0 for a text without positions. */
export function meanChange({ op, coefficient }: Pick<FeatureEdit, 'op' | 'coefficient'>, { values }: Pick<InText, 'values'>): number {
  return values.length === 0 ? 0 : values.reduce((sum, f) => sum + Math.abs(edited(op, coefficient, f) - f), 0) / values.length;
}

/** What one unit means, and where it is from. */
export interface FeatureUnit {
  readonly maximum: number;
  readonly source: 'records' | 'text';
}

/** The maximum of the records, else of this text; null while neither is known. A feature that is silent here has none. */
export function unitFor(recorded: number | null, inText: InText | null): FeatureUnit | null {
  if (recorded !== null && recorded > 0) return { maximum: recorded, source: 'records' };
  return inText !== null && inText.maximum > 0 ? { maximum: inText.maximum, source: 'text' } : null;
}

/** What a person should know before believing what the slider does; null where nothing. */
export function featureCaution({ op, coefficient }: Pick<FeatureEdit, 'op' | 'coefficient'>, inText: InText | null): string | null {
  if (inText !== null && inText.count === 0 && (op === 'scale' || op === 'ablate')) return 'this feature is silent in the base text: there is nothing to change';
  if (op === 'clamp' && coefficient < 0) return 'a negative activation is something that the dictionary never wrote';
  return null;
}

export const isFeatureOp = (value: string): value is FeatureOp => (FEATURE_OPS as readonly string[]).includes(value);

/** A coefficient as the row writes it: × maximum, or × f. */
export function strengthText(op: FeatureOp, coefficient: number, unit: FeatureUnit | null): string {
  if (op === 'ablate') return 'off';
  const multiple = op === 'scale' ? coefficient : unit === null ? null : coefficient / unit.maximum;
  if (multiple === null) return '…';
  const text = Math.abs(multiple).toFixed(1);
  return `${Number(text) === 0 || multiple > 0 ? '' : '−'}${text}× ${op === 'scale' ? 'f' : 'max'}`;
}
