import { rowAt } from '../../anatomy/rows';
import { must } from '../../lib/assert';
import { mean } from '../../lib/numeric';
import { createAsker, type Asker, type ModelShape, type SelfTestPort } from './asker';
import type { PublishedRuns } from './expected';
import { figuresOf, type Figure } from './figures';
import { centredLogit, logitDifference, logProbability, lossCurve } from './measure';
import { namesQuestions, runNames, runPair } from './names';

/** Questions that all runs ask together. */
export function questionCount(published: PublishedRuns): number {
  return published.loss.texts.length + 3 + published.induction.sequences + namesQuestions(published);
}

/**
 * Runs the published runs on the loaded model, one after the other.
 *
 * @param onFigures is told the figures of each run as soon as it is done; `onProgress` the share of questions that are answered.
 * @throws AbortError, or UserError when the tokenizer is another one.
 */
export async function runSelfTest(
  published: PublishedRuns,
  port: SelfTestPort,
  options: { model: string; shape: ModelShape; signal: AbortSignal; onProgress: (done: number) => void; onFigures: (figures: readonly Figure[]) => void },
): Promise<void> {
  const { model, shape, signal, onProgress, onFigures } = options;
  const total = questionCount(published);
  let asked = 0;
  const onAsked = () => {
    asked += 1;
    onProgress(asked / total);
  };
  const asker = createAsker(port, { model, shape, bosId: published.bosId, signal, onAsked });
  for (const run of [runLoss, runNextTokens, runInduction, runNames, runPair]) onFigures(await run(published, asker));
}

/** Mean next-token loss of texts. */
export async function runLoss({ loss, tolerance }: PublishedRuns, asker: Asker): Promise<Figure[]> {
  const { about } = figuresOf('Loss', loss.source);
  const figures: Figure[] = [];
  for (const { text, loss: value } of loss.texts) {
    const ids = await asker.ids(text);
    const here = mean(lossCurve(await asker.logits(ids), ids));
    figures.push(about(`“${text}”, nats per token`, value, here, tolerance.loss));
  }
  return figures;
}

/** The likeliest next tokens of a prompt, and what the start token does to another. */
export async function runNextTokens({ nextTokens, tolerance }: PublishedRuns, asker: Asker): Promise<Figure[]> {
  const { text, tokens, start, source } = nextTokens;
  const { about } = figuresOf('Next tokens', source);
  const ids = await asker.ids(text);
  const row = rowAt(await asker.logits(ids), ids.length - 1);
  const figures: Figure[] = [];
  for (const { token, logit, percent } of tokens) {
    const id = await asker.id(token);
    const p = percent / 100;
    // Half a step of the last printed decimal, as a part of p, besides what logits may differ.
    figures.push(about(`ln P(${token})`, Math.log(p), logProbability(row, id), tolerance.logit + 0.00005 / p));
    figures.push(about(`logit(${token}) less the vocabulary’s mean`, logit, centredLogit(row, id), tolerance.logit));
  }
  const { about: aboutStart } = figuresOf('Start token', start.source);
  const [right, wrong] = [await asker.id(start.right), await asker.id(start.wrong)];
  for (const withBos of [true, false]) {
    const startIds = await asker.ids(start.text, withBos);
    const here = logitDifference(await asker.logits(startIds), startIds.length - 1, right, wrong);
    const published = withBos ? start.withBos : start.withoutBos;
    figures.push(aboutStart(`logit(${start.right}) − logit(${start.wrong}), ${withBos ? 'with' : 'without'} it`, published, here, tolerance.logit));
  }
  return figures;
}

/** Loss on random tokens that come twice: high at first, almost nothing once they are repeated. */
export async function runInduction({ induction }: PublishedRuns, asker: Asker): Promise<Figure[]> {
  const { sequences, length, low, high, from, first, second, source } = induction;
  const { bound } = figuresOf('Induction', source);
  const next = randomIds(low, high);
  const curves: number[][] = [];
  for (let sequence = 0; sequence < sequences; sequence += 1) {
    const once = Array.from({ length }, next);
    const ids = [...once, ...once];
    curves.push(lossCurve(await asker.logits(ids), ids));
  }
  const curve = must(curves[0], 'a sequence').map((_, index) => mean(curves.map((one) => one[index] ?? NaN)));
  return [
    bound(`loss, indices 0–${length - 2}: tokens never seen before`, 'above', first, mean(curve.slice(0, length - 1))),
    bound(`loss, indices ${from}–${2 * length - 2}: tokens seen once`, 'below', second, mean(curve.slice(from))),
  ];
}

/** The same ids every time. mulberry32, seeded with 1; which ids they are decides nothing here. */
function randomIds(low: number, high: number): () => number {
  let state = 1;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return low + (((mixed ^ (mixed >>> 14)) >>> 0) % (high - low));
  };
}
