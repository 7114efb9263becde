import type { HookName } from '../../anatomy/hook-names';
import type { NamedArray } from '../../anatomy/named-array';
import type { InterventionSpec, RunRequest, RunResult } from '../../anatomy/run';
import { must } from '../../lib/assert';
import { UserError } from '../../lib/errors';

/** What the runs need of the app. */
export interface SelfTestPort {
  /** Ids of a text without special tokens added. */
  encode(text: string): Promise<readonly number[]>;
  ask(request: RunRequest, signal: AbortSignal): Promise<RunResult>;
}

/** Short ways of asking one model, each question counted. */
export interface Asker {
  /** Ids of a text, with the start token in front unless said otherwise. */
  ids(text: string, withBos?: boolean): Promise<readonly number[]>;
  /** The id of a text that is one token. @throws UserError */
  id(token: string): Promise<number>;
  /** Logits [pos, d_vocab], under changes where there are any. */
  logits(ids: readonly number[], interventions?: readonly InterventionSpec[]): Promise<NamedArray>;
  /** Logits and activations, of the unchanged model unless there are changes. */
  look(ids: readonly number[], capture: readonly HookName[], interventions?: readonly InterventionSpec[]): Promise<Look>;
  readonly dModel: number;
  readonly nHeads: number;
}

/** What the runs need to know of the model's sizes. */
export interface ModelShape {
  readonly dModel: number;
  readonly nHeads: number;
}

export interface Look {
  readonly logits: NamedArray;
  at(hook: HookName): NamedArray;
}

export function createAsker(port: SelfTestPort, options: { model: string; shape: ModelShape; bosId: number; signal: AbortSignal; onAsked: () => void }): Asker {
  const { model, shape, bosId, signal, onAsked } = options;

  async function ask(ids: readonly number[], interventions: readonly InterventionSpec[], capture: readonly HookName[]): Promise<Look> {
    signal.throwIfAborted();
    const request = { model, ids, promptLength: ids.length, interventions, capture, logits: true, analyses: [], generate: null };
    const { logits, activations } = await port.ask(request, signal);
    signal.throwIfAborted();
    onAsked();
    return { logits: must(logits, 'the logits that were asked for'), at: (hook) => must(activations[hook], `the activation ${hook}`) };
  }

  return {
    ids: async (text, withBos = true) => [...(withBos ? [bosId] : []), ...(await port.encode(text))],
    async id(token) {
      const [id, ...more] = await port.encode(token);
      if (id === undefined || more.length > 0)
        throw new UserError('other-tokenizer', `"${token}" is not one token of this model's tokenizer, so it is not GPT-2's: these runs need that one.`);
      return id;
    },
    logits: async (ids, interventions = []) => (await ask(ids, interventions, [])).logits,
    look: (ids, capture, interventions = []) => ask(ids, interventions, [...new Set(capture)]),
    ...shape,
  };
}
