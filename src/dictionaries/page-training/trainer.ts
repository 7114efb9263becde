import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { UserError } from '../../lib/errors';
import { adamStep, normalizeRows, removeParallel } from './adam';
import { Batches } from './batches';
import { createProduct, type EncoderProduct } from './product';
import { inputStatistics, type InputStatistics } from './statistics';
import { computeGradients } from './step';
import type { TrainingArrays, TrainingPoint, TrainingSettings, TrainingState } from './types';

const POINTS = 400;
/** Dead features that the auxiliary loss uses per token, at most: half of d, but no more than keeps a step short. */
const MOST_AUXILIARY = 64;
/** Steps that the learning rate rises over, and the share of all steps at the end that it falls over. */
const WARM_UP_STEPS = 50;
const DECAY_SHARE = 0.2;

/** What training gives: the parameters in units of the activations as they were given. Features are rows. */
export interface TrainedArrays extends TrainingArrays {
  readonly k: number;
  readonly d: number;
  readonly dSae: number;
}

/**
 * Trains a TopK dictionary on activations that lie in memory: Adam, unit decoder rows, an auxiliary loss for dead features. Works
 * on activations scaled so that ‖x − x̄‖² is d on average; `result` puts the scale back into the biases.
 *
 * The same activations, settings and kind of product give the same numbers, whether or not it stopped in between.
 */
export class Trainer {
  readonly settings: TrainingSettings;
  readonly statistics: InputStatistics;
  readonly #activations: Float32Array;
  readonly #d: number;
  readonly #batches: Batches;
  readonly #product: EncoderProduct;
  readonly #parameters: TrainingArrays;
  readonly #gradients: TrainingArrays;
  readonly #first: TrainingArrays;
  readonly #second: TrainingArrays;
  readonly #silent: Float64Array;
  readonly #fired: Uint8Array;
  readonly #x: Float32Array;
  #points: TrainingPoint[] = [];
  #pending = { steps: 0, loss: 0, fvu: 0, l0: 0 };
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
    this.#product = createProduct(batch, d, dSae, kind);
    this.#gradients = zeros(d, dSae);
    this.#fired = new Uint8Array(dSae);
    this.#x = new Float32Array(batch * d);
    const given = from?.parameters ?? initialParameters(d, dSae, seed, this.statistics);
    // The encoder lives where the product reads it.
    this.#product.W_enc.set(given.W_enc);
    this.#parameters = { ...copied(given), W_enc: this.#product.W_enc };
    this.#first = from === null ? zeros(d, dSae) : copied(from.first);
    this.#second = from === null ? zeros(d, dSae) : copied(from.second);
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
    return this.#product.kind;
  }

  /** One step. Nothing once all are done. */
  advance(): void {
    if (this.isDone) return;
    const { batch, dSae, k, lr, steps, deadAfter } = this.settings;
    const d = this.#d;
    const scale = this.statistics.scale ?? 1;
    this.#batches.at(this.#step, batch).forEach((index, row) => {
      for (let i = 0; i < d; i += 1) this.#x[row * d + i] = scale * (this.#activations[index * d + i] ?? 0);
    });
    const dead = this.#dead();
    const input = { x: this.#x, batch, d, dSae, k, variance: d, dead, kAux: Math.max(1, Math.min(d >> 1, MOST_AUXILIARY)) };
    const figures = computeGradients(input, this.#parameters, this.#product, this.#gradients, this.#fired);
    removeParallel(this.#gradients.W_dec, this.#parameters.W_dec, d);
    this.#step += 1;
    adamStep(this.#parameters, this.#gradients, this.#first, this.#second, lr * rateAt(this.#step, steps), this.#step);
    normalizeRows(this.#parameters.W_dec, d);
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
      parameters: copied(this.#parameters),
      first: copied(this.#first),
      second: copied(this.#second),
      silent: this.#silent.slice(),
      points: [...this.#points],
      pending: { ...this.#pending },
    };
  }

  /** The dictionary as it stands, for activations as they are: the scale goes into the biases, which leaves the ranking as it is. */
  result(): TrainedArrays {
    const { k, dSae } = this.settings;
    const scale = this.statistics.scale ?? 1;
    const { W_enc, b_enc, W_dec, b_dec } = copied(this.#parameters);
    return { W_enc, W_dec, b_enc: b_enc.map((value) => value / scale), b_dec: b_dec.map((value) => value / scale), k, d: this.#d, dSae };
  }

  #dead(): number[] {
    const dead: number[] = [];
    this.#silent.forEach((tokens, feature) => {
      if (tokens >= this.settings.deadAfter) dead.push(feature);
    });
    return dead;
  }

  #record(figures: { readonly loss: number; readonly fvu: number; readonly l0: number }, dead: number): void {
    const sum = this.#pending;
    const now = { steps: sum.steps + 1, loss: sum.loss + figures.loss, fvu: sum.fvu + figures.fvu, l0: sum.l0 + figures.l0 };
    const every = Math.max(1, Math.ceil(this.settings.steps / POINTS));
    if (now.steps < every && !this.isDone) {
      this.#pending = now;
      return;
    }
    this.#points.push({ step: this.#step, loss: now.loss / now.steps, fvu: now.fvu / now.steps, l0: now.l0 / now.steps, dead });
    this.#pending = { steps: 0, loss: 0, fvu: 0, l0: 0 };
  }
}

/** The share of the learning rate at a step, counted from 1: up over the first steps, down to nothing over the last fifth. */
export function rateAt(step: number, steps: number): number {
  const warmUp = Math.min(WARM_UP_STEPS, Math.ceil(steps / 10));
  return Math.min(1, step / warmUp, (steps - step + 1) / Math.max(1, DECAY_SHARE * steps));
}

/** Random unit rows, the encoder their transpose (here: the same rows), b_dec the mean: the training begins at a fair guess. */
function initialParameters(d: number, dSae: number, seed: number, { mean, scale }: InputStatistics): TrainingArrays {
  const W_dec = gaussians(dSae * d, seed);
  normalizeRows(W_dec, d);
  return { W_dec, W_enc: W_dec.slice(), b_enc: new Float32Array(dSae), b_dec: Float32Array.from(mean, (value) => value * (scale ?? 1)) };
}

/** Standard normal draws by the Box–Muller transform. */
function gaussians(count: number, seed: number): Float32Array {
  const rng = xoroshiro128plus(seed);
  return Float32Array.from({ length: count }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - uniformFloat64(rng)));
    return radius * Math.cos(2 * Math.PI * uniformFloat64(rng));
  });
}

function zeros(d: number, dSae: number): TrainingArrays {
  return { W_enc: new Float32Array(dSae * d), b_enc: new Float32Array(dSae), W_dec: new Float32Array(dSae * d), b_dec: new Float32Array(d) };
}

function copied({ W_enc, b_enc, W_dec, b_dec }: TrainingArrays): TrainingArrays {
  return { W_enc: W_enc.slice(), b_enc: b_enc.slice(), W_dec: W_dec.slice(), b_dec: b_dec.slice() };
}
