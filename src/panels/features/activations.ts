import type { DictionaryId } from '../../anatomy/dictionary';
import type { AnalysisResult, RunRequest, RunResult } from '../../anatomy/run';
import { UserError } from '../../lib/errors';

/** The question that gives every feature's activations over some tokens. */
export function activationsRequest(model: string, ids: readonly number[], dictionary: DictionaryId): RunRequest {
  return {
    model,
    ids,
    promptLength: ids.length,
    interventions: [],
    capture: [],
    logits: false,
    analyses: [{ id: 'feature-activations', params: { dictionary } }],
    generate: null,
  };
}

/** One feature's activation at each position of the answer. @throws UserError when the answer isn't what was asked for. */
export function activationsOf(run: RunResult, feature: number): Float32Array {
  const result: AnalysisResult | undefined = run.analyses[0];
  const [indptr, indices, values] = [arrayOf(result?.['indptr']), arrayOf(result?.['indices']), arrayOf(result?.['values'])];
  if (indptr === null || indices === null || values === null) throw new UserError('no-activations', 'the answer holds no feature activations.');
  const found = new Float32Array(Math.max(0, indptr.length - 1));
  for (let pos = 0; pos < found.length; pos += 1)
    for (let at = indptr[pos] ?? 0; at < (indptr[pos + 1] ?? 0); at += 1) if (indices[at] === feature) found[pos] = values[at] ?? 0;
  return found;
}

/** The numbers of an array in an analysis's answer; none where there is no such array. */
export const numbersOf = (value: unknown): readonly number[] => [...(arrayOf(value) ?? [])];

function arrayOf(value: unknown): Float32Array | null {
  const data: unknown = typeof value === 'object' && value !== null && 'data' in value ? value.data : null;
  return data instanceof Float32Array ? data : null;
}

/** The model's start token in front of a text's ids, where it has one: dictionaries are trained on texts that begin so. */
export function withStart(ids: readonly number[], bosId: number | null): readonly number[] {
  return bosId === null || ids[0] === bosId ? ids : [bosId, ...ids];
}
