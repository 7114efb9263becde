import type { NamedArray } from '../../anatomy/named-array';
import type { AnalysisResult, AnalysisValue } from '../../anatomy/run';

/** Reads of an answer what pictures need; each throws where the answer is another than was asked for. */
export function numberIn(result: AnalysisResult, name: string): number {
  const value = result[name];
  if (typeof value !== 'number') throw new Error(`the answer has no ${name}.`);
  return value;
}

export function listIn(result: AnalysisResult, name: string): readonly number[] {
  return [...arrayIn(result, name).data];
}

export function arrayIn(result: AnalysisResult, name: string): NamedArray {
  const value = result[name];
  if (!isArray(value)) throw new Error(`the answer has no ${name}.`);
  return value;
}

export function partIn(result: AnalysisResult, name: string): AnalysisResult {
  const value = result[name];
  if (typeof value !== 'object' || value === null || Array.isArray(value) || isArray(value)) throw new Error(`the answer has no ${name}.`);
  return value as AnalysisResult;
}

export function textsIn(result: AnalysisResult, name: string): readonly string[] {
  const value = result[name];
  if (!Array.isArray(value)) throw new Error(`the answer has no ${name}.`);
  return value.map(String);
}

function isArray(value: AnalysisValue | undefined): value is NamedArray {
  return typeof value === 'object' && value !== null && 'data' in value && value.data instanceof Float32Array;
}
