import { UserError } from '../../lib/errors';
import { adamStep } from './adam';
import { copied, zerosLike } from './arrays';
import { Batches } from './batches';
import { initialParameters } from './initial';
import type { EncoderProduct } from './product';
import { createRecipe, topKWarmUp, type Recipe } from './recipes';
import { inputStatistics, type InputStatistics } from './statistics';
import type { PointSums, StepFigures, TrainingArrays, TrainingPoint, TrainingSettings, TrainingState, VariationalSettings } from './types';

const POINTS = 400;
/** The share of all steps at the end that the learning rate falls over. */
const DECAY_SHARE = 0.2;
const NO_SUMS: PointSums = { steps: 0, loss: 0, fvu: 0, l0: 0, kl: 0 };

/** What training gives: what is needed to encode and decode, in units of the activations as they were given. Features are rows. */
export interface TrainedArrays extends Pick<TrainingArrays, 'W_enc' | 'b_enc' | 'W_dec' | 'b_dec'> {
  readonly k: number;
  readonly d: number;
  readonly dSae: number;
  /** Left out: a TopK dictionary. */
  readonly variational?: VariationalSettings;
}

/**
 * Trains a dictionary on activations that lie in memory: Adam, an auxiliary loss for dead features, and what its architecture needs
 * besides (`recipes.ts`). Works on activations scaled so that ‖x − x̄‖² is d on average; `result` puts the scale back into the biases.
 *
 * The same activations, settings and kind of product give the same numbers, whether or not it stopped in between.
 */
export class Trainer {
  readonly settings: TrainingSettings;
  readonly statistics: InputStatistics;
  readonly #activations: Float32Array;
  readonly #d: number;
  readonly #batches: Batches;
  readonly #recipe: Recipe;
  readonly #first: TrainingArrays;
  readonly #second: TrainingArrays;
  readonly #silent: Float64Array;
  readonly #fired: Uint8Array;
  readonly #x: Float32Array;
  #points: TrainingPoint[] = [];
  #pending = NO_SUMS;
  #step = 0;

  /**
   * @param activations [count, d] @param from a state of an earlier training on the same activations.
   * @throws UserError when there are no activations, or they are all the same.
   */
  constructor(activations: Float32Array, d: number, settings: TrainingSettings, from: TrainingState | null = null, kind: 'simd' | 'plain' | null = null) {
    const { dSae, batch, seed } = settings;
    const count = activations.length / d;
    this.settings = settings;
    this.statistics = inputStatistics(activations, d);
    if (count === 0) throw new UserError('no-activations', 'there is nothing to train on: the prompts have no tokens besides the start token.');
    if (this.statistics.scale === null) throw new UserError('constant-activations', 'all activations at this hook point are the same: there is nothing to explain.');
    this.#activations = activations;
    this.#d = d;
    this.#batches = new Batches(count, seed);
    this.#recipe = createRecipe(settings, d, from?.parameters ?? initialParameters(d, settings, this.statistics), kind);
    this.#fired = new Uint8Array(dSae);
    this.#x = new Float32Array(batch * d);
    const { parameters } = this.#recipe;
    this.#first = from === null ? zerosLike(parameters) : copied(from.first);
    this.#second = from === null ? zerosLike(parameters) : copied(from.second);
    this.#silent = from === null ? new Float64Array(dSae) : from.silent.slice();
    if (from !== null) {
      this.#points = [...from.points];
      this.#pending = { ...from.pending };
      this.#step = from.step;
    }
  }

  get step(): number {
    return this.#step;
  }
  get isDone(): boolean {
    return this.#step >= this.settings.steps;
  }
  get points(): readonly TrainingPoint[] {
    return this.#points;
  }
  get productKind(): EncoderProduct['kind'] {
    return this.#recipe.kind;
  }

  /** One step. Nothing once all are done. */
  advance(): void {
    if (this.isDone) return;
    const { batch, dSae, lr, steps, deadAfter } = this.settings;
    const d = this.#d;
    const scale = this.statistics.scale ?? 1;
    this.#batches.at(this.#step, batch).forEach((index, row) => {
      for (let i = 0; i < d; i += 1) this.#x[row * d + i] = scale * (this.#activations[index * d + i] ?? 0);
    });
    const recipe = this.#recipe;
    const figures = recipe.compute(this.#x, this.#dead(), this.#step, this.#fired);
    recipe.beforeAdam();
    this.#step += 1;
    adamStep(recipe.parameters, recipe.gradients, this.#first, this.#second, lr * rateAt(this.#step, steps, recipe.warmUp), this.#step);
    recipe.afterAdam();
    this.#fired.forEach((fired, feature) => (this.#silent[feature] = fired === 1 ? 0 : (this.#silent[feature] ?? 0) + batch));
    const deadNow = this.#silent.filter((tokens) => tokens >= deadAfter).length / dSae;
    this.#record(figures, deadNow);
  }

  /** A copy of everything that changes. */
  state(): TrainingState {
    return {
      settings: this.settings,
      d: this.#d,
      step: this.#step,
      parameters: copied(this.#recipe.parameters),
      first: copied(this.#first),
      second: copied(this.#second),
      silent: this.#silent.slice(),
      points: [...this.#points],
      pending: { ...this.#pending },
    };
  }

  /**
   * The dictionary as it stands, for activations as they are: the scale goes into the biases, which leaves the ranking as it is. Of a
   * variational one what it is at evaluation, z = μ: its variance goes no further than the training.
   */
  result(): TrainedArrays {
    const { k, dSae, variational } = this.settings;
    const scale = this.statistics.scale ?? 1;
    const { W_enc, b_enc, W_dec, b_dec } = copied(this.#recipe.parameters);
    return { W_enc, W_dec, b_enc: b_enc.map((value) => value / scale), b_dec: b_dec.map((value) => value / scale), k, d: this.#d, dSae, ...(variational === undefined ? {} : { variational }) };
  }

  #dead(): number[] {
    const dead: number[] = [];
    this.#silent.forEach((tokens, feature) => {
      if (tokens >= this.settings.deadAfter) dead.push(feature);
    });
    return dead;
  }

  #record(figures: StepFigures, dead: number): void {
    const sum = this.#pending;
    const now = { steps: sum.steps + 1, loss: sum.loss + figures.loss, fvu: sum.fvu + figures.fvu, l0: sum.l0 + figures.l0, kl: sum.kl + (figures.kl ?? 0) };
    const every = Math.max(1, Math.ceil(this.settings.steps / POINTS));
    if (now.steps < every && !this.isDone) {
      this.#pending = now;
      return;
    }
    const kl = figures.kl === undefined ? {} : { kl: now.kl / now.steps };
    this.#points.push({ step: this.#step, loss: now.loss / now.steps, fvu: now.fvu / now.steps, l0: now.l0 / now.steps, dead, ...kl });
    this.#pending = NO_SUMS;
  }
}

/** The share of the learning rate at a step, counted from 1: up over the warm-up (left out: a TopK dictionary's), down to nothing over the last fifth. */
export function rateAt(step: number, steps: number, warmUp = topKWarmUp(steps)): number {
  return Math.min(1, step / warmUp, (steps - step + 1) / Math.max(1, DECAY_SHARE * steps));
}
