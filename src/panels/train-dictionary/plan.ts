import { blockHook, isHookOf, type HookName } from '../../anatomy/hook-names';
import type { ModelInfo } from '../../anatomy/model-info';
import type { ParamValues } from '../../lib/params';
import type { TrainingRequest } from '../../store/dictionary-training-ports';
import type { PromptSet } from '../../store/prompt-sets';
import type { settings } from './settings';

export type Knobs = ParamValues<typeof settings>;

/** The hook point that the knobs mean on this model: a layer that it doesn't have is its last one. Null where it has no such point. */
export function hookOf({ point, layer }: Pick<Knobs, 'point' | 'layer'>, { config }: ModelInfo): HookName | null {
  const hook = blockHook(Math.min(layer, config.nLayers - 1), point);
  return isHookOf(hook, config) ? hook : null;
}

/** What the knobs ask for; null where the model has no such hook point. */
export function requestOf(knobs: Knobs, info: ModelInfo, set: PromptSet): TrainingRequest | null {
  const hook = hookOf(knobs, info);
  if (hook === null) return null;
  const dSae = Number(knobs.width) * info.config.dModel;
  const isVariational = knobs.architecture === 'vsae';
  const variational = { klCoefficient: knobs.klCoefficient, variance: knobs.variance };
  return {
    hook,
    settings: {
      k: Math.min(knobs.k, dSae),
      dSae,
      batch: Number(knobs.batch),
      steps: knobs.steps,
      lr: isVariational ? knobs.vsaeLr : knobs.lr,
      seed: knobs.seed,
      ...(isVariational ? { variational } : {}),
    },
    promptsName: set.name,
    prompts: set.prompts,
    model: info.hash,
    modelId: info.id,
  };
}
