import type { DictionarySpec } from '../anatomy/dictionary';
import { isHookOf, type HookName } from '../anatomy/hook-names';
import type { ModelConfig } from '../anatomy/model-config';
import { rowSize } from '../anatomy/rows';
import { UserError } from '../lib/errors';
import type { ReadDictionary } from './types';

/** @throws UserError `unfit-dictionary` that says what the dictionary reads and what the model has. */
export function checkFit({ spec, dIn, dOut, modelName }: Pick<ReadDictionary, 'spec' | 'dIn' | 'dOut' | 'modelName'>, config: ModelConfig, name: string): void {
  const made = modelName === null ? '' : ` It was made for ${modelName.slice(0, 80)}.`;
  const check = (hook: HookName, width: number, does: string) => {
    if (!isHookOf(hook, config)) {
      const blocks = `${config.nLayers} blocks, 0 to ${config.nLayers - 1}`;
      throw new UserError('unfit-dictionary', `${name} ${does} ${hook}, which the loaded model doesn't have (it has ${blocks}).${made}`);
    }
    const needed = rowSize(hook, config);
    if (needed === null) throw new UserError('unfit-dictionary', `${name} ${does} ${hook}, where the model has no vector per position.${made}`);
    if (needed !== width) throw new UserError('unfit-dictionary', `${name} ${does} vectors of width ${width}, but those at ${hook} of the loaded model have ${needed}.${made}`);
  };
  check(spec.hookName, dIn, 'reads');
  check(spec.hookNameOut, dOut, 'writes');
}

/**
 * What no dictionary can be, whichever format it came in: a transcoder that subtracts b_dec, which belongs to its output, from its
 * input, and a TopK that keeps more features than there are.
 *
 * @throws UserError `bad-config`.
 */
export function checkSense({ spec, dSae }: { readonly spec: DictionarySpec; readonly dSae: number }, name: string): void {
  if (spec.applyBDecToInput && spec.hookName !== spec.hookNameOut)
    throw new UserError('bad-config', `${name} is a transcoder (it reads ${spec.hookName} and writes ${spec.hookNameOut}), but is said to subtract b_dec from its input: b_dec belongs to the output of a transcoder.`);
  if (spec.k !== null && spec.k > dSae) throw new UserError('bad-config', `${name} is said to keep k = ${spec.k} features, but has only ${dSae}.`);
}
