import { blockHook } from '../../anatomy/hook-names';
import { rowAt } from '../../anatomy/rows';
import type { InterventionSpec } from '../../anatomy/run';
import { must } from '../../lib/assert';
import { mean } from '../../lib/numeric';
import type { Asker, Look } from './asker';
import type { HeadFigures, HeadShare, PublishedRuns } from './expected';
import { figuresOf, type Figure } from './figures';
import { logitDifference, normalisedBy, patchScore } from './measure';
import { differenceAtEnd, FINAL_NORMALIZED, FINAL_SCALE, replace, type Pair, type Read } from './pairs';

const zOf = (layer: number) => blockHook(layer, 'attn.hook_z');
const layersOf = (shares: readonly HeadShare[]) => [...new Set(shares.map(({ layer }) => layer))].sort((a, b) => a - b);

/** Points of the clean run that the figures of heads need. */
export function headCapture({ direct, ablation, patched }: HeadFigures) {
  return [...new Set([...direct, ablation, ...patched].map(({ layer }) => zOf(layer))), FINAL_SCALE];
}

/** Questions that `runHeads` asks. */
export function headQuestions({ names }: PublishedRuns): number {
  const { direct, ablation, patched } = names.heads;
  const perPrompt = layersOf(direct).length + 1 + 1 + layersOf(ablation.direct).length + 1 + 1 + patched.length;
  return new Set([...layersOf(direct), ablation.layer, ...layersOf(ablation.direct)]).size + names.prompts.length * perPrompt;
}

/** What single heads say for the right name, what is left without one, and what each carries from one run to another. */
export async function runHeads({ names, tolerance }: PublishedRuns, pairs: readonly Pair[], asker: Asker): Promise<Figure[]> {
  const { about } = figuresOf('Names, heads', names.source);
  const { direct, ablation, patched } = names.heads;
  const first = must(pairs[0], 'a pair').clean.ids;
  const biases = new Map<number, Float32Array>();
  for (const layer of new Set([...layersOf(direct), ablation.layer, ...layersOf(ablation.direct)])) biases.set(layer, await valueBias(layer, first, asker));
  const biasOf = (layer: number) => must(biases.get(layer), `the value bias of layer ${layer}`);

  const said: number[][] = [];
  const left: number[] = [];
  const saidThen: number[][] = [];
  for (const { clean, look } of pairs) {
    said.push(await headShares(direct, look, clean, biasOf, asker));
    const without = await lookWithout(ablation.layer, ablation.head, look, clean, biasOf(ablation.layer), layersOf(ablation.direct).map(zOf), asker);
    left.push(differenceAtEnd(without.logits, clean));
    saidThen.push(await headShares(ablation.direct, without, clean, biasOf, asker));
  }
  const column = (rows: readonly (readonly number[])[], index: number) => mean(rows.map((row) => row[index] ?? NaN));
  const name = ({ layer, head }: HeadShare | HeadFigures['ablation']) => `${layer}.${head}`;
  const figures = direct.map((share, index) => about(`head ${name(share)} at the end`, share.difference, column(said, index), tolerance.logit));
  figures.push(about(`logit difference without head ${name(ablation)} at the end`, ablation.difference, mean(left), tolerance.logit));
  ablation.direct.forEach((share, index) => figures.push(about(`head ${name(share)} at the end, without ${name(ablation)}`, share.difference, column(saidThen, index), tolerance.logit)));

  const clean = mean(pairs.map((pair) => pair.cleanDifference));
  const corrupted = mean(pairs.map((pair) => pair.corruptedDifference));
  const others: Look[] = [];
  for (const pair of pairs) others.push(await asker.look(pair.corrupted.ids, patched.map(({ layer }) => zOf(layer))));
  for (const { layer, head, difference } of patched) {
    const differences: number[] = [];
    for (const [index, pair] of pairs.entries()) {
      const change = headFrom(pair.look, must(others[index], 'the corrupted run'), layer, head);
      differences.push(differenceAtEnd(await asker.logits(pair.corrupted.ids, [change]), pair.corrupted));
    }
    figures.push(about(`patched head ${layer}.${head}, all positions`, difference, patchScore(mean(differences), clean, corrupted), tolerance.score));
  }
  return figures;
}

