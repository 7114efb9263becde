import type { Dictionary, DictionaryOverrides, DictionarySpec } from '../anatomy/dictionary';

/** Another way to read the same files. */
export interface Alternative {
  /** In words, such as "with b_dec subtracted from the input". */
  readonly label: string;
  readonly overrides: DictionaryOverrides;
  readonly dictionary: Dictionary;
}

/** What to try when a dictionary explains less than it should: each differs from it in one decision. Weights are shared. */
export function alternatives(dictionary: Dictionary): readonly Alternative[] {
  const { spec } = dictionary.info;
  const changed = (label: string, overrides: DictionaryOverrides, change: Partial<DictionarySpec>): Alternative => ({
    label,
    overrides,
    dictionary: { ...dictionary, info: { ...dictionary.info, spec: { ...spec, ...change } } },
  });
  const center = !spec.centerInput;
  const bDec = !spec.applyBDecToInput;
  const normalize = spec.normalizeActivations === 'layer_norm' ? 'none' : 'layer_norm';
  return [
    changed(center ? 'with the mean over d_in taken away first' : 'without centring', { centerInput: center }, { centerInput: center }),
    changed(normalize === 'layer_norm' ? 'with every vector layer-normed first' : 'without layer norm', { normalizeActivations: normalize }, { normalizeActivations: normalize }),
    // Of a transcoder b_dec belongs to its output.
    ...(spec.hookName === spec.hookNameOut ? [changed(`with b_dec ${bDec ? '' : 'not '}subtracted from the input`, { applyBDecToInput: bDec }, { applyBDecToInput: bDec })] : []),
  ];
}
