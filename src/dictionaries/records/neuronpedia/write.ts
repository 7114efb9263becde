import type { FeatureRecord } from '../types';

/** What a batch says of itself. */
export interface BatchHead {
  readonly modelId: string;
  readonly layer: number | null;
  /** The set's name, such as `res-jb`. */
  readonly set: string;
}

/**
 * Records as a SAEDashboard batch, which Neuronpedia's tools read. Where only one activation of an excerpt is known the others are
 * written as 0; a logit whose value isn't known is written as −10000, which there means "no value".
 */
export function toBatch(head: BatchHead, records: readonly FeatureRecord[]): string {
  return JSON.stringify(
    { model_id: head.modelId, layer: head.layer ?? 0, sae_set: head.set, sae_id_suffix: null, features: records.map(featureOf) },
    null,
    1,
  );
}

const NO_LOGIT = -10_000;

function featureOf(record: FeatureRecord): object {
  const { histogram, logitHistogram } = record;
  return {
    feature_index: record.index,
    neuron_alignment_indices: record.alignedNeurons.map(({ index }) => index),
    neuron_alignment_values: record.alignedNeurons.map(({ value }) => value),
    neuron_alignment_l1: [],
    correlated_neurons_indices: record.correlatedNeurons.map(({ index }) => index),
    correlated_neurons_pearson: record.correlatedNeurons.map(({ pearson }) => pearson),
    correlated_neurons_l1: record.correlatedNeurons.flatMap(({ cosine }) => cosine ?? []),
    correlated_features_indices: record.correlatedFeatures.map(({ index }) => index),
    correlated_features_pearson: record.correlatedFeatures.map(({ pearson }) => pearson),
    correlated_features_l1: record.correlatedFeatures.flatMap(({ cosine }) => cosine ?? []),
    neg_str: record.bottomLogits.map(({ token }) => token),
    neg_values: record.bottomLogits.map(({ value }) => value ?? NO_LOGIT),
    pos_str: record.topLogits.map(({ token }) => token),
    pos_values: record.topLogits.map(({ value }) => value ?? NO_LOGIT),
    frac_nonzero: record.density ?? 0,
    freq_hist_data_bar_heights: histogram?.heights ?? [],
    freq_hist_data_bar_values: histogram?.values ?? [],
    logits_hist_data_bar_heights: logitHistogram?.heights ?? [],
    logits_hist_data_bar_values: logitHistogram?.values ?? [],
    n_prompts_total: record.tokenCount === null ? 0 : 1,
    n_tokens_in_prompt: record.tokenCount ?? 0,
    dataset: record.dataset ?? '',
    decoder_weights_dist: [],
    vector: [],
    activations: record.groups.flatMap(({ kind, low, high, share, excerpts }) =>
      excerpts.map(({ tokens, values, chosen }) => ({
        bin_min: kind === 'top' ? -1 : low,
        bin_max: high,
        bin_contains: kind === 'top' ? -1 : (share ?? 0),
        tokens,
        values: values.map((value) => (Number.isNaN(value) ? 0 : value)),
        qualifying_token_index: chosen ?? 0,
      })),
    ),
  };
}
