import { catalogueDictionary, type DictionaryId } from '../../anatomy/dictionary';
import type { ModelInfo } from '../../anatomy/model-info';
import type { AnalysisSpec } from '../../anatomy/run';
import { BUILT_IN_MODEL, type Document } from '../../store/document';
import { featureEditOf } from '../../store/feature-group';

/** What steering costs, asked of the steered run whichever is shown. */
export const DAMAGE: AnalysisSpec = { id: 'steering-damage', params: {} };

/** Norms of the base run, for models that come without a calibration text. */
export const BASE_NORMS: AnalysisSpec = { id: 'void-layers', params: { alpha: 0.8, mode: 'trace' } };

const byText = new Map<string, AnalysisSpec>();

/** The yardstick on the model's calibration text; null for a model without one. The same object for the same model. */
export function calibration(info: Pick<ModelInfo, 'calibrationText'> | null): AnalysisSpec | null {
  const text = info?.calibrationText ?? '';
  if (text === '') return null;
  let spec = byText.get(text);
  if (spec === undefined) byText.set(text, (spec = { id: 'stream-norms', params: { text } }));
  return spec;
}

const byDictionary = new Map<DictionaryId, AnalysisSpec>();

/** What a dictionary's features do in the base text: the unit and the reach of their sliders. The same object for the same dictionary. */
export function activationsSpec(dictionary: DictionaryId): AnalysisSpec {
  let spec = byDictionary.get(dictionary);
  if (spec === undefined) byDictionary.set(dictionary, (spec = { id: 'feature-activations', params: { dictionary } }));
  return spec;
}

/** The dictionaries of the sliders of features, each once. */
export function dictionariesOf(document: Pick<Document, 'interventions'>): readonly DictionaryId[] {
  return [...new Set(document.interventions.flatMap((group) => featureEditOf(group)?.dictionary ?? []))];
}

/** The dictionary that a form of the built-in model begins with: the middle of the model. '' for other models. */
export function firstDictionary(model: Pick<ModelInfo, 'id'>): DictionaryId {
  return model.id === BUILT_IN_MODEL ? catalogueDictionary(BUILT_IN_MODEL, 'blocks.6.hook_resid_post') : '';
}
