import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { NamedArray } from '../../anatomy/named-array';
import type { AnalysisResult, InterventionSpec } from '../../anatomy/run';
import { blockHook } from '../../anatomy/hook-names';
import type { How } from './settings';

/** How often experts are chosen: rows are layers, columns experts. */
export interface ExpertMap {
  readonly layers: number;
  readonly experts: number;
  /** [layer, expert], flat. */
  readonly values: ArrayLike<number>;
}

export interface RankedExpert {
  readonly layer: number;
  readonly expert: number;
  readonly first: number;
  readonly second: number;
  /** first − second. */
  readonly distinct: number;
}

/** The map of an answer to `expert-activation`; null for anything else. */
export function mapOf(result: AnalysisResult | null): ExpertMap | null {
  const activation = result?.['activation'] as NamedArray | undefined;
  const [layers, experts] = activation?.shape ?? [];
  return activation?.data instanceof Float32Array && layers !== undefined && experts !== undefined ? { layers, experts, values: activation.data } : null;
}

/** The mean of maps of the same shape. */
export function meanMap(maps: readonly ExpertMap[]): ExpertMap | null {
  const [first] = maps;
  if (first === undefined) return null;
  const values = Float64Array.from({ length: first.layers * first.experts }, (_, i) => maps.reduce((sum, map) => sum + (map.values[i] ?? 0), 0) / maps.length);
  return { ...first, values };
}

/** Dist[l, e] = mean of the first set − mean of the second, the largest first; equal ones in the order of layers and experts. */
export function rankExperts(first: ExpertMap, second: ExpertMap): RankedExpert[] {
  const ranked = Array.from({ length: first.layers * first.experts }, (_, i): RankedExpert => {
    const [a, b] = [first.values[i] ?? 0, second.values[i] ?? 0];
    return { layer: Math.floor(i / first.experts), expert: i % first.experts, first: a, second: b, distinct: a - b };
  });
  return ranked.sort((a, b) => b.distinct - a.distinct || a.layer - b.layer || a.expert - b.expert);
}

/** As many other experts, drawn with a seed: what the ranked ones are to be compared with. */
export function randomExperts(ranked: readonly RankedExpert[], count: number, seed: number): RankedExpert[] {
  const rest = ranked.slice(count);
  const rng = xoroshiro128plus(seed);
  return Array.from({ length: Math.min(count, rest.length) }, () => rest.splice(uniformInt(rng, 0, rest.length - 1), 1)).flat();
}

/** One override per layer that has any of the experts. */
export function overrides(experts: readonly Pick<RankedExpert, 'layer' | 'expert'>[], how: How): InterventionSpec[] {
  const byLayer = new Map<number, number[]>();
  for (const { layer, expert } of experts) byLayer.set(layer, [...(byLayer.get(layer) ?? []), expert]);
  return [...byLayer]
    .sort(([a], [b]) => a - b)
    .map(([layer, chosen]) => ({ id: 'route-experts', at: blockHook(layer, 'mlp.hook_router_logits'), positions: 'all', params: { experts: chosen.sort((a, b) => a - b), how } }));
}

/** The prompts of a text area. */
export function promptsOf(text: string): string[] {
  return text.split('\n').map((line) => line.trim()).filter((line) => line !== '');
}
