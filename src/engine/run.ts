import { tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { HookName } from '../anatomy/hook-names';
import type { NamedArray } from '../anatomy/named-array';
import type { ModelConfig } from '../anatomy/model-config';
import type { GenerateSpec } from '../anatomy/run';
import { abortError, UserError } from '../lib/errors';
import { at, must } from '../lib/assert';
import { Collector, firstRows, lastRows } from './collector';
import type { Piece } from './collector';
import { ConstantPool, withPool } from './constants';
import { noDrafts } from './drafts';
import type { Drafts } from './drafts';
import { forward } from './forward';
import type { ForwardModel } from './forward';
import { noCache } from './kv-cache';
import type { KvCache } from './kv-cache';
import { Pass } from './pass';
import { planRun } from './plan';
import { PrefixRecorder } from './prefix';
import type { PrefixMemory } from './prefix';
import { readBack } from './read-back';
import { createChooser } from './sampling';
import { createTurnTaker } from './turn';
import type { EngineAnswer, EngineRun, RunControl } from './types';

/** Positions that a guess may add to a pass: beyond these a wrong one costs more than a right one spares. */
const MOST_DRAFTED = 16;

/** A model on a device, and what is particular to that device. */
export interface RunnableModel extends ForwardModel {
  readonly config: ModelConfig;
  /** Whether every transfer is worth avoiding. */
  readonly oneTransfer: boolean;
  readonly drafts: Drafts;
  readonly prefixes: PrefixMemory;
  /** A cache for a run that feeds at most `positions`. */
  createCache(positions: number): KvCache;
  /** @throws UserError 'backend-lost' when the device is gone. */
  checkDevice(): void;
}

/**
 * Computes a run: one pass over the ids, then one per new token (or per few, where a guess held). Leaves no tensor behind,
 * whatever happens.
 */
export async function executeRun(model: RunnableModel, run: EngineRun, control: RunControl): Promise<EngineAnswer> {
  const { config } = model;
  const plan = planRun(config, run);
  checkGenerate(run.generate);
  const text = createText(model, run);
  const collector = new Collector(config);
  const pool = new ConstantPool();
  const cache = text.room > 1 ? model.createCache(run.ids.length + text.room - 1) : noCache;
  const turns = createTurnTaker();
  const drafts = plan.isRowwise && text.room > 1 ? model.drafts : noDrafts;
  // Below the first hook a run computes what another over the same ids computed before.
  const isReusable = drafts !== noDrafts && plan.firstHooked > 0 && plan.firstHooked < config.nLayers;
  const recorder = isReusable ? new PrefixRecorder(plan.firstHooked) : null;
  let fed = 0;
  try {
    for (;;) {
      if (control.signal.aborted) throw abortError();
      // The last new token is never fed, so a guess that holds to its end must leave one to choose.
      const guess = drafts.guess(text.ids, Math.min(MOST_DRAFTED, text.room - text.generated.length - 1));
      const found =
        recorder !== null && fed === 0
          ? model.prefixes.find(plan.firstHooked, [...text.ids, ...guess], text.ids.length)
          : null;
      const draft = found === null ? guess : guess.slice(0, found.rows - text.ids.length);
      const length = text.ids.length - fed;
      const pass = new Pass({
        ...{ config, plan, pool, offset: fed, promptLength: run.promptLength },
        ids: draft.length === 0 ? [...text.ids] : [...text.ids, ...draft],
        logitRows: draft.length + 1,
        known: found?.known ?? null,
      });
      const { rows, pieces, recorded } = await onePass(model, pass, cache);
      const held = text.extend(rows, draft, control);
      fed += length + held;
      if (pass.stream !== null) recorder?.add(pass.stream, length + held, config.dModel);
      for (const [name, piece] of pieces) collector.addCaptured(name, piece);
      for (const [key, piece] of recorded) collector.addRecorded(key, firstRows(piece, length + held));
      if (text.isDone()) {
        if (recorder !== null && model.kernels !== null)
          model.prefixes.remember(recorder.finish(text.ids.slice(0, fed), cache, model.kernels));
        break;
      }
      await turns.next();
      await control.pause?.();
    }
  } finally {
    if (text.generated.length > 0) drafts.remember([...run.ids, ...text.generated]);
    turns.close();
    cache.dispose();
    pool.dispose();
  }
  const activations: Partial<Record<HookName, NamedArray>> = {};
  for (const name of run.capture) activations[name] = must(collector.captured(name), `the captured ${name}`);
  return {
    ids: text.ids,
    logits: run.logits ? collector.captured('logits') : null,
    activations,
    recorded: collector.recorded(),
    generated: run.generate === null ? null : { ids: text.generated, ended: text.ended() },
  };
}

interface PassAnswer {
  /** Logits [d_vocab] of the last positions, from which tokens are to be chosen. */
  readonly rows: readonly Float32Array[];
  readonly pieces: readonly (readonly [HookName, Piece])[];
  readonly recorded: readonly (readonly [string, Piece])[];
}

/** One pass and its one read-back. */
async function onePass(model: RunnableModel, pass: Pass, cache: KvCache): Promise<PassAnswer> {
  const { plan, pool } = pass;
  let logits: Tensor | null = null;
  try {
    logits = withPool(pool, () => tidy<Tensor | void>(() => forward(model, pass, cache) ?? undefined)) ?? null;
    const names = [...pass.captured.keys()];
    const wantsRows = plan.samples && !plan.capture.has('logits') && logits !== null;
    const recorded = pass.recorded.map(({ x }) => x);
    const tensors = [...pass.captured.values(), ...recorded, ...(wantsRows && logits !== null ? [logits] : [])];
    const read = await readBack(tensors, model.oneTransfer);
    model.checkDevice();
    const source = plan.samples ? at(read, wantsRows ? read.length - 1 : names.indexOf('logits')) : null;
    return {
      rows: source === null ? [] : lastRows(source, pass.logitRows),
      pieces: names.map((name, index) => [name, at(read, index)]),
      recorded: pass.recorded.map(({ key }, index) => [key, at(read, names.length + index)]),
    };
  } catch (error) {
    model.checkDevice();
    throw error;
  } finally {
    if (logits !== null && !pool.owns(logits)) logits.dispose();
    pass.dispose();
  }
}

/** The sequence of a run as it grows. */
interface GrowingText {
  /** Fed, or to be fed next. */
  readonly ids: number[];
  readonly generated: number[];
  /** How many new tokens there may be. */
  readonly room: number;
  ended(): boolean;
  isDone(): boolean;
  /** Chooses a token from each row in turn, as long as `draft` foresaw it. Gives how many of the draft held. */
  extend(rows: readonly Float32Array[], draft: readonly number[], control: RunControl): number;
}

function createText({ config }: RunnableModel, { ids: given, generate }: EngineRun): GrowingText {
  const ids = [...given];
  const generated: number[] = [];
  const room = generate === null ? 0 : Math.min(generate.maxNewTokens, config.nCtx - ids.length);
  const choose = generate === null ? null : createChooser(generate);
  let ended = false;
  const isDone = () => ended || generated.length >= room;
  return {
    ids,
    generated,
    room,
    ended: () => ended,
    isDone,
    extend(rows, draft, control) {
      let held = 0;
      for (const logits of rows) {
        if (isDone() || choose === null) return held;
        const next = choose(logits);
        ended = generate?.stopAtEnd === true && config.endIds.includes(next);
        if (ended) return held;
        generated.push(next);
        control.onToken?.([...generated]);
        if (isDone()) return held;
        ids.push(next);
        if (draft[held] !== next) return held;
        held += 1;
      }
      return held;
    },
  };
}

function checkGenerate(generate: GenerateSpec | null): void {
  if (generate === null) return;
  const { maxNewTokens, temperature, topK, topP, seed } = generate;
  const problems = [
    Number.isInteger(maxNewTokens) && maxNewTokens >= 0
      ? ''
      : `maxNewTokens ${maxNewTokens} must be a whole number from 0`,
    temperature >= 0 && Number.isFinite(temperature) ? '' : `temperature ${temperature} must be 0 or more`,
    Number.isInteger(topK) && topK >= 0 ? '' : `topK ${topK} must be a whole number from 0`,
    topP >= 0 && topP <= 1 ? '' : `topP ${topP} must be from 0 to 1`,
    Number.isInteger(seed) ? '' : `seed ${seed} must be a whole number`,
  ].filter((problem) => problem !== '');
  if (problems.length > 0) throw new UserError('bad-sampling', `${problems.join('; ')}.`);
}
