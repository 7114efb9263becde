import type { ChatMessage } from '../anatomy/chat';
import type { DictionaryId, FeatureRef } from '../anatomy/dictionary';
import type { StorageWish } from '../anatomy/model-info';
import type { AnalysisSpec, GenerateSpec, InterventionSpec } from '../anatomy/run';
import type { AnyParamValues } from '../lib/params';

/** A model as a link names it; `hash` is null until it has been loaded once. `storage` is there when it isn't kept as it is stored. */
export type ModelRef = ModelName & StorageWish;
type ModelName =
  | { readonly kind: 'catalogue'; readonly id: string; readonly hash: string | null }
  | { readonly kind: 'url'; readonly url: string; readonly hash: string | null }
  | { readonly kind: 'hub'; readonly id: string; readonly revision: string; readonly hash: string | null }
  | { readonly kind: 'files'; readonly name: string; readonly hash: string };

/**
 * A prompt is text, or ids for a model that has no tokenizer, or a conversation: what was written, and the text that a model's chat
 * template made of it. That text is what is fed, with the special tokens that are in it and no others.
 */
export type Prompt =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'chat'; readonly messages: readonly ChatMessage[]; readonly text: string }
  | { readonly kind: 'ids'; readonly ids: readonly number[] };

/**
 * Interventions that are moved together, such as one slider over several layers: one member per layer, each with its own raw
 * coefficient. What the link stores is the members as they are.
 */
export interface InterventionGroup {
  readonly uid: string;
  readonly label: string;
  readonly enabled: boolean;
  readonly members: readonly InterventionSpec[];
}

/** Panels stand in columns; sizes are shares of 100. A panel that is in no column is closed. */
export interface LayoutColumn {
  readonly size: number;
  readonly panels: readonly { readonly id: string; readonly size: number }[];
}

export type Slot = 'base' | 'steered';

/** Everything that a link carries. Changes only through the document's actions, each of which can be undone. */
export interface Document {
  readonly model: ModelRef;
  readonly prompt: Prompt;
  readonly sampling: GenerateSpec;
  readonly interventions: readonly InterventionGroup[];
  /** Asked of the shown run besides what the panels want: what a link or a script adds. */
  readonly analyses: readonly AnalysisSpec[];
  readonly layout: readonly LayoutColumn[];
  /** By panel id; what is missing takes its default. */
  readonly panelSettings: Readonly<Record<string, AnyParamValues>>;
  /** The position that every panel marks, or null. */
  readonly pinned: number | null;
  /** The feature that every panel of features shows, or null. */
  readonly feature: FeatureRef | null;
  /** A person's own labels, by dictionary and by feature index (as text). */
  readonly featureLabels: Readonly<Record<DictionaryId, Readonly<Record<string, string>>>>;
  /** Which run the panels show. `steered` shows the base run while no intervention is on. */
  readonly shown: Slot;
}

/** Characters of a feature's label. */
export const MAX_FEATURE_LABEL = 200;

export const BUILT_IN_MODEL = 'lacuna-16m';

export const initialDocument: Document = {
  model: { kind: 'catalogue', id: BUILT_IN_MODEL, hash: null },
  prompt: { kind: 'text', text: 'Once upon a time, there was a little girl named Lily.' },
  sampling: { maxNewTokens: 40, temperature: 0, topK: 0, topP: 1, seed: 1, stopAtEnd: true },
  interventions: [],
  analyses: [],
  layout: [
    { size: 50, panels: [{ id: 'text', size: 50 }, { id: 'steering', size: 50 }] },
    { size: 50, panels: [{ id: 'attention', size: 50 }, { id: 'voids', size: 50 }] },
  ],
  panelSettings: {},
  pinned: null,
  feature: null,
  featureLabels: {},
  shown: 'base',
};
