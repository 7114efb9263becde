import { isAbort, messageOf, UserError } from '../lib/errors';
import type { ModelFiles, ModelTokenizer } from '../models';
import type { Files } from './fuzz-model';

/** What came of one broken model: an error's code or `loaded`, and what must not be. */
export interface Outcome {
  readonly code: string;
  readonly fault: string | null;
  /** Milliseconds of the longest single wait. */
  readonly slowest: number;
}

/** Does pieces of work and remembers the longest. */
export class Clock {
  slowest = 0;
  async time<T>(work: () => Promise<T> | T): Promise<T> {
    const started = performance.now();
    try {
      return await work();
    } finally {
      this.slowest = Math.max(this.slowest, performance.now() - started);
    }
  }
}

/** An error as an outcome: one of the known classes with a message, or a fault. */
export function failed(error: unknown, known: readonly string[], { slowest }: Clock): Outcome {
  if (!(error instanceof UserError) || isAbort(error)) return { code: 'crash', fault: `${messageOf(error)} ${error instanceof Error ? (error.stack ?? '').split('\n')[1] : ''}`, slowest };
  const isRight = known.includes(error.code) && error.message.length > 20;
  return { code: error.code, fault: isRight ? null : `the error ${error.code} (“${error.message}”) is not one of the expected.`, slowest };
}

/** Why what was loaded isn't what the files say; null where it is. */
export async function wrongModel(model: ModelFiles, files: Files, expected: ReadonlyMap<string, readonly number[]>): Promise<string | null> {
  return (await wrongWeights(model, expected)) ?? wrongConfig(model, files);
}

async function wrongWeights(model: ModelFiles, expected: ReadonlyMap<string, readonly number[]>): Promise<string | null> {
  const seen = new Set<string>();
  for await (const { name, data } of model.weights()) {
    const right = expected.get(name);
    seen.add(name);
    if (right === undefined || data.length !== right.length || data.some((value, i) => !Object.is(value, right[i]))) return `${name} came out otherwise than the file says.`;
  }
  return [...expected.keys()].filter((name) => !seen.has(name) && name !== 'W_U').map((name) => `${name} is missing.`)[0] ?? null;
}

/** What families call the sizes. */
const SPELLINGS = {
  nLayers: ['num_hidden_layers', 'n_layer', 'num_layers'],
  dModel: ['hidden_size', 'n_embd'],
  nHeads: ['num_attention_heads', 'n_head', 'num_heads'],
  dVocab: ['vocab_size'],
  nCtx: ['max_position_embeddings', 'n_positions'],
} as const;

function wrongConfig({ config }: ModelFiles, files: Files): string | null {
  const raw = JSON.parse(new TextDecoder().decode(files['config.json'])) as Record<string, unknown>;
  for (const [ours, names] of Object.entries(SPELLINGS) as [keyof typeof SPELLINGS, readonly string[]][]) {
    const name = names.find((one) => raw[one] !== undefined && raw[one] !== null);
    if (name !== undefined && config[ours] !== raw[name]) return `${ours} is ${config[ours]}, config.json says ${String(raw[name])}.`;
  }
  return null;
}

/** A tokenizer that was accepted splits a text and joins it, or says in words why not. */
export async function tryTokenizer(tokenizer: ModelTokenizer | null, text: string, clock: Clock): Promise<string | null> {
  if (tokenizer === null) return null;
  const ids = await clock.time(() => tokenizer.encode(text));
  const wrong = ids.find((id) => !Number.isSafeInteger(id) || id < 0);
  if (wrong !== undefined) return `${String(wrong)} is no token id.`;
  if ((await clock.time(() => tokenizer.pieces(ids))).length !== ids.length) return 'there are not as many pieces as ids.';
  return typeof (await clock.time(() => tokenizer.decode(ids))) === 'string' ? null : 'decoding gave no text.';
}
