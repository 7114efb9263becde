import type { DictionaryId } from '../../anatomy/dictionary';

/** A token with a number, such as its logit; null where the records name the token only. */
export interface TokenValue {
  readonly token: string;
  readonly value: number | null;
}

/** A piece of text on which a feature was looked at. */
export interface Excerpt {
  readonly tokens: readonly string[];
  /** Ids of the tokens, where the records tell them. */
  readonly ids: readonly number[] | null;
  /** The feature's activation at each token; NaN where the records don't tell. */
  readonly values: readonly number[];
  /** Which token it was chosen for, or null. */
  readonly chosen: number | null;
  /** What kind of text it is from, or null. */
  readonly source: string | null;
}

/** Excerpts that belong together: the highest activations, or a sample of one interval of them. */
export interface ExcerptGroup {
  readonly kind: 'top' | 'interval';
  /** Activations from `low` to `high`. */
  readonly low: number;
  readonly high: number;
  /** Share of the active tokens that lie in the interval, 0 to 1; null where the records don't tell. */
  readonly share: number | null;
  readonly excerpts: readonly Excerpt[];
}

export interface Histogram {
  /** Centre of each bin. */
  readonly values: readonly number[];
  /** Count in each bin. Relative counts where the records store no others. */
  readonly heights: readonly number[];
  /** The heights are shares that were stored in few steps: each may be off by a third. */
  readonly isRough?: true;
}

/** A neuron or a feature that goes with this one. */
export interface Correlate {
  readonly index: number;
  /** Pearson correlation over tokens, −1 to 1; null where the records don't tell. */
  readonly pearson: number | null;
  readonly cosine: number | null;
}

/** A feature whose decoder row points almost the same way. */
export interface Neighbour {
  /** Null: in the same dictionary. */
  readonly dictionary: DictionaryId | null;
  readonly index: number;
  readonly cosine: number;
}

/** What somebody, or a rule, calls a feature. */
export interface FeatureLabel {
  readonly text: string;
  /** Who says so: a person, a rule, a model. */
  readonly author: string;
  /** How it came about, in words, or null. */
  readonly method: string | null;
  /** ROC AUC with which the label alone separates held-out contexts, 0 to 1; null where nobody measured it. */
  readonly auc: number | null;
  /** The same of another feature's label on these contexts: 0.5 is expected. */
  readonly controlAuc: number | null;
}

/** Everything that records tell of one feature. Lists are empty, and figures null, where they don't. */
export interface FeatureRecord {
  readonly index: number;
  /** Share of tokens at which it is active, 0 to 1. */
  readonly density: number | null;
  readonly maxActivation: number | null;
  /** L2 norm of the decoder row as stored. */
  readonly norm: number | null;
  /** Of the activations above zero. */
  readonly histogram: Histogram | null;
  /** Of W_dec·W_U over the vocabulary. */
  readonly logitHistogram: Histogram | null;
  /** Highest and lowest entries of W_dec·W_U: no LayerNorm, so they are not logits of the model. */
  readonly topLogits: readonly TokenValue[];
  readonly bottomLogits: readonly TokenValue[];
  /** Top activations first, then intervals from high to low. */
  readonly groups: readonly ExcerptGroup[];
  readonly alignedNeurons: readonly { readonly index: number; readonly value: number }[];
  readonly correlatedNeurons: readonly Correlate[];
  readonly correlatedFeatures: readonly Correlate[];
  readonly neighbours: readonly Neighbour[];
  readonly labels: readonly FeatureLabel[];
  /** What the figures were computed on, in words, or null. */
  readonly dataset: string | null;
  readonly tokenCount: number | null;
}

/**
 * The features of one dictionary as columns, for a list of tens of thousands. Row r is feature `index[r]`; rows are in the order of
 * their indices. NaN stands for what isn't known.
 */
export interface FeatureColumns {
  readonly dictionary: DictionaryId;
  /** What a person calls the dictionary. */
  readonly title: string;
  readonly hook: string;
  /** Null where the hook is in no block. */
  readonly layer: number | null;
  /** Where the rows come from: shipped with the app, a file, or nothing but the dictionary's weights. */
  readonly origin: 'shipped' | 'imported' | 'weights';
  readonly index: Uint32Array;
  /** 0 of a dead feature. */
  readonly density: Float32Array;
  readonly maxActivation: Float32Array;
  readonly norm: Float32Array;
  readonly auc: Float32Array;
  /** Place on the map, 0 to 1. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** Labels that are good enough to be shown. */
  readonly labels: readonly (string | null)[];
}

/** A record that tells nothing. */
export function emptyRecord(index: number): FeatureRecord {
  return {
    index,
    density: null,
    maxActivation: null,
    norm: null,
    histogram: null,
    logitHistogram: null,
    topLogits: [],
    bottomLogits: [],
    groups: [],
    alignedNeurons: [],
    correlatedNeurons: [],
    correlatedFeatures: [],
    neighbours: [],
    labels: [],
    dataset: null,
    tokenCount: null,
  };
}

/** Whether a feature was never active on the text that its record was computed on. */
export function isDead({ density }: Pick<FeatureRecord, 'density'>): boolean {
  return density === 0;
}
