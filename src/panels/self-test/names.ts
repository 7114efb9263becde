import { blockHook, type HookName } from '../../anatomy/hook-names';
import { rowAt } from '../../anatomy/rows';
import { must } from '../../lib/assert';
import { UserError } from '../../lib/errors';
import { mean } from '../../lib/numeric';
import type { Asker } from './asker';
import type { ContrastPrompt, PatchProfile, PublishedRuns, StreamShare } from './expected';
import { figuresOf, type Figure } from './figures';
import { headCapture, headQuestions, runHeads } from './heads';
import { logitDifference, normalisedBy, patchScore } from './measure';
import { differenceAtEnd, FINAL_NORMALIZED, FINAL_SCALE, replace, type Pair, type Read } from './pairs';

interface Patch {
  readonly hook: HookName;
  readonly pos: number;
  readonly label: string;
  readonly score: number;
}

/** Questions that `runNames` and `runPair` ask. */
export function namesQuestions(published: PublishedRuns): number {
  const { names, pair } = published;
  const count = (profiles: readonly PatchProfile[]) => profiles.flatMap(({ scores }) => scores).filter((score) => score !== null).length;
  const perPrompt = 2 + Math.ceil(names.stream.length / names.length) + count(names.patches);
  return names.prompts.length * perPrompt + headQuestions(published) + 2 + count(pair.patches);
}

/** Which of two names comes next: logit differences, where they come from, and what carries them from one run to another. */
export async function runNames(published: PublishedRuns, asker: Asker): Promise<Figure[]> {
  const { names, tolerance } = published;
  const { about } = figuresOf('Names, eight prompts', names.source);
  const figures: Figure[] = [];
  for (const [name, id] of Object.entries(names.ids)) figures.push(about(`id of${name}`, id, await asker.id(name), 0));
  const prompts = await Promise.all(names.prompts.map((prompt) => readPrompt(prompt, asker)));
  for (const { ids } of prompts) expectLength(ids, names.length);
  const patches = patchesOf(names.patches, names.subject, names.length - 1);
  const capture = [...names.stream.map(({ layer, point }) => blockHook(layer, point)), ...headCapture(names.heads), FINAL_SCALE];
  const pairs: Pair[] = [];
  for (const [index, clean] of prompts.entries()) {
    const corrupted = must(prompts[index % 2 === 0 ? index + 1 : index - 1], 'the other prompt of the pair');
    pairs.push(await openPair(clean, { ...clean, ids: corrupted.ids }, [...capture, ...patches.map(({ hook }) => hook)], asker));
  }
  names.prompts.forEach(({ text, difference }, index) => figures.push(about(`logit difference, “${text}”`, difference, pairs[index]?.cleanDifference ?? NaN, tolerance.logit)));
  figures.push(about('logit difference, mean', names.mean, mean(pairs.map((pair) => pair.cleanDifference)), tolerance.logit));
  figures.push(about('logit difference, mean of the corrupted', -names.mean, mean(pairs.map((pair) => pair.corruptedDifference)), tolerance.logit));
  const shares: number[][] = [];
  for (const pair of pairs) shares.push(await streamShares(names.stream, pair, asker));
  names.stream.forEach(({ label, difference }, index) =>
    figures.push(about(`stream at the end, ${label}`, difference, mean(shares.map((one) => one[index] ?? NaN)), tolerance.logit)),
  );
  figures.push(...(await patchFigures(patches, pairs, asker, (patch, here) => about(patch.label, patch.score, here, tolerance.score))));
  figures.push(...(await runHeads(published, pairs, asker)));
  return figures;
}

