import type { Dictionary, DictionaryOverrides, DictionarySpec } from '../anatomy/dictionary';
import { decode } from './decode';
import { encode } from './encode';

/** How a dictionary fares on the activations of a text. */
export interface Sanity {
  /** Σ‖y − ŷ‖² / Σ‖y − ȳ‖², sums over positions and dimensions; 1 − explained variance. */
  readonly fvu: number;
  /** Mean number of active features per position. */
  readonly l0: number;
  /** Share of features that were active at no position. */
  readonly deadShare: number;
}

/** A dictionary that leaves more unexplained is likely to have been read wrongly. */
export const SUSPICIOUS_FVU = 0.7;

/**
 * Checks a dictionary on activations. Leave a beginning-of-sequence position out: its norm is far beyond all others'.
 *
 * @param x [pos, d_in]. @param y [pos, d_out], what a transcoder should have given; left out: x.
 */
export function sanity(dictionary: Dictionary, x: Float32Array, nPos: number, y: Float32Array = x): Sanity {
  const { dOut, dSae } = dictionary.info;
  const f = encode(dictionary, x, nPos);
  const yHat = decode(dictionary, f, nPos, x);
  const mean = new Float64Array(dOut);
  for (let i = 0; i < nPos * dOut; i += 1) mean[i % dOut] = (mean[i % dOut] ?? 0) + (y[i] ?? 0) / nPos;
  let error = 0;
  let variance = 0;
  for (let i = 0; i < nPos * dOut; i += 1) {
    error += ((y[i] ?? 0) - (yHat[i] ?? 0)) ** 2;
    variance += ((y[i] ?? 0) - (mean[i % dOut] ?? 0)) ** 2;
  }
  const isAlive = new Uint8Array(dSae);
  let active = 0;
  for (let i = 0; i < f.length; i += 1)
    if (f[i] !== 0) {
      active += 1;
      isAlive[i % dSae] = 1;
    }
  return { fvu: error / variance, l0: active / nPos, deadShare: 1 - isAlive.reduce((sum, one) => sum + one, 0) / dSae };
}

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
