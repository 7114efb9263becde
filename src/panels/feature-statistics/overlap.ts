import type { AnalysisResult } from '../../anatomy/run';
import { arrayIn, listIn } from './results';

/** The histograms of one concept and of all others together, and the curves that attenuation takes them for. */
export interface Overlap {
  readonly picture: {
    /** Edges of the bins besides that of exact zero. */
    readonly edges: readonly number[];
    /** Shares by bin, that of exact zero first: of the concept, and of the others, each concept counting alike. */
    readonly shares: readonly [readonly number[], readonly number[]];
    /** P(concept | bin); NaN where no token is. */
    readonly posterior: readonly number[];
  };
  readonly normal: { readonly targetMean: number; readonly targetDeviation: number; readonly otherMean: number; readonly otherDeviation: number };
}

/** The narrowest curve that is taken for one. */
const LEAST_DEVIATION = 0.001;

/** @param shown `shown` of the analysis concept-separability. */
export function overlapOf(shown: AnalysisResult, concept: number): Overlap {
  const { data, shape } = arrayIn(shown, 'shares');
  const [k = 0, bins = 0] = shape;
  const row = (label: number) => [...data.subarray(label * bins, (label + 1) * bins)];
  const others = Array.from({ length: k }, (_, label) => label).filter((label) => label !== concept);
  const mean = (of: (label: number) => number) => others.reduce((sum, label) => sum + of(label), 0) / Math.max(1, others.length);
  const own = row(concept);
  const rest = own.map((_, bin) => mean((label) => row(label)[bin] ?? 0));
  const [means, deviations] = [listIn(shown, 'means'), listIn(shown, 'deviations')];
  const otherMean = mean((label) => means[label] ?? 0);
  return {
    picture: { edges: listIn(shown, 'edges'), shares: [own, rest], posterior: own.map((share, bin) => share / (share + (rest[bin] ?? 0))) },
    normal: {
      targetMean: means[concept] ?? 0,
      targetDeviation: Math.max(LEAST_DEVIATION, deviations[concept] ?? 0),
      otherMean,
      otherDeviation: Math.max(LEAST_DEVIATION, mean((label) => deviations[label] ?? 0)),
    },
  };
}
