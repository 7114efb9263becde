import type { Dictionary, DictionaryId } from '../anatomy/dictionary';
import type { HookName } from '../anatomy/hook-names';
import type { ModelConfig } from '../anatomy/model-config';
import type { NamedArray } from '../anatomy/named-array';
import type { Params, ParamValues } from '../lib/params';
import type { Door } from '../lib/registry';

/** What a recipe may ask of the model. */
export interface DirectionContext {
  readonly config: ModelConfig;
  /** Ids of a text, with the model's own special tokens in front. @throws UserError without a tokenizer. */
  encode(text: string): readonly number[] | Promise<readonly number[]>;
  /** Ids of a text alone, without special tokens. */
  encodePlain(text: string): readonly number[] | Promise<readonly number[]>;
  /** The activation at a hook point in an unchanged run over these ids. */
  capture(ids: readonly number[], at: HookName): Promise<NamedArray>;
  /** Columns of W_U. [d_model] each. */
  unembedding(ids: readonly number[]): Promise<readonly Float32Array[]>;
  /** Opens a dictionary, or gives the one that is open. @throws UserError */
  dictionary?(id: DictionaryId): Promise<Dictionary>;
  readonly signal: AbortSignal;
}

export interface DirectionResult {
  /** [d]. A unit vector, but for `vector`, which gives its values as they are. */
  readonly values: Float32Array;
  /** L2 norm before scaling to a unit vector. */
  readonly rawNorm: number;
}

export interface DirectionWork<P extends Params> {
  compute(context: DirectionContext, params: ParamValues<P>, at: HookName): Promise<DirectionResult>;
}

/** A way of obtaining a vector. */
export interface Direction<P extends Params = Params> extends Door {
  readonly title: string;
  readonly summary: string;
  readonly params: P;
  /** The dictionaries that it works with. */
  dictionaries?(params: ParamValues<P>): readonly DictionaryId[];
  load(): Promise<DirectionWork<P>>;
}

export function defineDirection<P extends Params>(door: Direction<P>): Direction<P> {
  return door;
}
