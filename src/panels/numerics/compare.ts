import { hookNames, type HookName } from '../../anatomy/hook-names';
import type { ModelInfo } from '../../anatomy/model-info';
import type { NamedArray } from '../../anatomy/named-array';
import type { BackendName, RunResult } from '../../anatomy/run';
import { must } from '../../lib/assert';
import { predictionDifference } from '../../lib/difference';
import { UserError } from '../../lib/errors';
import { hasGain, streamMean } from './folding';
import type { NumericsPort } from './port';
import { questionsOf, requestOf } from './questions';
import { compareHook, type HookDifference, type NumericsReport } from './report';

type Asked = Pick<NumericsPort, 'run'>;

/** Rows of logits that are compared before the page gets its turn. */
const ROWS_AT_ONCE = 8;

/**
 * Asks two engines the same questions about the same ids, a group of hook points at a time, and compares what they give.
 *
 * @throws AbortError when cancelled, or what an engine threw.
 */
export async function compareModels(input: {
  readonly info: ModelInfo;
  readonly ids: readonly number[];
  /** Length of the text that `ids` begin. */
  readonly ofPos: number;
  readonly reference: BackendName;
  readonly given: Asked;
  readonly right: Asked;
  readonly signal: AbortSignal;
  /** Share of the groups that are done. */
  readonly onProgress: (done: number) => void;
  readonly breathe: () => Promise<void>;
}): Promise<NumericsReport> {
  const { info, ids, reference, signal, breathe } = input;
  const groups = questionsOf(info.config, ids.length);
  const differences: HookDifference[] = [];
  const milliseconds = { given: 0, reference: 0 };
  const outs = new Map<string, NamedArray>();
  let predictions: Predictions | null = null;
  let computed: RunResult['computedBy'] | null = null;
  let norms = 0;
  let normsWithGain = 0;
  let mean = 0;
  for (const [index, group] of groups.entries()) {
    input.onProgress(index / groups.length);
    const ask = (engine: Asked, isReference: boolean) =>
      engine.run(requestOf(info.hash, info.config, ids, group, isReference), signal);
    const [given, right] = await Promise.all([ask(input.given, false), ask(input.right, true)]);
    checkBackends(computed?.backend ?? given.computedBy.backend, given);
    checkBackends(reference, right);
    computed = given.computedBy;
    milliseconds.given += given.computedBy.milliseconds;
    milliseconds.reference += right.computedBy.milliseconds;
    for (const hook of group) {
      await breathe();
      signal.throwIfAborted();
      const theirs = arrayOf(right, hook);
      differences.push(compareHook(hook, arrayOf(given, hook), theirs));
      if (hook === 'logits') predictions = await comparePredictions(arrayOf(given, hook), theirs, signal, breathe);
      if (hook.endsWith('.hook_out')) outs.set(hook, theirs);
      if (hook.endsWith('.hook_resid_post')) mean = streamMean(theirs);
      const out = outs.get(hook.replace(/hook_normalized$/, 'hook_out'));
      if (!hook.endsWith('.hook_normalized') || out === undefined) continue;
      norms += 1;
      if (hasGain(theirs, out)) normsWithGain += 1;
    }
  }
  const { backend, device, dtype, storage = 'float32' } = must(computed, 'an answer');
  const order = new Map(hookNames(info.config).map((hook, place) => [hook, place]));
  return {
    ...{ model: info.hash, backend, device, storage, reference, dtype, milliseconds },
    ...{ nPos: ids.length, ofPos: input.ofPos },
    differences: differences.sort((a, b) => (order.get(a.hook) ?? 0) - (order.get(b.hook) ?? 0)),
    ...must(predictions, 'the logits'),
    folding: { norms, normsWithGain, streamMean: mean },
  };
}

type Predictions = Pick<NumericsReport, 'agreeing' | 'disagreement' | 'maxLogprob' | 'maxLogprobPos'>;

async function comparePredictions(
  given: NamedArray,
  right: NamedArray,
  signal: AbortSignal,
  breathe: () => Promise<void>,
): Promise<Predictions> {
  const [rows = 0, width = 0] = right.shape;
  let agreeing = 0;
  let disagreement: Predictions['disagreement'] = null;
  let maxLogprob = 0;
  let maxLogprobPos = 0;
  for (let pos = 0; pos < rows; pos += 1) {
    if (pos % ROWS_AT_ONCE === 0) await breathe();
    signal.throwIfAborted();
    const row = (array: NamedArray) => array.data.subarray(pos * width, (pos + 1) * width);
    const difference = predictionDifference(row(given), row(right));
    if (difference.maxLogprob > maxLogprob) [maxLogprob, maxLogprobPos] = [difference.maxLogprob, pos];
    if (difference.given === difference.right) agreeing += 1;
    else if (disagreement === null || difference.margin > disagreement.margin)
      disagreement = { pos, given: difference.given, right: difference.right, margin: difference.margin };
  }
  return { agreeing, disagreement, maxLogprob, maxLogprobPos };
}

/** An engine whose backend failed goes on with another: half a report of each would be of neither. */
function checkBackends(expected: BackendName, { computedBy }: RunResult): void {
  if (computedBy.backend !== expected)
    throw new UserError('backend-changed', `the backend changed from ${expected} to ${computedBy.backend} meanwhile. Compare again.`);
}

function arrayOf(result: RunResult, hook: HookName): NamedArray {
  return must(result.activations[hook], `the captured ${hook}`);
}
