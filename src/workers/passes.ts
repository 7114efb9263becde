import type { Dictionary, DictionaryId } from '../anatomy/dictionary';
import type { HookName } from '../anatomy/hook-names';
import { blockHook, hookShape, isHookOf, parseHook } from '../anatomy/hook-names';
import type { ModelConfig } from '../anatomy/model-config';
import type { NamedArray } from '../anatomy/named-array';
import type { DirectionSpec, InterventionSpec, RunRequest, RunResult } from '../anatomy/run';
import type { DirectionResult } from '../directions/types';
import type { EngineAnswer, EngineModel, HookEntry } from '../engine';
import type { Intervention } from '../interventions';
import type { InterventionSite } from '../interventions/types';
import { at } from '../lib/assert';
import { UserError } from '../lib/errors';
import type { Params } from '../lib/params';
import { stableJson } from '../lib/stable-json';
import type { ModelTokenizer } from '../models';
import { chooseDirection, chooseIntervention, type Chosen } from './methods';
import { PassCache, type CachedPass } from './pass-cache';
import { needTokenizer } from './texts';

/** One forward computation: a request without its analyses. */
export type Pass = Omit<RunRequest, 'analyses' | 'model'>;
export type PassAnswer = Pick<RunResult, 'ids' | 'logits' | 'activations' | 'recorded' | 'generated'>;

export interface PassControl {
  readonly signal: AbortSignal;
  readonly onToken?: (ids: readonly number[]) => void;
  /** Waited for between the passes of a generation. */
  readonly pause?: () => Promise<void>;
}

/** Gives dictionaries by name, opened if they aren't. */
export interface DictionarySupply {
  /** @throws UserError when it can't be opened or doesn't fit the model. */
  need(id: DictionaryId, signal: AbortSignal): Promise<Dictionary>;
}

const PASS_BYTES = 256 * 2 ** 20;
const DIRECTION_PASS_BYTES = 64 * 2 ** 20;
const MAX_DIRECTIONS = 256;

/**
 * Everything that is computed with one model on one backend: forward passes with their interventions, and directions. Keeps what
 * was computed, so that another question about the same text costs no second pass.
 */
export class Passes {
  readonly #model: EngineModel;
  readonly #tokenizer: ModelTokenizer | null;
  readonly #dictionaries: DictionarySupply;
  readonly #cache = new PassCache(PASS_BYTES);
  readonly #directionPasses = new PassCache(DIRECTION_PASS_BYTES);
  readonly #directions = new Map<string, DirectionResult>();

  constructor(model: EngineModel, tokenizer: ModelTokenizer | null, dictionaries: DictionarySupply) {
    this.#model = model;
    this.#tokenizer = tokenizer;
    this.#dictionaries = dictionaries;
  }

  get config(): ModelConfig {
    return this.#model.config;
  }

  /**
   * Opens dictionaries that a method named, and gives what finds them again by name.
   *
   * @throws UserError when one can't be opened or doesn't fit the model.
   */
  async dictionaries(ids: readonly DictionaryId[], signal: AbortSignal): Promise<(id: DictionaryId) => Dictionary> {
    const opened = new Map<DictionaryId, Dictionary>();
    for (const id of new Set(ids)) opened.set(id, await this.#dictionaries.need(id, signal));
    return (id) => {
      const dictionary = opened.get(id);
      if (dictionary === undefined) throw new UserError('unknown-dictionary', `the dictionary "${id}" was not asked for beforehand.`);
      return dictionary;
    };
  }

  /** Columns of W_U. [d_model] each. */
  unembedding(ids: readonly number[]): Promise<readonly Float32Array[]> {
    return this.#model.unembedding(ids);
  }

  /** Nothing that was computed so far counts any more. */
  forget(): void {
    this.#cache.clear();
    this.#directions.clear();
  }

  /** True when an array that was given out is also kept here. */
  holds(buffer: ArrayBufferLike): boolean {
    return this.#cache.holds(buffer) || this.#directionPasses.holds(buffer);
  }

  /**
   * Answers a pass, from what is kept where that is enough.
   *
   * @param use `peek` looks at what is kept but keeps nothing: for passes that an analysis asks for on the side.
   */
  async answer(pass: Pass, control: PassControl, use: 'keep' | 'peek' = 'keep'): Promise<PassAnswer> {
    const { ids, promptLength, interventions, capture, logits, generate } = pass;
    if (generate !== null) return this.#compute(pass, capture, logits, control);
    const key = stableJson([ids, promptLength, interventions]);
    const known = this.#cache.find(key);
    if (known === null && use === 'peek') return this.#compute(pass, capture, logits, control);
    const kept = known ?? emptyPass(key, kindOf(pass));
    // A new text is likely to be asked what the text before it was asked: one pass then answers all of it.
    const habits = known === null ? this.#habits(kept.kind, ids.length) : [];
    if (use === 'keep') for (const name of logits ? [...capture, 'logits' as const] : capture) kept.asked.add(name);
    const missing = [...new Set([...capture, ...habits])].filter((name) => name !== 'logits' && !kept.activations.has(name));
    const logitsMissing = kept.logits === null && (logits || capture.includes('logits') || habits.includes('logits'));
    if (known === null || missing.length > 0 || logitsMissing) {
      const fresh = await this.#compute(pass, missing, logitsMissing, control);
      kept.logits ??= fresh.logits;
      kept.recorded = fresh.recorded;
      for (const [name, array] of Object.entries(fresh.activations)) if (array !== undefined) kept.activations.set(name as HookName, array);
      if (use === 'keep') this.#cache.keep(kept);
    }
    const activations: Partial<Record<HookName, NamedArray>> = {};
    for (const name of capture) {
      const array = name === 'logits' ? kept.logits : kept.activations.get(name);
      if (array !== null && array !== undefined) activations[name] = array;
    }
    return { ids, logits: logits ? kept.logits : null, activations, recorded: kept.recorded, generated: null };
  }

  /** What the last text of its kind was asked, as far as it stays a small part of the memory that is set aside. */
  #habits(kind: string, nPos: number): HookName[] {
    let bytes = 0;
    return [...(this.#cache.latest(kind)?.asked ?? [])].filter((name) => {
      bytes += arrayBytes(name, this.config, nPos);
      return bytes < PASS_BYTES / 2;
    });
  }