/** One clean and one corrupted prompt. */
export async function runPair({ pair, tolerance }: PublishedRuns, asker: Asker): Promise<Figure[]> {
  const { about } = figuresOf('Names, one pair', pair.source);
  const [clean, corrupted] = [await readPrompt(pair.clean, asker), await readPrompt(pair.corrupted, asker)];
  expectLength(corrupted.ids, clean.ids.length);
  const patches = patchesOf(pair.patches, pair.subject, clean.ids.length - 1);
  const opened = await openPair(clean, corrupted, patches.map(({ hook }) => hook), asker);
  return [
    about('logit difference, clean', pair.clean.difference, opened.cleanDifference, tolerance.logit),
    about('logit difference, corrupted', pair.corrupted.difference, opened.corruptedDifference, tolerance.logit),
    ...(await patchFigures(patches, [opened], asker, (patch, here) => about(patch.label, patch.score, here, pair.scoreTolerance))),
  ];
}

async function readPrompt({ text, right, wrong }: ContrastPrompt, asker: Asker): Promise<Read> {
  return { ids: await asker.ids(text), right: await asker.id(right), wrong: await asker.id(wrong) };
}

function expectLength(ids: readonly number[], length: number): void {
  if (ids.length !== length)
    throw new UserError('other-tokenizer', `a prompt of ${length} tokens became ${ids.length} here: this is not GPT-2's tokenizer, which these runs need.`);
}

/** @param corrupted the corrupted prompt, with the names of the clean one. */
export async function openPair(clean: Read, corrupted: Read, capture: readonly HookName[], asker: Asker): Promise<Pair> {
  const look = await asker.look(clean.ids, [...new Set(capture)]);
  const corruptedDifference = differenceAtEnd(await asker.logits(corrupted.ids), corrupted);
  return { clean, corrupted, look, cleanDifference: differenceAtEnd(look.logits, clean), corruptedDifference };
}

/** The logit difference of the corrupted run with one row of the clean run in it. */
export async function patched(pair: Pair, hook: HookName, pos: number, asker: Asker): Promise<number> {
  const interventions = [replace(hook, [pos], rowAt(pair.look.at(hook), pos))];
  return differenceAtEnd(await asker.logits(pair.corrupted.ids, interventions), pair.corrupted);
}

async function patchFigures(
  patches: readonly Patch[],
  pairs: readonly Pair[],
  asker: Asker,
  figure: (patch: Patch, here: number) => Figure,
): Promise<Figure[]> {
  const clean = mean(pairs.map((pair) => pair.cleanDifference));
  const corrupted = mean(pairs.map((pair) => pair.corruptedDifference));
  const figures: Figure[] = [];
  for (const patch of patches) {
    const differences: number[] = [];
    for (const pair of pairs) differences.push(await patched(pair, patch.hook, patch.pos, asker));
    figures.push(figure(patch, patchScore(mean(differences), clean, corrupted)));
  }
  return figures;
}

function patchesOf(profiles: readonly PatchProfile[], subject: number, end: number): Patch[] {
  return profiles.flatMap(({ point, at, scores }) =>
    scores.flatMap((score, layer) =>
      score === null
        ? []
        : [{ hook: blockHook(layer, point), pos: at === 'end' ? end : subject, label: `patched ${point.replace('hook_', '')} ${layer}, ${at}`, score }],
    ),
  );
}

/**
 * What parts of the stream at the last position say for the right name: each, centred and divided by the final norm's own divisor of
 * this run, goes through gain and unembedding. The norm's bias comes along, the same for each; it cancels in the mean over prompts
 * that come in swapped pairs. Each part takes the place of one position, as the unembedding looks at each by itself.
 */
export async function streamShares(stream: readonly StreamShare[], { clean, look }: Pair, asker: Asker): Promise<number[]> {
  const end = clean.ids.length - 1;
  const scale = look.at(FINAL_SCALE).data[end] ?? NaN;
  const differences: number[] = [];
  for (let start = 0; start < stream.length; start += clean.ids.length) {
    const part = stream.slice(start, start + clean.ids.length);
    const rows = part.flatMap(({ layer, point }) => normalisedBy(rowAt(look.at(blockHook(layer, point)), end), scale));
    const logits = await asker.logits(clean.ids, [replace(FINAL_NORMALIZED, part.map((_, pos) => pos), rows)]);
    part.forEach((_, pos) => differences.push(logitDifference(logits, pos, clean.right, clean.wrong)));
  }
  return differences;
}
