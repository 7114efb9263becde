import type { Dictionary } from '../anatomy/dictionary';
import type { AnalysisResult } from '../anatomy/run';
import { gatesOf, type Gate } from '../dictionaries/page-training';
import { isAbort } from '../lib/errors';
import type { DictionaryTrainingPorts, TrainingData, TrainingRequest } from './dictionary-training-ports';
import { politely } from './politely';

/** Texts that the loss is measured on. */
const TEXTS = 8;

export interface Judgement {
  readonly gates: readonly Gate[];
  readonly deltaLoss: number | null;
}

/**
 * Holds a trained dictionary against the gates. The loss is that of the model with the reconstruction in place of what stands at
 * the hook point, over held-out prompts where there are some; null where another model has come or it could not be opened.
 */
export async function judge(
  ports: DictionaryTrainingPorts,
  of: { request: TrainingRequest; data: TrainingData; dictionary: Dictionary; fvu: number; dead: number; signal: AbortSignal },
): Promise<Judgement> {
  const { request, data, dictionary, fvu, dead, signal } = of;
  const prompts = (data.heldOutPrompts.length > 0 ? data.heldOutPrompts : request.prompts).slice(0, TEXTS);
  let [clean, sae, zero, tokens] = [0, 0, 0, 0];
  try {
    const id = ports.model()?.hash === request.model ? await ports.openDictionary(dictionary) : null;
    for (const prompt of id === null ? [] : prompts) {
      const losses = await politely(ports.page, signal, () => undefined, (inner) => lossesOf(ports, request, prompt, dictionary, inner));
      if (losses === null) continue;
      clean += losses.clean * losses.tokens;
      sae += losses.sae * losses.tokens;
      zero += losses.zero * losses.tokens;
      tokens += losses.tokens;
    }
  } catch (error) {
    if (isAbort(error)) throw error;
    tokens = 0; // the other gates stand by themselves
  }
  return {
    gates: gatesOf({ fvu, dead, recovered: tokens === 0 ? null : (zero - sae) / (zero - clean) }),
    deltaLoss: tokens === 0 ? null : (sae - clean) / tokens,
  };
}

interface Losses {
  readonly clean: number;
  readonly sae: number;
  readonly zero: number;
  readonly tokens: number;
}

/** Mean losses of a text, in nats per predicted token; null for a text that predicts none. */
async function lossesOf(ports: DictionaryTrainingPorts, request: TrainingRequest, prompt: string, dictionary: Dictionary, signal: AbortSignal): Promise<Losses | null> {
  const ids = (await ports.runner.tokenize(prompt)).ids.slice(0, ports.model()?.config.nCtx);
  if (ids.length < 2) return null;
  const analyses = [{ id: 'reconstruction-loss', params: { dictionary: dictionary.info.id, baseline: 'zero' } }];
  const question = { model: request.model, ids, promptLength: ids.length, interventions: [], capture: [], logits: false, analyses, generate: null };
  const [result] = (await ports.runner.run(question, signal)).analyses;
  const losses = { clean: numberOf(result, 'lossClean'), sae: numberOf(result, 'lossSae'), zero: numberOf(result, 'lossZero'), tokens: ids.length - 1 };
  return [losses.clean, losses.sae, losses.zero].every(Number.isFinite) ? losses : null;
}

function numberOf(result: AnalysisResult | undefined, name: string): number {
  const value = result?.[name];
  return typeof value === 'number' ? value : NaN;
}
