import type { HookName } from './hook-names';

/**
 * Names a dictionary in a request, a setting or a link, as one string:
 *
 * - `catalogue:<model>/<folder>`: ships with the app, under `dictionaries/<model>/<folder>`
 * - `hub:<owner>/<name>@<revision>/<path>`: a folder (or a file) on the Hugging Face Hub
 * - `url:<address>`: a folder or a file anywhere
 * - `files:<sha-256>`: dropped files, known by their content; whoever opens a link has to give them again
 * - `trained:<sha-256>`: trained in this page
 */
export type DictionaryId = string;

export type ParsedDictionaryId =
  | { readonly kind: 'catalogue'; readonly model: string; readonly folder: string }
  | { readonly kind: 'hub'; readonly id: string; readonly revision: string; readonly path: string }
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'files' | 'trained'; readonly hash: string };

/** Reads the name of a dictionary, or gives null when it is none. */
export function parseDictionaryId(id: DictionaryId): ParsedDictionaryId | null {
  const colon = id.indexOf(':');
  const kind = id.slice(0, colon);
  const rest = id.slice(colon + 1);
  if (kind === 'catalogue') {
    const match = /^([\w.-]+)\/([\w.-]+)(?:#\S*)?$/.exec(rest); // how it is read doesn't change what it is
    return match === null ? null : { kind, model: match[1] ?? '', folder: match[2] ?? '' };
  }
  if (kind === 'hub') {
    const match = /^([\w.-]+\/[\w.-]+)@([^/\s]+)\/(.*)$/.exec(rest);
    return match === null ? null : { kind, id: match[1] ?? '', revision: match[2] ?? '', path: match[3] ?? '' };
  }
  if (kind === 'url') return /^https?:\/\/\S+$/.test(rest) ? { kind, url: rest } : null;
  if (kind === 'files' || kind === 'trained') return /^[0-9a-f]{64}$/.test(rest) ? { kind, hash: rest } : null;
  return null;
}

/** The name of a shipped dictionary. */
export const catalogueDictionary = (model: string, folder: string): DictionaryId => `catalogue:${model}/${folder}`;

/** A feature of a dictionary. */
export interface FeatureRef {
  readonly dictionary: DictionaryId;
  readonly index: number;
}

/** Said by whoever opens files that leave it open, or to read them otherwise than they were understood. In a name it stands behind `#`. */
export interface DictionaryOverrides {
  readonly hookName?: string;
  readonly hookNameOut?: string;
  readonly k?: number;
  readonly applyBDecToInput?: boolean;
  readonly centerInput?: boolean;
  readonly normalizeActivations?: InputNormalization;
}

/** Where a dictionary comes from: its name, or files that were dropped. */
export type DictionarySource =
  | { readonly kind: 'id'; readonly id: DictionaryId }
  | { readonly kind: 'files'; readonly name: string; readonly files: readonly File[]; readonly as?: DictionaryOverrides };

/** How pre-activations become activations. BatchTopK and Matryoshka are `jumprelu` once trained (or `topk` where no threshold was stored). */
export type Encoder = 'standard' | 'topk' | 'jumprelu' | 'gated';
export type InputNormalization = 'none' | 'expected_average_only_in' | 'constant_norm_rescale' | 'layer_norm';

/** What a dictionary computes, besides its weights. Names as in SAELens's cfg.json. */
export interface DictionarySpec {
  readonly encoder: Encoder;
  /** Of `topk`. */
  readonly k: number | null;
  /** `topk` that ranks `pre ⊙ ‖W_dec‖`, gives those values, and decodes them divided by the norm. */
  readonly rescaleActsByDecoderNorm: boolean;
  readonly applyBDecToInput: boolean;
  readonly normalizeActivations: InputNormalization;
  /**
   * Subtract the mean over d_in from every vector first: for dictionaries of models with centred writing weights. It is put back
   * after the decoder, so that x̂ stands for x itself; not by a transcoder.
   */
  readonly centerInput: boolean;
  /** Where x is read. `attn.hook_z` is read flattened to [pos, head_index · d_head]. */
  readonly hookName: HookName;
  /** Where x̂ belongs. The same as `hookName` but for transcoders. */
  readonly hookNameOut: HookName;
}

/** Row-vector convention, row-major. */
export interface DictionaryWeights {
  /** [d_in, d_sae] */
  readonly W_enc: Float32Array;
  /** [d_sae]. Of `gated`, the bias of the gate (`b_gate`). */
  readonly b_enc: Float32Array;
  /** [d_sae, d_out] */
  readonly W_dec: Float32Array;
  /** [d_out]. Subtracted from the input too where `applyBDecToInput`. */
  readonly b_dec: Float32Array;
  /** [d_sae], of `jumprelu`. */
  readonly threshold: Float32Array | null;
  /** [d_sae] each, of `gated`. */
  readonly gated: { readonly b_mag: Float32Array; readonly r_mag: Float32Array } | null;
  /** [d_out, d_in], of a skip transcoder: x̂ += x · W_skipᵀ. */
  readonly W_skip: Float32Array | null;
  /** [d_sae], of old files: multiplies f. */
  readonly scalingFactor: Float32Array | null;
}

/** What the page knows of an opened dictionary. */
export interface DictionaryInfo {
  readonly id: DictionaryId;
  /** What a person calls it. */
  readonly name: string;
  /** SHA-256 (hex) of its spec and weights. */
  readonly hash: string;
  readonly spec: DictionarySpec;
  readonly dIn: number;
  readonly dOut: number;
  readonly dSae: number;
  /** Which file format it was found in, in words, such as "SAELens (before version 6)". */
  readonly format: string;
  /** As the files call it, such as `batchtopk` or `skip_transcoder`. */
  readonly architecture: string;
  /** As stored: `float32`, `float16`, `bfloat16`, `int8 per row`. Arithmetic is in float32. */
  readonly storedDtype: string;
  readonly bytes: number;
  /** What was found and done on opening, each a sentence: transposed, norm folded, b_dec subtracted or not, scaling factor … */
  readonly notes: readonly string[];
  /** The model that the files name; null where they name none. */
  readonly modelName: string | null;
  /** `model/source` on Neuronpedia, where the files say so or the release is known. */
  readonly neuronpediaId: string | null;
  /** Where feature records lie (a folder's address), or null. */
  readonly recordsUrl: string | null;
}

/** An opened dictionary. Arrays are shared and never changed. */
export interface Dictionary {
  readonly info: DictionaryInfo;
  readonly weights: DictionaryWeights;
}

/** One that was made in this page, such as one that was trained: its weights themselves. Its id begins with `trained:`. */
export interface TrainedSource {
  readonly kind: 'trained';
  readonly dictionary: Dictionary;
}

/** Everything that can be opened. */
export type OpenSource = DictionarySource | TrainedSource;
