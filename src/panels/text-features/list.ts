import type { KnownFeature } from '../../store/feature-columns-react';
import type { Activations, Sparse } from './activations';
import { rankDifference, rankSet, rankText, rankToken, type PromptMaxima, type Ranked } from './rank';
import { DENSE, type Settings } from './settings';

export type KnownOf = (feature: number) => KnownFeature;

/** The list in the order that the settings ask for, before it is cut. Empty while what it is over isn't there. */
export function rankBy(
  settings: Pick<Settings, 'scope' | 'by' | 'compare' | 'least'>,
  given: { activations: Activations | null; pos: number; other: Sparse | null; prompts: readonly PromptMaxima[] },
): Ranked[] {
  const { scope, by, compare, least } = settings;
  const { activations, pos, other, prompts } = given;
  if (scope === 'set') return prompts.length === 0 ? [] : rankSet(prompts, by === 'count' ? 'share' : 'max', least);
  if (activations === null) return [];
  if (scope === 'token') return pos < activations.nPos ? rankToken(activations, pos, least) : [];
  if (scope === 'difference') return other === null ? [] : rankDifference(activations, other, compare, least);
  return rankText(activations, by, least);
}

/** The lines that are shown, and how many the filters and the length of the list leave out. */
export function cutList(rows: readonly Ranked[], settings: Pick<Settings, 'top' | 'hideDense'>, knownOf: KnownOf): { shown: readonly Ranked[]; hidden: number; more: number } {
  const kept = settings.hideDense ? rows.filter(({ feature }) => (knownOf(feature).density ?? 0) <= DENSE) : rows;
  const shown = kept.slice(0, settings.top);
  return { shown, hidden: rows.length - kept.length, more: kept.length - shown.length };
}

/** What a value of the list is, in words. */
export function valueWords({ scope, by, compare }: Pick<Settings, 'scope' | 'by' | 'compare'>): string {
  switch (scope) {
    case 'token':
      return 'activation at the token';
    case 'set':
      return by === 'count' ? 'share of prompts in which it fires' : 'highest activation in a prompt, mean over the prompts';
    case 'difference':
      return compare === 'max' ? 'highest activation here less that in the other prompt' : 'mean activation here less that in the other prompt';
    case 'text':
      return { max: 'highest activation', mean: 'mean activation over tokens', sum: 'sum of activations', count: 'tokens at which it fires' }[by];
  }
}

/** A value as the list writes it. */
export function valueText(value: number, { scope, by }: Pick<Settings, 'scope' | 'by'>): string {
  if (scope === 'set' && by === 'count') return `${(100 * value).toFixed(0)}%`;
  if (scope === 'text' && by === 'count') return String(value);
  const size = Math.abs(value);
  const digits = size >= 100 ? size.toFixed(0) : size >= 1 ? size.toFixed(2) : size.toPrecision(2);
  return scope === 'difference' ? `${value < 0 ? '−' : '+'}${digits}` : digits;
}

/** What a feature is called in a picture: its index, and its label where there is one. */
export function nameOf(feature: number, known: KnownFeature): string {
  return known.label === null ? String(feature) : `${feature} ${known.label}`;
}
