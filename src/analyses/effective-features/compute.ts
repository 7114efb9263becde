import { namedArray, type NamedArray } from '../../anatomy/named-array';
import { UserError } from '../../lib/errors';
import type { ParamValues } from '../../lib/params';
import type { AnalysisInput } from '../types';
import { promptLines, unitsOf } from '../unit-activations';
import { spreadOf } from './count';
import type { params as settings } from './index';

export type EffectiveFeatures = {
  readonly hook: string;
  /** Features of the dictionary, or neurons. */
  readonly units: number;
  /** Coordinates at the hook point: N. */
  readonly neurons: number;
  /** Tokens that everything is over, start tokens left out. F grows with it. */
  readonly samples: number;
  /** S in nats, F = exp(S), ψ = F/N, and the units with any activity. */
  readonly entropy: number;
  readonly effective: number;
  readonly ratio: number;
  readonly active: number;
  /** [item]: F and the active units after so many tokens, to see whether they still grow. */
  readonly curveSamples: NamedArray;
  readonly curveEffective: NamedArray;
  readonly curveActive: NamedArray;
  /** [item]: the units with the largest shares p, largest first. */
  readonly topUnits: NamedArray;
  readonly topShares: NamedArray;
};

const TOP = 20;

/** @throws UserError when there is no token, or a prompt is too long. */
export async function compute(input: Pick<AnalysisInput, 'ask' | 'encode' | 'config' | 'dictionary' | 'signal' | 'run'>, params: ParamValues<typeof settings>): Promise<EffectiveFeatures> {
  const units = unitsOf(input, params);
  const lines = promptLines(params.prompts);
  const masses = new Float64Array(units.count);
  const curve: { samples: number; effective: number; active: number }[] = [];
  let samples = 0;
  let next = 1;
  for (const line of lines.length > 0 ? lines : [null]) {
    const { values, nPos } = line === null ? await units.read(input.run.ids) : await units.readText(line);
    for (let pos = 0; pos < nPos; pos += 1) {
      for (let unit = 0; unit < units.count; unit += 1) masses[unit] = (masses[unit] ?? 0) + Math.abs(values[pos * units.count + unit] ?? 0);
      samples += 1;
      if (samples < next) continue;
      curve.push({ samples, ...spreadOf(masses) });
      next = Math.ceil(next * 1.5);
    }
  }
  if (samples === 0) throw new UserError('no-tokens', 'there is no token besides the start token.');
  const { entropy, effective, active } = spreadOf(masses);
  if (curve.at(-1)?.samples !== samples) curve.push({ samples, effective, active });
  const total = masses.reduce((sum, mass) => sum + mass, 0);
  const top = Array.from(masses.keys()).sort((a, b) => (masses[b] ?? 0) - (masses[a] ?? 0) || a - b).slice(0, TOP);
  const list = (of: readonly number[]) => namedArray(['item'], [of.length], Float32Array.from(of));
  return {
    hook: units.hook,
    units: units.count,
    neurons: units.neurons,
    samples,
    entropy,
    effective,
    ratio: effective / units.neurons,
    active,
    curveSamples: list(curve.map((point) => point.samples)),
    curveEffective: list(curve.map((point) => point.effective)),
    curveActive: list(curve.map((point) => point.active)),
    topUnits: list(top),
    topShares: list(top.map((unit) => (masses[unit] ?? 0) / total)),
  };
}
