import type { HookName } from '../anatomy/hook-names';
import { isHookOf } from '../anatomy/hook-names';
import { rowSize, startsWithBos } from '../anatomy/rows';
import { must } from '../lib/assert';
import { UserError } from '../lib/errors';
import { encodeValues } from './dictionary-rows';
import type { AnalysisInput } from './types';

/** Features of a dictionary, or, where none is named, the coordinates at a hook point: neurons. */
export interface UnitChoice {
  readonly dictionary: string;
  readonly hook: string;
}

/** What the units do on one text, without its start token. */
export interface UnitRows {
  /** [pos, units] */
  readonly values: Float32Array;
  readonly nPos: number;
}

export interface Units {
  readonly hook: HookName;
  /** How many there are. */
  readonly count: number;
  /** Coordinates at the hook point that they are read from: the neurons. */
  readonly neurons: number;
  readonly isFeatures: boolean;
  /** The units on a text of these ids, run unchanged. */
  read(ids: readonly number[]): Promise<UnitRows>;
  /** The same for a text in words. @throws UserError for one that is longer than the context. */
  readText(text: string): Promise<UnitRows>;
}

type Input = Pick<AnalysisInput, 'ask' | 'encode' | 'config' | 'dictionary' | 'signal'>;

/** @throws UserError for a hook point that the model doesn't have. */
export function unitsOf(input: Input, { dictionary: id, hook: named }: UnitChoice): Units {
  const { config, signal } = input;
  const dictionary = id === '' ? null : must(input.dictionary?.(id), 'the dictionary');
  const hook = dictionary?.info.spec.hookName ?? named;
  if (!isHookOf(hook, config) || hook === 'logits') throw new UserError('unknown-hook', `"${hook}" is no hook point of this model: name a dictionary, or a point such as blocks.0.mlp.hook_post.`);
  const neurons = rowSize(hook, config);
  const read = async (ids: readonly number[]): Promise<UnitRows> => {
    signal.throwIfAborted();
    const { activations } = await input.ask({ ids, capture: [hook] });
    const from = startsWithBos(ids, config) ? 1 : 0;
    const x = must(activations[hook], `the activation ${hook}`).data.subarray(from * neurons);
    const nPos = ids.length - from;
    return { values: dictionary === null || nPos === 0 ? x : await encodeValues(dictionary, x), nPos };
  };
  return {
    hook,
    count: dictionary?.info.dSae ?? neurons,
    neurons,
    isFeatures: dictionary !== null,
    read,
    async readText(text) {
      const ids = await input.encode(text);
      if (ids.length > config.nCtx) throw new UserError('too-long', `"${text.slice(0, 40)}" has ${ids.length} tokens; this model takes ${config.nCtx}.`);
      return read(ids);
    },
  };
}

const MOST_LINES = 500;

/** The lines of a text that aren't blank. @throws UserError for more than are run at a time. */
export function promptLines(text: string): string[] {
  const lines = text.split(/\r\n|\n|\r/).filter((line) => line.trim() !== '');
  if (lines.length > MOST_LINES) throw new UserError('too-many-prompts', `${lines.length} prompts are more than the ${MOST_LINES} that are run at a time.`);
  return lines;
}
