import type { ModelConfig } from '../../anatomy/model-config';
import type { AnalysisSpec } from '../../anatomy/run';
import type { Needs } from '../../store/ports';

const SPECS = [false, true].map((divide): AnalysisSpec => ({ id: 'expert-activation', params: { phase: 'prompt', divide } }));

/** The question that the panel asks; the same object for the same settings. */
export function expertSpec(divide: boolean): AnalysisSpec {
  return SPECS[divide ? 1 : 0] as AnalysisSpec;
}

/** A model without experts is asked nothing. */
export function expertNeeds(divide: boolean, config: ModelConfig): Needs {
  return { capture: [], analyses: config.experts === null ? [] : [expertSpec(divide)] };
}
