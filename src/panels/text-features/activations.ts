import type { NamedArray } from '../../anatomy/named-array';
import type { AnalysisResult } from '../../anatomy/run';

/** What `feature-activations` gives: which features fire at which position, as sparse rows, and how well the dictionary fits. */
export interface Activations {
  readonly hook: string;
  readonly dSae: number;
  readonly nPos: number;
  /** Position p has the entries indptr[p] … indptr[p + 1] − 1. */
  readonly indptr: Float32Array;
  /** Feature of each entry. */
  readonly indices: Float32Array;
  /** Its activation, above 0. */
  readonly values: Float32Array;
  /** [pos] ‖x‖ */
  readonly norm: Float32Array;
  /** [pos] ‖x − x̂‖ */
  readonly errorNorm: Float32Array;
  /** 1 − Σ‖x − x̂‖² / Σ‖x − x̄‖² over this text without BOS. NaN where nothing varies. */
  readonly explainedVariance: number;
  /** Mean number of features per position, BOS left out. */
  readonly l0: number;
  /** Position 0 holds BOS: encoded, but left out of every mean. */
  readonly skippedBos: boolean;
}

/** The part of the activations that rankings and pictures read. */
export type Sparse = Pick<Activations, 'nPos' | 'indptr' | 'indices' | 'values' | 'skippedBos'>;

/** Reads the result of `feature-activations`; null for anything else. */
export function activationsOf(result: AnalysisResult | null | undefined): Activations | null {
  if (result === null || result === undefined) return null;
  const { hook, dSae, indptr, indices, values, norm, errorNorm, explainedVariance, l0, skippedBos } = result;
  if (!isArray(indptr) || !isArray(indices) || !isArray(values) || !isArray(norm) || !isArray(errorNorm)) return null;
  if (typeof hook !== 'string' || typeof dSae !== 'number' || typeof skippedBos !== 'boolean') return null;
  const nPos = norm.data.length;
  if (indptr.data.length !== nPos + 1 || indices.data.length !== values.data.length) return null;
  return {
    hook,
    dSae,
    nPos,
    indptr: indptr.data,
    indices: indices.data,
    values: values.data,
    norm: norm.data,
    errorNorm: errorNorm.data,
    explainedVariance: typeof explainedVariance === 'number' ? explainedVariance : NaN,
    l0: typeof l0 === 'number' ? l0 : NaN,
    skippedBos,
  };
}

function isArray(value: unknown): value is NamedArray {
  return typeof value === 'object' && value !== null && 'data' in value && value.data instanceof Float32Array;
}

/** Calls back for every entry, position by position. */
export function eachEntry({ nPos, indptr, indices, values }: Sparse, visit: (pos: number, feature: number, value: number) => void): void {
  for (let pos = 0; pos < nPos; pos += 1)
    for (let entry = indptr[pos] ?? 0; entry < (indptr[pos + 1] ?? 0); entry += 1) visit(pos, indices[entry] ?? 0, values[entry] ?? 0);
}

/** The activation of one feature at every position. [pos] */
export function rowOf(sparse: Sparse, feature: number): Float32Array {
  const row = new Float32Array(sparse.nPos);
  eachEntry(sparse, (pos, index, value) => {
    if (index === feature) row[pos] = value;
  });
  return row;
}

/** How much of each position the dictionary misses, ‖x − x̂‖ / ‖x‖. [pos]; NaN where x is zero. */
export function relativeErrors({ norm, errorNorm }: Activations): Float32Array {
  return errorNorm.map((error, pos) => error / (norm[pos] ?? NaN));
}
