import type { Correlate, Excerpt, ExcerptGroup, FeatureLabel, FeatureRecord, Histogram, TokenValue } from '../types';
import { emptyRecord } from '../types';
import { field, indexOf, isObject, listOf, numberOf, textOf, type Loose } from '../loose';

/** What Neuronpedia writes where there is no logit. */
const NO_LOGIT = -10_000;

/** One feature as a file tells it, and what of it could not be used. */
export interface ReadFeature {
  readonly record: FeatureRecord;
  readonly problems: readonly string[];
}

/**
 * A feature object of Neuronpedia's API, of its bulk export or of a SAEDashboard batch. Any list may be missing: what isn't there
 * stays empty. Null without an index.
 */
export function readFeature(object: Loose): ReadFeature | null {
  const index = indexOf(field(object, 'feature_index', 'index'));
  if (index === null) return null;
  const problems: string[] = [];
  const groups = groupsOf(listOf(object['activations']), index, problems);
  const highest = groups.flatMap((group) => group.excerpts).reduce((high, { values }) => Math.max(high, ...values), 0);
  const record: FeatureRecord = {
    ...emptyRecord(index),
    density: numberOf(object['frac_nonzero']),
    maxActivation: positive(numberOf(object['maxActApprox'])) ?? positive(highest),
    histogram: histogramOf(object, 'freq_hist_data_bar'),
    logitHistogram: histogramOf(object, 'logits_hist_data_bar'),
    topLogits: tokenValues(object, 'pos'),
    bottomLogits: tokenValues(object, 'neg'),
    groups,
    alignedNeurons: pairs(object['neuron_alignment_indices'], object['neuron_alignment_values']).map(([at, value]) => ({ index: at, value })),
    correlatedNeurons: correlates(object, 'correlated_neurons'),
    correlatedFeatures: correlates(object, 'correlated_features'),
    neighbours: pairs(object['topkCosSimIndices'], object['topkCosSimValues'])
      .filter(([at]) => at !== index)
      .map(([at, cosine]) => ({ dictionary: null, index: at, cosine })),
    labels: listOf(object['explanations']).flatMap((one) => (isObject(one) ? (labelOf(one) ?? []) : [])),
    dataset: textOf(object['dataset']) ?? (isObject(object['source']) ? textOf(object['source']['dataset']) : null),
    tokenCount: tokenCountOf(object),
  };
  return { record, problems };
}

const positive = (value: number | null) => (value !== null && value > 0 ? value : null);

/** An explanation: its author is the model that wrote it, or a person. */
export function labelOf(explanation: Loose): FeatureLabel | null {
  const text = textOf(explanation['description'])?.trim() ?? '';
  if (text === '') return null;
  const author = textOf(explanation['explanationModelName']) ?? 'Neuronpedia';
  return { text, author, method: textOf(explanation['typeName']), auc: null, controlAuc: null };
}

/** Rows of activations, put together into groups: those with bin_contains = −1 are the top ones, others an interval each. */
export function groupsOf(rows: readonly unknown[], index: number, problems: string[]): ExcerptGroup[] {
  const groups = new Map<string, { group: Omit<ExcerptGroup, 'excerpts'>; excerpts: Excerpt[] }>();
  for (const row of rows) {
    if (!isObject(row)) continue;
    const excerpt = excerptOf(row);
    if (excerpt === null) {
      problems.push(`feature ${index}: an excerpt whose tokens and values don't fit together was left out.`);
      continue;
    }
    const low = numberOf(field(row, 'bin_min', 'binMin'));
    const high = numberOf(field(row, 'bin_max', 'binMax'));
    const share = numberOf(field(row, 'bin_contains', 'binContains'));
    const isTop = low === null || high === null || share === null || share < 0;
    const key = isTop ? 'top' : `${low} ${high} ${share}`;
    const group = isTop ? { kind: 'top' as const, low: 0, high: 0, share: null } : { kind: 'interval' as const, low, high, share };
    const known = groups.get(key) ?? { group, excerpts: [] };
    known.excerpts.push(excerpt);
    groups.set(key, known);
  }
  return [...groups.values()]
    .map(({ group, excerpts }) => {
      const sorted = [...excerpts].sort((a, b) => Math.max(...b.values) - Math.max(...a.values));
      if (group.kind === 'interval') return { ...group, excerpts: sorted };
      const tops = sorted.map(({ values }) => Math.max(...values));
      return { ...group, low: Math.min(...tops), high: Math.max(...tops), excerpts: sorted };
    })
    .sort((a, b) => (a.kind === b.kind ? b.high - a.high : a.kind === 'top' ? -1 : 1));
}

function excerptOf(row: Loose): Excerpt | null {
  const tokens = listOf(row['tokens']).map(String);
  const values = listOf(row['values']).map((value) => numberOf(value) ?? 0);
  if (tokens.length === 0 || tokens.length !== values.length) return null;
  const chosen = indexOf(field(row, 'qualifying_token_index', 'qualifyingTokenIndex', 'maxValueTokenIndex'));
  return { tokens, ids: null, values, chosen: chosen !== null && chosen < tokens.length ? chosen : null, source: textOf(row['dataSource']) };
}

function histogramOf(object: Loose, name: string): Histogram | null {
  const values = listOf(object[`${name}_values`]).map(numberOf);
  const heights = listOf(object[`${name}_heights`]).map(numberOf);
  const pairsOfBoth = values.flatMap((value, i) => {
    const height = heights[i] ?? null;
    return value === null || height === null ? [] : [[value, height] as const];
  });
  if (pairsOfBoth.length === 0) return null;
  return { values: pairsOfBoth.map(([value]) => value), heights: pairsOfBoth.map(([, height]) => height) };
}

function tokenValues(object: Loose, side: 'pos' | 'neg'): TokenValue[] {
  const values = listOf(object[`${side}_values`]);
  return listOf(object[`${side}_str`]).flatMap((token, i) => {
    const value = numberOf(values[i]);
    return value === null || value <= NO_LOGIT ? [] : [{ token: String(token), value }];
  });
}

function pairs(indices: unknown, values: unknown): [number, number][] {
  const numbers = listOf(values);
  return listOf(indices).flatMap((one, i): [number, number][] => {
    const [at, value] = [indexOf(one), numberOf(numbers[i])];
    return at === null || value === null ? [] : [[at, value]];
  });
}

/** The field called `_l1` holds a cosine: the name is historical. */
function correlates(object: Loose, name: string): Correlate[] {
  const pearson = listOf(object[`${name}_pearson`]);
  const cosine = listOf(object[`${name}_l1`]);
  return listOf(object[`${name}_indices`]).flatMap((one, i) => {
    const index = indexOf(one);
    return index === null ? [] : [{ index, pearson: numberOf(pearson[i]), cosine: numberOf(cosine[i]) }];
  });
}

function tokenCountOf(object: Loose): number | null {
  const source = isObject(object['source']) ? object['source'] : {};
  const prompts = numberOf(object['n_prompts_total']) ?? numberOf(source['num_prompts']);
  const each = numberOf(object['n_tokens_in_prompt']) ?? numberOf(source['num_tokens_in_prompt']);
  return prompts === null || each === null ? null : prompts * each;
}
