import type { Dictionary, DictionaryId } from '../anatomy/dictionary';
import type { HookName } from '../anatomy/hook-names';
import type { NamedArray } from '../anatomy/named-array';
import type { AnalysisResult, AnalysisSpec, ComputedBy, InterventionSpec, RunRequest, RunResult } from '../anatomy/run';
import type { Analysis } from '../analyses';
import type { AnalysisInput, AnalysisNeeds } from '../analyses/types';
import { abortError } from '../lib/errors';
import type { Params, ParamValues } from '../lib/params';
import type { ModelTokenizer } from '../models';
import { chooseAnalysis } from './methods';
import type { Pass, PassAnswer, Passes, PassControl } from './passes';
import { needTokenizer } from './texts';

/** What an answer is computed with. */
export interface AnswerContext {
  readonly passes: Passes;
  readonly tokenizer: ModelTokenizer | null;
  readonly control: PassControl;
  computedBy(): ComputedBy;
}

interface Planned {
  readonly door: Analysis;
  readonly values: ParamValues<Params>;
  readonly needs: AnalysisNeeds;
  /** The analysis's own changes: with any, it needs a pass of its own. */
  readonly own: readonly InterventionSpec[];
  /** Those that the door named. */
  readonly dictionary: (id: DictionaryId) => Dictionary;
}

/** Answers a request: one pass for the run and all analyses that only look at it, one more for each that changes it. */
export async function answerRequest(request: RunRequest, context: AnswerContext): Promise<RunResult> {
  const { passes, control } = context;
  const planned: Planned[] = [];
  for (const spec of request.analyses) planned.push(await plan(spec, passes, control.signal));
  const looking = planned.filter(({ own }) => own.length === 0);
  const main = await passes.answer(
    {
      ...passOf(request),
      capture: union(request.capture, ...looking.map(({ needs }) => needs.capture)),
      logits: request.logits || looking.some(({ needs }) => needs.logits),
    },
    control,
  );
  const whole = resultOf(request, main, [], context);
  const analyses: AnalysisResult[] = [];
  for (const one of planned) {
    if (control.signal.aborted) throw abortError();
    const run = one.own.length === 0 ? whole : await ownRun(request, one, context);
    const work = await one.door.load();
    analyses.push(await work.compute(inputOf(request, run, context, one), one.values));
  }
  const asked: PassAnswer = {
    ...main,
    logits: request.logits ? main.logits : null,
    activations: Object.fromEntries(Object.entries(main.activations).filter(([name]) => request.capture.includes(name as HookName))),
  };
  return resultOf(request, asked, analyses, context);
}

async function plan(spec: AnalysisSpec, passes: Passes, signal: AbortSignal): Promise<Planned> {
  const { door, values } = chooseAnalysis(spec);
  const ids = door.dictionaries?.(values) ?? [];
  const dictionary = await passes.dictionaries(ids, signal);
  const needs = door.needs(values, passes.config, ids.map((id) => dictionary(id).info));
  return { door, values, needs, own: door.interventions?.(values, passes.config) ?? [], dictionary };
}

/** The request once more, under the analysis's own changes. What it generates is generated under them too: a closed loop. */
async function ownRun(request: RunRequest, { needs, own }: Planned, context: AnswerContext): Promise<RunResult> {
  const ownRequest: RunRequest = {
    ...request,
    interventions: [...request.interventions, ...own],
    capture: needs.capture,
    logits: needs.logits,
    analyses: [],
  };
  const { signal } = context.control;
  return resultOf(ownRequest, await context.passes.answer(passOf(ownRequest), { signal }), [], context);
}

function inputOf(request: RunRequest, run: RunResult, context: AnswerContext, { dictionary }: Planned): AnalysisInput {
  const { passes, tokenizer, control } = context;
  const { signal } = control;
  return {
    config: passes.config,
    request,
    run,
    async ask(question) {
      if (signal.aborted) throw abortError();
      const asked: RunRequest = {
        promptLength: question.ids.length,
        interventions: [],
        capture: [],
        logits: false,
        generate: null,
        ...question,
        model: request.model,
        analyses: [],
      };
      return resultOf(asked, await passes.answer(passOf(asked), { signal }, 'peek'), [], context);
    },
    encode: (text) => needTokenizer(tokenizer).encode(text),
    dictionary,
    unembedding: (ids) => passes.unembedding(ids),
    signal,
  };
}

function resultOf(request: RunRequest, answer: PassAnswer, analyses: readonly AnalysisResult[], context: AnswerContext): RunResult {
  const { ids, logits, activations, recorded, generated } = answer;
  return Object.freeze({
    request,
    ids,
    promptLength: request.promptLength,
    logits,
    activations: Object.freeze(activations as Partial<Record<HookName, NamedArray>>),
    recorded: Object.freeze(recorded),
    analyses: Object.freeze([...analyses]),
    generated,
    computedBy: context.computedBy(),
  });
}

function passOf({ ids, promptLength, interventions, capture, logits, generate }: RunRequest): Pass {
  return { ids, promptLength, interventions, capture, logits, generate };
}

function union(...lists: readonly (readonly HookName[])[]): HookName[] {
  return [...new Set(lists.flat())];
}