/**
 * The value that every token has whatever it is, [n_heads · d_head]: with a stream of which nothing is left after the norm, values are
 * what the norm's bias and their own come to. Published figures are of weights where it is folded into the output.
 */
export async function valueBias(layer: number, ids: readonly number[], asker: Asker): Promise<Float32Array> {
  const nothing = replace(blockHook(layer, 'ln1.hook_normalized'), [0], new Float32Array(asker.dModel));
  const v = blockHook(layer, 'attn.hook_v');
  return Float32Array.from(rowAt((await asker.look(ids, [v], [nothing])).at(v), 0));
}

/**
 * What heads say at the last position for the right word: the head's output without the value bias goes through the final norm, its
 * divisor kept, and the unembedding. As positions don't mix on the way, each head of a layer takes the place of one.
 */
export async function headShares(shares: readonly HeadShare[], look: Look, { ids, right, wrong }: Read, biasOf: (layer: number) => Float32Array, asker: Asker): Promise<number[]> {
  const end = ids.length - 1;
  const outputs = new Map<HeadShare, number[]>();
  for (const layer of layersOf(shares)) {
    const own = shares.filter((share) => share.layer === layer);
    const z = rowAt(look.at(zOf(layer)), end);
    const bias = biasOf(layer);
    const size = z.length / asker.nHeads;
    // One more row of nothing: what the output's own bias adds.
    const rows = [...own.map(({ head }) => Array.from(z, (value, i) => (Math.floor(i / size) === head ? value - (bias[i] ?? 0) : 0))), Array.from(z, () => 0)];
    const out = blockHook(layer, 'hook_attn_out');
    const wrote = (await asker.look(ids, [out], [replace(zOf(layer), rows.map((_, pos) => pos), rows.flat())])).at(out);
    const nothing = rowAt(wrote, own.length);
    own.forEach((share, pos) => outputs.set(share, Array.from(rowAt(wrote, pos), (value, i) => value - (nothing[i] ?? 0))));
  }
  const scale = look.at(FINAL_SCALE).data[end] ?? NaN;
  const rows = [...shares.map((share) => normalisedBy(must(outputs.get(share), 'the output of a head'), scale)), Array.from({ length: asker.dModel }, () => 0)];
  const logits = await asker.logits(ids, [replace(FINAL_NORMALIZED, rows.map((_, pos) => pos), rows.flat())]);
  const nothing = logitDifference(logits, shares.length, right, wrong);
  return shares.map((_, pos) => logitDifference(logits, pos, right, wrong) - nothing);
}

/** The run without a head at the last position: there it says what its value bias says, and nothing besides. */
export async function lookWithout(layer: number, head: number, look: Look, { ids }: Read, bias: Float32Array, capture: Parameters<Asker['look']>[1], asker: Asker): Promise<Look> {
  const end = ids.length - 1;
  const z = Array.from(rowAt(look.at(zOf(layer)), end));
  const size = z.length / asker.nHeads;
  const row = z.map((value, i) => (Math.floor(i / size) === head ? (bias[i] ?? 0) : value));
  return asker.look(ids, [...capture, FINAL_SCALE], [replace(zOf(layer), [end], row)]);
}

/** One head of the clean run at every position, the other heads of its layer as the corrupted run has them. */
export function headFrom(clean: Look, corrupted: Look, layer: number, head: number): InterventionSpec {
  const [from, into] = [clean.at(zOf(layer)), corrupted.at(zOf(layer))];
  const [nPos = 0, nHeads = 1, size = 1] = into.shape;
  const values = Array.from(into.data, (value, i) => (Math.floor(i / size) % nHeads === head ? (from.data[i] ?? 0) : value));
  return replace(zOf(layer), Array.from({ length: nPos }, (_, pos) => pos), values);
}
