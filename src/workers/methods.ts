import type { DictionaryId } from '../anatomy/dictionary';
import { isHookOf } from '../anatomy/hook-names';
import type { ModelConfig } from '../anatomy/model-config';
import { namedDictionaries } from '../anatomy/named-dictionaries';
import type { AnalysisSpec, DirectionSpec, InterventionSpec, Positions, RunRequest } from '../anatomy/run';
import { analyses, type Analysis } from '../analyses';
import { directions, type Direction } from '../directions';
import { interventions, type Intervention } from '../interventions';
import { UserError } from '../lib/errors';
import { checkValues, type AnyParamValues, type Params, type ParamValues } from '../lib/params';
import type { Door, Registry } from '../lib/registry';

/** A method that a request names, with its settings checked and completed. */
export interface Chosen<D> {
  readonly door: D;
  readonly values: ParamValues<Params>;
}

function choose<D extends Door & { readonly params: Params }>(
  registry: Registry<D>,
  kind: string,
  spec: { readonly id: string; readonly params?: AnyParamValues },
): Chosen<D> {
  const door = registry.find(spec.id);
  if (door === null)
    throw new UserError(
      `unknown-${kind}`,
      `there is no ${kind} "${spec.id}" in this version. Known: ${registry.all.map((one) => one.id).join(', ') || 'none'}.`,
    );
  const checked = checkValues(door.params, spec.params);
  if (!checked.ok) throw new UserError('bad-params', `${kind} "${spec.id}": ${checked.problems.join(' ')}`);
  return { door, values: checked.values };
}

const doors = { intervention: interventions.find, direction: directions.find, analysis: analyses.find };

/** The dictionaries that a request names, each once; none of methods that aren't known or whose settings are wrong. */
export function dictionariesOf(request: Pick<RunRequest, 'interventions' | 'analyses'>): readonly DictionaryId[] {
  return namedDictionaries(request, doors, (params, given) => {
    const checked = checkValues(params, given);
    return checked.ok ? checked.values : null;
  });
}

/** @throws UserError `unknown-direction` or `bad-params`. */
export function chooseDirection(spec: DirectionSpec): Chosen<Direction> {
  return choose(directions, 'direction', spec);
}

/** @throws UserError `unknown-analysis` or `bad-params`. */
export function chooseAnalysis(spec: AnalysisSpec): Chosen<Analysis> {
  return choose(analyses, 'analysis', spec);
}

/** @throws UserError `unknown-intervention`, `bad-params`, `unknown-hook`, `bad-positions` or `no-direction`. */
export function chooseIntervention(spec: InterventionSpec, config: ModelConfig): Chosen<Intervention> {
  const chosen = choose(interventions, 'intervention', spec);
  if (!isHookOf(spec.at, config)) throw new UserError('unknown-hook', `intervention "${spec.id}": this model has no hook point "${spec.at}".`);
  checkPositions(spec.positions, spec.id);
  const needs = chosen.door.direction;
  if (needs === 'required' && spec.direction === undefined)
    throw new UserError('no-direction', `intervention "${spec.id}" needs a direction: a recipe such as {id: "unembedding", params: {…}}, or {id: "vector", values: […]}.`);
  if (needs === 'none' && spec.direction !== undefined)
    throw new UserError('no-direction', `intervention "${spec.id}" takes no direction.`);
  return chosen;
}

function checkPositions(positions: Positions, id: string): void {
  const named = positions === 'all' || positions === 'prompt' || positions === 'response';
  if (named || (Array.isArray(positions) && positions.every((pos) => Number.isSafeInteger(pos) && pos >= 0))) return;
  throw new UserError('bad-positions', `intervention "${id}": positions are "all", "prompt", "response" or a list of whole numbers from 0.`);
}
