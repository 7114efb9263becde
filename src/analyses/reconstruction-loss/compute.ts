import type { NamedArray } from '../../anatomy/named-array';
import { rowAt, rowSize, startsWithBos } from '../../anatomy/rows';
import type { InterventionSpec } from '../../anatomy/run';
import { UserError } from '../../lib/errors';
import { at, must } from '../../lib/assert';
import { klOfLogits, logSumExp, mean } from '../../lib/numeric';
import type { ParamValues } from '../../lib/params';
import type { AnalysisInput } from '../types';
import type { params as settings } from './index';

export type ReconstructionLoss = {
  /** Mean −ln P of the tokens of this text but the first, nats: of the run as it is. */
  readonly lossClean: number;
  /** With the reconstruction in place of the activation, without the error term. */
  readonly lossSae: number;
  /** With zeros, or the mean over this text, in its place; null for the baseline that wasn't asked. */
  readonly lossZero: number | null;
  readonly lossMean: number | null;
  /** lossSae − lossClean. */
  readonly deltaLoss: number;
  /** (baseline − reconstruction) / (baseline − clean): 1 when the reconstruction costs nothing. */
  readonly recoveredZero: number | null;
  readonly recoveredMean: number | null;
  /** Mean KL(clean ‖ reconstruction) over the same predictions, nats. */
  readonly klSae: number;
  /** The same of the baseline. */
  readonly klBaseline: number;
  /** (klBaseline − klSae) / klBaseline */
  readonly klScore: number;
  /** Predictions that were counted. */
  readonly predictions: number;
  /** Position 0 holds BOS: its activation stays in every run. */
  readonly skippedBos: boolean;
};

/** A text of one token predicts nothing: all figures are then NaN. @throws UserError when the dictionary isn't open. */
export async function compute(
  { run, request, config, dictionary: open, ask }: Pick<AnalysisInput, 'run' | 'request' | 'config' | 'dictionary' | 'ask'>,
  { dictionary: id, baseline }: ParamValues<typeof settings>,
): Promise<ReconstructionLoss> {
  const dictionary = open?.(id);
  if (dictionary === undefined) throw new UserError('no-dictionaries', 'dictionaries can’t be opened here.');
  const { ids, promptLength } = run;
  const hook = dictionary.info.spec.hookNameOut;
  const skippedBos = startsWithBos(ids, config);
  if (ids.length < 2) return resultOf(baseline, [NaN, NaN, NaN], [NaN, NaN], { predictions: 0, skippedBos });
  const touched = ids.map((_, pos) => pos).slice(skippedBos ? 1 : 0);
  const under = async (change: InterventionSpec): Promise<NamedArray> => {
    const answer = await ask({ ids, promptLength, interventions: [...request.interventions, change], logits: true });
    return must(answer.logits, 'the logits of the changed run');
  };

  const clean = must(run.logits, 'the logits that this analysis needs');
  const spliced = { dictionary: id, feature: 0, op: 'scale', coefficient: 1, keepError: false };
  const sae = await under({ id: 'edit-features', at: hook, positions: touched, params: spliced });
  const values = baseline === 'zero' ? new Array<number>(rowSize(hook, config)).fill(0) : meanRow(must(run.activations[hook], `the activation at ${hook}`), touched);
  const lost = await under({ id: 'replace', at: hook, positions: touched, params: { values } });

  const losses = [clean, sae, lost].map((logits) => lossOf(logits, ids)) as [number, number, number];
  const divergences = [sae, lost].map((logits) => klOf(clean, logits, ids.length)) as [number, number];
  return resultOf(baseline, losses, divergences, { predictions: ids.length - 1, skippedBos });
}

function resultOf(
  baseline: 'zero' | 'mean',
  [lossClean, lossSae, lossLost]: readonly [number, number, number],
  [klSae, klBaseline]: readonly [number, number],
  about: Pick<ReconstructionLoss, 'predictions' | 'skippedBos'>,
): ReconstructionLoss {
  const recovered = recoveredOf(lossClean, lossSae, lossLost);
  const isZero = baseline === 'zero';
  return {
    lossClean,
    lossSae,
    lossZero: isZero ? lossLost : null,
    lossMean: isZero ? null : lossLost,
    deltaLoss: lossSae - lossClean,
    recoveredZero: isZero ? recovered : null,
    recoveredMean: isZero ? null : recovered,
    klSae,
    klBaseline,
    klScore: (klBaseline - klSae) / klBaseline,
    ...about,
  };
}

/** The share of a baseline's loss that the reconstruction wins back. NaN where the baseline loses nothing. */
export function recoveredOf(clean: number, sae: number, baseline: number): number {
  return baseline === clean ? NaN : (baseline - sae) / (baseline - clean);
}

/** Mean −ln P of each id but the first, from logits [pos, d_vocab] over them. */
function lossOf(logits: NamedArray, ids: readonly number[]): number {
  return mean(ids.slice(1).map((id, pos) => logSumExp(rowAt(logits, pos)) - at(rowAt(logits, pos), id)));
}

/** Mean KL over the positions that predict a token of the text. */
function klOf(p: NamedArray, q: NamedArray, nPos: number): number {
  return mean(Array.from({ length: nPos - 1 }, (_, pos) => klOfLogits(rowAt(p, pos), rowAt(q, pos))));
}

/** Mean row over some positions of an activation [pos, …], flat. */
function meanRow(activation: NamedArray, positions: readonly number[]): number[] {
  const rows = positions.map((pos) => rowAt(activation, pos));
  return Array.from(at(rows, 0), (_, i) => mean(rows.map((row) => at(row, i))));
}
