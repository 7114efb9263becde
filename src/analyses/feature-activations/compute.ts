import type { HookName } from '../../anatomy/hook-names';
import { namedArray, type NamedArray } from '../../anatomy/named-array';
import { startsWithBos } from '../../anatomy/rows';
import { createFit } from '../../dictionaries';
import { codeRows } from '../../engine';
import { UserError } from '../../lib/errors';
import { must } from '../../lib/assert';
import type { ParamValues } from '../../lib/params';
import type { AnalysisInput } from '../types';
import type { params as settings } from './index';

export type FeatureActivations = {
  /** Where the dictionary reads. */
  readonly hook: HookName;
  readonly dSae: number;
  /** Sparse rows: position p has the entries indptr[p] … indptr[p + 1] − 1. [pos + 1] */
  readonly indptr: NamedArray;
  /** Feature of each entry, ascending within a position. */
  readonly indices: NamedArray;
  /** Its activation, above 0. */
  readonly values: NamedArray;
  /** [pos] L2 norm of what is to be explained: the activation, or of a transcoder the one that it predicts. */
  readonly norm: NamedArray;
  /** [pos] L2 norm of what the reconstruction misses of it. */
  readonly errorNorm: NamedArray;
  /** 1 − Σ‖x − x̂‖² / Σ‖x − x̄‖² over the positions of this text but BOS. NaN where nothing varies. */
  readonly explainedVariance: number;
  /** Mean number of features per position but BOS; NaN without such a position. */
  readonly l0: number;
  /** Position 0 holds BOS: encoded, but left out of the means. */
  readonly skippedBos: boolean;
};

/** @throws UserError when the dictionary isn't open; AbortError. */
export async function compute(
  { run, config, dictionary: open, signal }: Pick<AnalysisInput, 'run' | 'config' | 'dictionary' | 'signal'>,
  params: ParamValues<typeof settings>,
): Promise<FeatureActivations> {
  const dictionary = open?.(params.dictionary);
  if (dictionary === undefined) throw new UserError('no-dictionaries', 'dictionaries can’t be opened here.');
  const { spec, dOut, dSae } = dictionary.info;
  const x = must(run.activations[spec.hookName], 'the activation that the dictionary reads').data;
  const target = must(run.activations[spec.hookNameOut], 'the activation that the dictionary explains').data;
  const nPos = run.ids.length;
  const skippedBos = startsWithBos(run.ids, config);
  const fit = createFit(target, dOut, skippedBos ? 1 : 0);
  const indptr = new Float32Array(nPos + 1);
  const indices: number[] = [];
  const values: number[] = [];
  await codeRows(dictionary, x, signal, ({ first, count, f, xHat }) => {
    for (let row = 0; row < count; row += 1) {
      for (let feature = 0; feature < dSae; feature += 1) {
        const value = f[row * dSae + feature] ?? 0;
        if (value <= 0) continue;
        indices.push(feature);
        values.push(value);
      }
      indptr[first + row + 1] = indices.length;
      fit.add(first + row, xHat.subarray(row * dOut, (row + 1) * dOut));
    }
  });
  const counted = nPos - (skippedBos ? 1 : 0);
  const items = (data: Float32Array): NamedArray => namedArray(['item'], [data.length], data);
  const perPos = (data: Float32Array): NamedArray => namedArray(['pos'], [nPos], data);
  return {
    hook: spec.hookName,
    dSae,
    indptr: items(indptr),
    indices: items(Float32Array.from(indices)),
    values: items(Float32Array.from(values)),
    norm: perPos(fit.norms),
    errorNorm: perPos(fit.errorNorms),
    explainedVariance: fit.explainedVariance(),
    l0: (indices.length - (skippedBos ? (indptr[1] ?? 0) : 0)) / (counted === 0 ? NaN : counted),
    skippedBos,
  };
}
