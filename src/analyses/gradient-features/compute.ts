import type { HookName } from '../../anatomy/hook-names';
import { namedArray, type NamedArray } from '../../anatomy/named-array';
import type { InterventionSpec } from '../../anatomy/run';
import { encode } from '../../dictionaries';
import { preActivations, rowsWritten } from '../../dictionaries/encode';
import { selectByGradient } from '../../dictionaries/variants';
import { at, must } from '../../lib/assert';
import { UserError } from '../../lib/errors';
import type { ParamValues } from '../../lib/params';
import { l2Norm } from '../../lib/vectors';
import type { AnalysisInput } from '../types';
import type { params as settings } from './index';

export type GradientFeatures = {
  readonly position: number;
  readonly k: number;
  /** Ids of the tokens whose logits are compared. */
  readonly plus: number;
  readonly minus: number;
  /** [item] each: the candidates by pre-activation z, largest first, and e, the change of logit(plus) − logit(minus) per unit of activation. */
  readonly candidates: NamedArray;
  readonly z: NamedArray;
  readonly effect: NamedArray;
  /** [item]: what is kept by z alone, and by z + β · z ⊙ |e|. */
  readonly byTopK: NamedArray;
  readonly byGradient: NamedArray;
};

/** Length of the step of a finite difference, as a share of the activation's own length. */
const STEP = 0.02;

type Input = Pick<AnalysisInput, 'ask' | 'encode' | 'run' | 'request' | 'dictionary' | 'signal'>;

/** @throws UserError for a transcoder, a position that there isn't, or a token that is none. */
export async function compute(input: Input, params: ParamValues<typeof settings>): Promise<GradientFeatures> {
  const { run, request } = input;
  const dictionary = must(input.dictionary?.(params.dictionary), 'the dictionary');
  const { spec, dIn, dSae, name } = dictionary.info;
  if (spec.hookName !== spec.hookNameOut) throw new UserError('transcoder', `${name} is a transcoder: its features are written elsewhere than they are read.`);
  const nPos = run.ids.length;
  const position = params.position < 0 ? nPos - 1 : params.position;
  if (position >= nPos) throw new UserError('no-position', `there is no position ${position}: the text has ${nPos} tokens.`);
  const x = must(run.activations[spec.hookName], 'the activation that the dictionary reads').data.subarray(position * dIn, (position + 1) * dIn);
  const z = preActivations(dictionary, x);
  const fires = encode(dictionary, x, 1).filter((value) => value > 0).length;
  const k = Math.min(dSae, params.k > 0 ? params.k : (spec.k ?? fires));
  if (k === 0) throw new UserError('silent', `no feature of ${name} fires at this position: give k.`);
  const candidates = Array.from(z.keys()).sort((a, b) => at(z, b) - at(z, a) || a - b).slice(0, Math.max(params.candidates, k));

  const [plus, minus] = await tokensOf(input, params, must(run.logits, 'the logits'));
  const difference = async (change: InterventionSpec): Promise<number> => {
    input.signal.throwIfAborted();
    const { logits } = await input.ask({ ids: run.ids, promptLength: run.promptLength, interventions: [...request.interventions, change], logits: true });
    return logitDifference(must(logits, 'the logits'), nPos - 1, plus, minus);
  };
  const e = new Float64Array(dSae);
  const rows = rowsWritten(dictionary, x, candidates);
  for (const [place, feature] of candidates.entries()) e[feature] = await effectOf(at(rows, place), spec.hookName, position, STEP * l2Norm(x), difference);

  const kept = (beta: number) => {
    const chosen = selectByGradient(z, e, k, beta);
    return Array.from(chosen.keys()).filter((feature) => at(chosen, feature) > 0).sort((a, b) => at(z, b) - at(z, a));
  };
  const list = (of: readonly number[]) => namedArray(['item'], [of.length], Float32Array.from(of));
  return {
    position,
    k,
    plus,
    minus,
    candidates: list(candidates),
    z: list(candidates.map((feature) => at(z, feature))),
    effect: list(candidates.map((feature) => at(e, feature))),
    byTopK: list(kept(0)),
    byGradient: list(kept(params.beta)),
  };
}

/** The derivative of the difference along what one unit of a feature writes, by a step to either side. @param row [d_out] */
async function effectOf(row: Float32Array, hook: HookName, position: number, step: number, difference: (change: InterventionSpec) => Promise<number>): Promise<number> {
  const values = [...row];
  const length = l2Norm(values);
  if (length === 0 || step === 0) return 0;
  const size = step / length;
  const change = (coefficient: number): InterventionSpec => ({
    id: 'add',
    at: hook,
    positions: [position],
    params: { coefficient, skipBos: false },
    direction: { id: 'vector', params: { values: values.map((value) => value * size) } },
  });
  return ((await difference(change(1))) - (await difference(change(-1)))) / (2 * size);
}

function logitDifference({ data, shape }: NamedArray, pos: number, plus: number, minus: number): number {
  const width = at(shape, 1);
  return at(data, pos * width + plus) - at(data, pos * width + minus);
}

/** The two tokens: those that were named, else the likeliest ones at the end. */
async function tokensOf(input: Input, params: { readonly plus: string; readonly minus: string }, { data, shape }: NamedArray): Promise<readonly [number, number]> {
  const width = at(shape, 1);
  const last = data.subarray((at(shape, 0) - 1) * width);
  const order = Array.from(last.keys()).sort((a, b) => at(last, b) - at(last, a)).slice(0, 2);
  const named = async (token: string) => (token === '' ? null : ((await input.encode(token)).at(-1) ?? null));
  const plus = (await named(params.plus)) ?? at(order, 0);
  const minus = (await named(params.minus)) ?? order.find((id) => id !== plus) ?? plus;
  if (plus === minus) throw new UserError('same-token', 'both tokens are the same: nothing is to be told apart.');
  return [plus, minus];
}
