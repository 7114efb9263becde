import type { DictionaryId, DictionaryOverrides } from '../anatomy/dictionary';
import { UserError } from '../lib/errors';

const NORMALIZATIONS = ['none', 'expected_average_only_in', 'constant_norm_rescale', 'layer_norm'] as const;

/**
 * What whoever opens a dictionary says of it stands behind `#` in its name, so that a link says it too:
 * `hub:Qwen/SAE-Res-Qwen3-1.7B-Base-W32K-L0_50@main/layer3.sae.pt#hook=blocks.3.hook_resid_post&k=50&bdec=yes`.
 */
export function splitOverrides(id: DictionaryId): { readonly id: DictionaryId; readonly overrides: DictionaryOverrides } {
  const mark = id.indexOf('#');
  if (mark === -1) return { id, overrides: {} };
  const said = new URLSearchParams(id.slice(mark + 1));
  const overrides: { -readonly [key in keyof DictionaryOverrides]: DictionaryOverrides[key] } = {};
  for (const [key, value] of said) {
    if (key === 'hook') overrides.hookName = value;
    else if (key === 'out') overrides.hookNameOut = value;
    else if (key === 'k' && /^[1-9]\d{0,6}$/.test(value)) overrides.k = Number(value);
    else if (key === 'bdec' && isYesNo(value)) overrides.applyBDecToInput = value === 'yes';
    else if (key === 'center' && isYesNo(value)) overrides.centerInput = value === 'yes';
    else if (key === 'normalize' && isNormalization(value)) overrides.normalizeActivations = value;
    else throw new UserError('unknown-dictionary', `"${key}=${value}"`.slice(0, 100) + ' says nothing about a dictionary that is known here. Known: hook, out, k, bdec=yes|no, center=yes|no, normalize.');
  }
  return { id: id.slice(0, mark), overrides };
}

/** The part of a name that says it: '' when nothing is said. */
export function overridesText({ hookName, hookNameOut, k, applyBDecToInput, centerInput, normalizeActivations }: DictionaryOverrides): string {
  const parts = [
    hookName === undefined ? '' : `hook=${hookName}`,
    hookNameOut === undefined ? '' : `out=${hookNameOut}`,
    k === undefined ? '' : `k=${k}`,
    applyBDecToInput === undefined ? '' : `bdec=${applyBDecToInput ? 'yes' : 'no'}`,
    centerInput === undefined ? '' : `center=${centerInput ? 'yes' : 'no'}`,
    normalizeActivations === undefined ? '' : `normalize=${normalizeActivations}`,
  ].filter((part) => part !== '');
  return parts.length === 0 ? '' : `#${parts.join('&')}`;
}

/** A name with what is said besides, which goes before what the name says itself. A name that can't be read stays: opening it says what is wrong. */
export function withOverrides(id: DictionaryId, said: DictionaryOverrides): DictionaryId {
  if (overridesText(said) === '') return id;
  try {
    const before = splitOverrides(id);
    return before.id + overridesText({ ...before.overrides, ...said });
  } catch {
    return id;
  }
}

const isYesNo = (value: string) => value === 'yes' || value === 'no';
const isNormalization = (value: string): value is (typeof NORMALIZATIONS)[number] => (NORMALIZATIONS as readonly string[]).includes(value);
