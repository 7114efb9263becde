import type { Dictionary, DictionaryId } from '../anatomy/dictionary';
import type { HookName } from '../anatomy/hook-names';
import type { ModelConfig } from '../anatomy/model-config';
import type { Positions } from '../anatomy/run';
import type { ActivationHook } from '../engine';
import type { Params, ParamValues } from '../lib/params';
import type { Door } from '../lib/registry';

/** What an intervention is given when its hooks are made for one run. */
export interface InterventionSite<P extends Params> {
  readonly at: HookName;
  readonly positions: Positions;
  readonly params: ParamValues<P>;
  /** [d], where the door asks for a vector. */
  readonly direction: Float32Array | null;
  readonly config: ModelConfig;
  /** An opened dictionary, of those that the door's `dictionaries` named. @throws UserError for another. */
  dictionary?(id: DictionaryId): Dictionary;
}

/** The heavy half: makes the hooks of one run. State that must be fresh for each pass lives in the hook's context. */
export interface InterventionWork<P extends Params> {
  hooks(site: InterventionSite<P>): readonly (readonly [HookName, ActivationHook])[];
  /**
   * Several interventions of this kind that follow one another in a request, as one change: sliders of features act on the same
   * encoding, not each on what the one before it left. Missing: they are made one by one.
   */
  hooksTogether?(sites: readonly InterventionSite<P>[]): readonly (readonly [HookName, ActivationHook])[];
}

/** A way of changing activations during a run. */
export interface Intervention<P extends Params = Params> extends Door {
  readonly title: string;
  /** One sentence. */
  readonly summary: string;
  readonly params: P;
  /** Whether it needs a vector. `optional`: a setting can stand in for it. */
  readonly direction: 'required' | 'optional' | 'none';
  /** The dictionaries that it works with. */
  dictionaries?(params: ParamValues<P>): readonly DictionaryId[];
  /** Settings under which it changes nothing: the contract test runs them. */
  readonly noop: Partial<ParamValues<P>> | null;
  load(): Promise<InterventionWork<P>>;
}

export function defineIntervention<P extends Params>(door: Intervention<P>): Intervention<P> {
  return door;
}
