import type { Gate, VariationalSettings } from '../../dictionaries/page-training';
import type { TrainingData, TrainingRequest, TrainingResult } from '../../store/dictionary-training-ports';

const percent = (share: number) => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)}%`;
const count = (n: number) => n.toLocaleString('en');
const some = (n: number, one: string, many = `${one}s`) => `${count(n)} ${n === 1 ? one : many}`;

/** What was read of the prompts, and how often each token will be seen. */
export function dataWords(data: TrainingData, { settings }: TrainingRequest): string {
  const parts = [`${some(data.tokens, 'token')} of ${some(data.prompts, 'prompt')}, start tokens left out`];
  parts.push(data.heldOutTokens > 0 ? `${some(data.heldOutPrompts.length, 'prompt')} (${some(data.heldOutTokens, 'token')}) held back to judge it` : 'too few prompts to hold any back');
  if (data.cut > 0) parts.push(`${some(data.cut, 'prompt')} cut to the model's context`);
  if (data.empty > 0) parts.push(`${some(data.empty, 'prompt')} without a token`);
  if (data.leftOut > 0) parts.push(`${some(data.leftOut, 'prompt')} left out: memory for activations is full`);
  const passes = (settings.batch * settings.steps) / data.tokens;
  const repeats = passes > 1 ? ` The set is repeated: by the end each token is seen ${passes >= 10 ? count(Math.round(passes)) : passes.toFixed(1)} times.` : '';
  return `${parts.join('; ')}.${repeats}`;
}

const VARIANCE_WORDS: Readonly<Record<VariationalSettings['variance'], string>> = { unit: 'variance 1', learned: 'learned variance', none: 'variance 1 without noise' };

/** What is trained, where it is variational. */
export function variationalWords({ klCoefficient, variance }: VariationalSettings): string {
  return `vSAE, ${VARIANCE_WORDS[variance]}, c_KL ${klCoefficient}`;
}

/** A gate as a sentence. */
export function gateWords({ name, value, limit, passed }: Gate): string {
  const verdict = passed ? 'reached' : 'missed';
  if (value === null) return 'Loss recovered: not measured, because the model is another one now or the dictionary could not be opened.';
  if (name === 'fvu') return `Unexplained variance ${value.toFixed(3)}, to be below ${limit}: ${verdict}.`;
  if (name === 'dead') return `Dead features ${percent(value)}, to be below ${percent(limit)}: ${verdict}.`;
  return `Loss recovered against zero ablation ${value.toFixed(3)}, to be above ${limit}: ${verdict}.`;
}

/** The verdict over all gates. */
export function verdictWords({ gates, isHeldOut, deltaLoss, evaluation }: TrainingResult): string {
  const passed = gates.filter((gate) => gate.passed).length;
  const where = isHeldOut ? `${some(evaluation.tokens, 'token')} that were held back` : 'the text that it was trained on, which flatters it';
  const cost = deltaLoss === null ? '' : ` In its place in the model it costs ${deltaLoss.toFixed(3)} nats per token.`;
  return `A teaching dictionary: ${passed} of ${gates.length} gates reached, measured on ${where}.${cost}`;
}
