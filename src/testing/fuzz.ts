import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { isAbort, messageOf, UserError } from '../lib/errors';
import { loadModelFiles, type ModelFiles } from '../models';
import { plainWeights, tinyFiles, type Files } from './fuzz-model';
import { mutations, type Draw } from './fuzz-mutations';

/** Milliseconds that a broken model may take. */
const PATIENCE = 2000;
/** The classes of errors that files by themselves can bring up. What only a network does is tested beside it. */
export const FILE_ERRORS = [
  'not-safetensors', 'header-too-large', 'truncated', 'bad-header', 'header-lies', 'bad-config', 'unknown-family', 'unsupported-config', 'too-large',
  'missing-tensor', 'misshapen-tensor', 'unsupported-dtype', 'bad-index', 'missing-shard', 'missing-file', 'bad-tokenizer',
] as const;
const TEXT = 'Once upon a time, there were 3 naïve cats 🐈.';

export interface FuzzReport {
  readonly tried: number;
  /** By error code; `loaded` for those that were still right. */
  readonly hits: ReadonlyMap<string, number>;
  /** What must not be: an error without a class, a wrong success, a long wait. */
  readonly faults: readonly string[];
  readonly slowest: number;
}

/** Breaks the tiny model in `count` ways that follow from the seed, and loads each. */
export async function fuzz(count: number, seed: number): Promise<FuzzReport> {
  const generator = xoroshiro128plus(seed);
  const draw: Draw = (n) => uniformInt(generator, 0, n - 1);
  const hits = new Map<string, number>();
  const faults: string[] = [];
  let slowest = 0;
  for (let trial = 0; trial < count; trial += 1) {
    const files: Files = tinyFiles(draw(3) === 0 ? 'shards' : 'whole', draw(2) === 0 ? 'F32' : 'F16', draw(6) === 0 ? 'spm' : draw(6) === 0 ? 'byte_level' : 'none');
    const mutation = mutations[trial % mutations.length];
    if (mutation === undefined) break;
    // What follows another change may find nothing to change any more.
    mutation.apply(files, draw);
    const what = `trial ${trial} of seed ${seed} (${mutation.name})`;
    const started = performance.now();
    const outcome = await tryOut(files);
    const took = performance.now() - started;
    slowest = Math.max(slowest, took);
    if (took > PATIENCE) faults.push(`${what} took ${Math.round(took)} ms`);
    if (outcome.fault !== null) faults.push(`${what}: ${outcome.fault}`);
    hits.set(outcome.code, (hits.get(outcome.code) ?? 0) + 1);
  }
  return { tried: count, hits, faults, slowest };
}

async function tryOut(files: Files): Promise<{ code: string; fault: string | null }> {
  try {
    const model = await loadModelFiles(
      { kind: 'files', name: 'fuzzed', files: Object.entries(files).map(([name, bytes]) => new File([bytes as Uint8Array<ArrayBuffer>], name)) },
      { signal: new AbortController().signal, onProgress: () => undefined, baseUrl: 'http://localhost/', limits: { total: 2 ** 28, weights: 2 ** 27 } },
    );
    return { code: 'loaded', fault: (await wrongWeights(model, files)) ?? wrongConfig(model, files) ?? (await wrongTokens(model)) };
  } catch (error) {
    if (!(error instanceof UserError) || isAbort(error)) return { code: 'crash', fault: `${messageOf(error)} ${error instanceof Error ? (error.stack ?? '').split('\n')[1] : ''}` };
    const isKnown = (FILE_ERRORS as readonly string[]).includes(error.code);
    return { code: error.code, fault: isKnown && error.message.length > 20 ? null : `the error ${error.code} (“${error.message}”) is not one of the known.` };
  }
}

async function wrongWeights(model: ModelFiles, files: Files): Promise<string | null> {
  const expected = plainWeights(files);
  const seen = new Set<string>();
  for await (const { name, data } of model.weights()) {
    const right = expected.get(name);
    seen.add(name);
    if (right === undefined || data.length !== right.length || data.some((value, i) => !Object.is(value, right[i]))) return `${name} came out otherwise than the file says.`;
  }
  return [...expected.keys()].filter((name) => !seen.has(name) && name !== 'W_U').map((name) => `${name} is missing.`)[0] ?? null;
}

function wrongConfig({ config }: ModelFiles, files: Files): string | null {
  const raw = JSON.parse(new TextDecoder().decode(files['config.json'])) as Record<string, unknown>;
  const pairs = [['nLayers', 'num_hidden_layers'], ['dModel', 'hidden_size'], ['nHeads', 'num_attention_heads'], ['dVocab', 'vocab_size'], ['dMlp', 'intermediate_size'], ['nCtx', 'max_position_embeddings']] as const;
  const wrong = pairs.find(([ours, theirs]) => config[ours] !== raw[theirs]);
  return wrong === undefined ? null : `${wrong[0]} is ${config[wrong[0]]}, config.json says ${String(raw[wrong[1]])}.`;
}

/** A tokenizer that was accepted splits a text and joins it, or says in words why not. */
async function wrongTokens({ tokenizer }: ModelFiles): Promise<string | null> {
  if (tokenizer === null) return null;
  try {
    const ids = await tokenizer.encode(TEXT);
    const wrong = ids.find((id) => !Number.isSafeInteger(id) || id < 0);
    if (wrong !== undefined) return `${String(wrong)} is no token id.`;
    if ((await tokenizer.pieces(ids)).length !== ids.length) return 'there are not as many pieces as ids.';
    return typeof (await tokenizer.decode(ids)) === 'string' ? null : 'decoding gave no text.';
  } catch (error) {
    return error instanceof UserError ? null : `the tokenizer failed: ${messageOf(error)}`;
  }
}
