import type { Dictionary, DictionaryId, DictionaryInfo } from '../anatomy/dictionary';
import type { HookName } from '../anatomy/hook-names';
import type { ModelConfig } from '../anatomy/model-config';
import type { AnalysisResult, InterventionSpec, RunRequest, RunResult } from '../anatomy/run';
import type { Params, ParamValues } from '../lib/params';
import type { Door } from '../lib/registry';

export interface AnalysisNeeds {
  readonly capture: readonly HookName[];
  readonly logits: boolean;
}

/** What an analysis is given. */
export interface AnalysisInput {
  readonly config: ModelConfig;
  /** What was asked: with the asker's interventions only, not with those that the analysis itself adds. */
  readonly request: RunRequest;
  /** The run that is analysed, with everything that `needs` asked for and under the analysis's own interventions too. */
  readonly run: RunResult;
  /**
   * Asks the model again, for analyses that compare runs. Only what is given here counts: nothing is taken over from `request`,
   * and the analysis's own interventions are not added. Missing: no interventions, no capture, no logits, no generation, and
   * everything is prompt.
   */
  ask(request: Partial<Omit<RunRequest, 'analyses' | 'model'>> & Pick<RunRequest, 'ids'>): Promise<RunResult>;
  /** Ids of a text, with the model's own special tokens in front. @throws UserError without a tokenizer. */
  encode(text: string): readonly number[] | Promise<readonly number[]>;
  /** An opened dictionary, of those that the door's `dictionaries` named. @throws UserError for another. */
  dictionary?(id: DictionaryId): Dictionary;
  /** Columns of W_U. [d_model] each. */
  unembedding?(ids: readonly number[]): Promise<readonly Float32Array[]>;
  readonly signal: AbortSignal;
}

export interface AnalysisWork<P extends Params, R extends AnalysisResult> {
  compute(input: AnalysisInput, params: ParamValues<P>): Promise<R> | R;
}

/** A way of reading a run. */
export interface Analysis<P extends Params = Params, R extends AnalysisResult = AnalysisResult> extends Door {
  readonly title: string;
  readonly summary: string;
  readonly params: P;
  /** True when the result depends on the model alone, not on the text: it is then asked once per model. */
  readonly independent: boolean;
  /** The dictionaries that it works with: they are open when `needs` is asked. */
  dictionaries?(params: ParamValues<P>): readonly DictionaryId[];
  /** @param dictionaries those that the door's `dictionaries` named: they say where they read. */
  needs(params: ParamValues<P>, config: ModelConfig, dictionaries?: readonly DictionaryInfo[]): AnalysisNeeds;
  /**
   * Changes that belong to the analysis itself and come after the request's own, such as skipping voids. The run that is analysed
   * is under them from its first pass on: where the request generates, the text is generated under them too.
   */
  interventions?(params: ParamValues<P>, config: ModelConfig): readonly InterventionSpec[];
  load(): Promise<AnalysisWork<P, R>>;
}

export function defineAnalysis<P extends Params, R extends AnalysisResult>(door: Analysis<P, R>): Analysis<P, R> {
  return door;
}