  async #compute(pass: Pass, capture: readonly HookName[], logits: boolean, control: PassControl): Promise<EngineAnswer> {
    const hooks = await this.#hooks(pass.interventions, control.signal);
    const { ids, promptLength, generate } = pass;
    return this.#model.run({ ids, promptLength, hooks, capture, logits, generate }, control);
  }

  async #hooks(specs: readonly InterventionSpec[], signal: AbortSignal): Promise<HookEntry[]> {
    // All are checked before the first is computed: a mistake in the last one should not cost the others' passes.
    const chosen = specs.map((spec) => ({ spec, ...chooseIntervention(spec, this.config) }));
    const dictionary = await this.dictionaries(chosen.flatMap(({ door, values }) => door.dictionaries?.(values) ?? []), signal);
    const entries: HookEntry[] = [];
    for (const alike of runsOf(chosen)) {
      const sites: InterventionSite<Params>[] = [];
      for (const { spec, values } of alike) {
        const direction = spec.direction === undefined ? null : (await this.direction(spec.direction, spec.at, signal)).values;
        sites.push({ at: spec.at, positions: spec.positions, params: values, direction, config: this.config, dictionary });
      }
      const work = await at(alike, 0).door.load();
      entries.push(...(work.hooksTogether === undefined ? sites.flatMap((site) => work.hooks(site)) : work.hooksTogether(sites)));
    }
    return entries;
  }

  /** The vector of a recipe at a hook point. Computed once per model. */
  async direction(spec: DirectionSpec, at: HookName, signal: AbortSignal): Promise<DirectionResult> {
    const key = stableJson([spec, at]);
    const known = this.#directions.get(key);
    if (known !== undefined) return known;
    const { door, values } = chooseDirection(spec);
    const work = await door.load();
    const result = await work.compute(
      {
        config: this.config,
        encode: (text) => needTokenizer(this.#tokenizer).encode(text),
        encodePlain: (text) => needTokenizer(this.#tokenizer).encodePlain(text),
        capture: (ids, name) => this.#captureForDirection(ids, name, signal),
        unembedding: (ids) => this.#model.unembedding(ids),
        dictionary: (id) => this.#dictionaries.need(id, signal),
        signal,
      },
      values,
      at,
    );
    this.#directions.set(key, result);
    const oldest = this.#directions.keys().next();
    if (this.#directions.size > MAX_DIRECTIONS && oldest.done !== true) this.#directions.delete(oldest.value);
    return result;
  }

  /** One slider often stands for the same recipe at every layer: one pass over a text reads the point at all of them. */
  async #captureForDirection(ids: readonly number[], at: HookName, signal: AbortSignal): Promise<NamedArray> {
    const key = stableJson(ids);
    const kept = this.#directionPasses.find(key) ?? emptyPass(key, 'direction');
    const known = kept.activations.get(at);
    if (known !== undefined) return known;
    const parsed = parseHook(at);
    const point = parsed?.point;
    const everywhere =
      parsed === null || parsed.layer === null
        ? [at]
        : Array.from({ length: this.config.nLayers }, (_, layer) => blockHook(layer, point as Parameters<typeof blockHook>[1]));
    const small = arrayBytes(at, this.config, ids.length) * everywhere.length < DIRECTION_PASS_BYTES / 4;
    const answer = await this.#model.run(
      { ids, promptLength: ids.length, hooks: [], capture: small ? everywhere : [at], logits: false, generate: null },
      { signal },
    );
    for (const [name, array] of Object.entries(answer.activations)) if (array !== undefined) kept.activations.set(name as HookName, array);
    this.#directionPasses.keep(kept);
    const found = kept.activations.get(at) ?? (at === 'logits' ? answer.logits : null);
    if (found === null) throw new Error(`the engine gave nothing for ${at}.`);
    return found;
  }
}

interface Placed extends Chosen<Intervention> {
  readonly spec: InterventionSpec;
}

/** Interventions that follow one another in the order given, those of one kind at one hook point together. */
function runsOf(chosen: readonly Placed[]): Placed[][] {
  const runs: Placed[][] = [];
  for (const one of chosen) {
    const last = runs.at(-1);
    const before = last?.[0];
    if (last !== undefined && before?.spec.id === one.spec.id && before.spec.at === one.spec.at) last.push(one);
    else runs.push([one]);
  }
  return runs;
}

function emptyPass(key: string, kind: string): CachedPass {
  return { key, kind, logits: null, activations: new Map(), recorded: {}, asked: new Set() };
}

/** A lone token is what independent analyses are asked about: no text, and no habit of any. */
function kindOf({ ids, interventions }: Pass): string {
  return ids.length === 1 ? 'lone token' : interventions.map(({ id }) => id).join(' ');
}

function arrayBytes(name: HookName, config: ModelConfig, nPos: number): number {
  const parsed = isHookOf(name, config) ? parseHook(name) : null;
  return parsed === null ? 0 : 4 * hookShape(parsed.point, config, nPos).reduce((product, n) => product * n, 1);
}
