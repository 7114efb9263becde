import type { NamedArray } from '../../anatomy/named-array';
import type { AnalysisResult } from '../../anatomy/run';
import type { SparseRows } from './detect';

/** What `feature-activations` gives, as rows; null for anything else. */
export function rowsOf(result: AnalysisResult | null | undefined): SparseRows | null {
  if (result === null || result === undefined) return null;
  const { indptr, indices, values, skippedBos } = result;
  if (!isArray(indptr) || !isArray(indices) || !isArray(values) || typeof skippedBos !== 'boolean') return null;
  return { indptr: indptr.data, indices: indices.data, values: values.data, skippedBos };
}

function isArray(value: unknown): value is NamedArray {
  return typeof value === 'object' && value !== null && 'data' in value && value.data instanceof Float32Array;
}
