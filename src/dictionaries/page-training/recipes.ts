import { clipNorm, normalizeRows, removeParallel } from './adam';
import { copied, zerosLike } from './arrays';
import { createProduct, type EncoderProduct } from './product';
import { fillGaussians, seedOf } from './random';
import { computeGradients } from './step';
import type { StepFigures, TrainingArrays, TrainingSettings, VariationalSettings } from './types';
import { VariationalStep } from './variational-step';

/** Dead features that the auxiliary loss uses per token, at most: half of d, but no more than keeps a step short. */
const MOST_AUXILIARY = 64;
/** Steps that the learning rate rises over: these, or a share of all. */
const WARM_UP = { most: 50, share: 0.1 };
const VARIATIONAL_WARM_UP = { least: 200, share: 0.02 };
/** The share of all steps over which the weight of the divergence rises. */
const RAMP = 0.1;
const LONGEST_GRADIENT = 1;

/** What the architectures do differently in a training; the rest of it is one and the same. */
export interface Recipe {
  /** Live: W_enc lies where the product reads it. */
  readonly parameters: TrainingArrays;
  readonly gradients: TrainingArrays;
  readonly kind: EncoderProduct['kind'];
  /** Steps that the learning rate rises over. */
  readonly warmUp: number;
  /**
   * Loss and gradients of a step, counted from 0.
   *
   * @param x [batch, d], scaled so that ‖x − x̄‖² is d on average. @param fired gets 1 for each feature that fired, 0 for the others.
   */
  compute(x: Float32Array, dead: readonly number[], step: number, fired: Uint8Array): StepFigures;
  beforeAdam(): void;
  afterAdam(): void;
}

/** @param initial is copied. */
export function createRecipe(settings: TrainingSettings, d: number, initial: TrainingArrays, kind: 'simd' | 'plain' | null): Recipe {
  const { variational } = settings;
  return variational === undefined ? topKRecipe(settings, d, initial, kind) : variationalRecipe(settings, variational, d, initial, kind);
}

function topKRecipe({ batch, dSae, k, steps }: TrainingSettings, d: number, initial: TrainingArrays, kind: 'simd' | 'plain' | null): Recipe {
  const product = createProduct(batch, d, dSae, kind);
  product.w.set(initial.W_enc);
  const parameters = { ...copied(initial), W_enc: product.w };
  const gradients = zerosLike(parameters);
  return {
    parameters,
    gradients,
    kind: product.kind,
    warmUp: topKWarmUp(steps),
    compute: (x, dead, _step, fired) => computeGradients({ x, batch, d, dSae, k, variance: d, dead, kAux: mostAuxiliary(d) }, parameters, product, gradients, fired),
    beforeAdam: () => removeParallel(gradients.W_dec, parameters.W_dec, d),
    afterAdam: () => normalizeRows(parameters.W_dec, d),
  };
}

function variationalRecipe({ batch, dSae, k, steps, seed }: TrainingSettings, variational: VariationalSettings, d: number, initial: TrainingArrays, kind: 'simd' | 'plain' | null): Recipe {
  const step = new VariationalStep({ batch, d, dSae, k, kAux: mostAuxiliary(d) }, initial, kind);
  const noise = new Float32Array(batch * dSae);
  return {
    parameters: step.parameters,
    gradients: step.gradients,
    kind: step.kind,
    warmUp: Math.max(VARIATIONAL_WARM_UP.least, Math.floor(VARIATIONAL_WARM_UP.share * steps)),
    compute(x, dead, at, fired) {
      if (variational.variance !== 'none') fillGaussians(noise, seedOf(seed, at));
      return step.compute({ x, noise, klWeight: variational.klCoefficient * rampAt(at, steps), dead }, fired);
    },
    beforeAdam: () => void clipNorm(step.gradients, LONGEST_GRADIENT),
    afterAdam: () => undefined, // rows are as long as they come to be
  };
}

/** Steps that the learning rate of a TopK dictionary rises over. */
export const topKWarmUp = (steps: number) => Math.min(WARM_UP.most, Math.ceil(WARM_UP.share * steps));

const mostAuxiliary = (d: number) => Math.max(1, Math.min(d >> 1, MOST_AUXILIARY));

/** w(t), the share of the divergence's weight at a step counted from 0: from 0 to 1 over the first tenth of the steps. */
export function rampAt(step: number, steps: number): number {
  const ramp = Math.floor(RAMP * steps);
  return ramp === 0 ? 1 : Math.min(1, step / ramp);
}
