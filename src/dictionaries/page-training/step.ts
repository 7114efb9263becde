import type { EncoderProduct } from './product';
import { addScaled, dotAt, LargestOf } from './rows';
import { AUX_COEFFICIENT, type TrainingArrays } from './types';

/** What the gradient of one batch is computed with. */
export interface StepInput {
  /** [batch, d] */
  readonly x: Float32Array;
  readonly batch: number;
  readonly d: number;
  readonly dSae: number;
  readonly k: number;
  /** Mean of ‖x − x̄‖² over all activations: errors are measured in it. */
  readonly variance: number;
  /** Features that the auxiliary loss may use, in rising order. */
  readonly dead: readonly number[];
  /** At most this many of them per token. */
  readonly kAux: number;
  /** Left out: `RELATIVE`. */
  readonly auxiliary?: AuxiliaryLoss;
}

/** How the loss for dead features is written; packages differ. */
export interface AuxiliaryLoss {
  readonly coefficient: number;
  /** Divided by mean‖r‖². */
  readonly isRelative: boolean;
  /** r̂ has b_dec in it. */
  readonly withBias: boolean;
}

/** What is trained with here. */
export const RELATIVE: AuxiliaryLoss = { coefficient: AUX_COEFFICIENT, isRelative: true, withBias: false };
/** As SAELens has it (`topk_sae.py`), for comparison. */
export const SAELENS: AuxiliaryLoss = { coefficient: 1, isRelative: false, withBias: true };

export interface StepFigures {
  readonly loss: number;
  readonly fvu: number;
  readonly l0: number;
}

/**
 * Loss and gradients of a TopK dictionary on one batch, written out by hand: only the k chosen rows of each token are touched.
 *
 *     pre = (x − b_dec)·W_encᵀ + b_enc      f = ReLU(topk(pre))      x̂ = f·W_dec + b_dec
 *     loss = mean‖x − x̂‖²/V + 1/32 · min(n_dead/k_aux, 1) · mean‖r − r̂‖²/mean‖r‖²
 *
 * with r = x − x̂ held fixed, r̂ = z·W_dec, z the k_aux largest pre-activations among dead features as they are, without ReLU and
 * without b_dec (Gao et al. 2024, arXiv 2406.04093; decoded without the bias as in OpenAI's code and dictionary_learning). SAELens's
 * form is computed too (`SAELENS`).
 *
 * @param product holds the encoder; its `x` and `pre` are overwritten.
 * @param gradients are overwritten. @param fired gets 1 for each feature that fired.
 */
export function computeGradients(input: StepInput, parameters: TrainingArrays, product: EncoderProduct, gradients: TrainingArrays, fired: Uint8Array): StepFigures {
  const { x, batch, d, dSae, k, variance } = input;
  const { b_enc, W_dec, b_dec } = parameters;
  for (let i = 0; i < batch * d; i += 1) product.x[i] = (x[i] ?? 0) - (b_dec[i % d] ?? 0);
  product.run();
  for (const array of [gradients.W_enc, gradients.b_enc, gradients.W_dec, gradients.b_dec]) array.fill(0);
  fired.fill(0);

  const top = new LargestOf(k);
  const errors = new Float32Array(batch * d);
  const upstream = new Float32Array(d);
  let squared = 0;
  let firing = 0;
  for (let token = 0; token < batch; token += 1) {
    const row = token * d;
    chooseLargest(top, product.pre, token * dSae, b_enc, k);
    for (let i = 0; i < d; i += 1) errors[row + i] = (b_dec[i] ?? 0) - (x[row + i] ?? 0);
    for (let j = 0; j < top.count; j += 1) {
      const f = top.values[j] ?? 0;
      if (f > 0) addScaled(errors, row, f, W_dec, (top.indices[j] ?? 0) * d, d);
    }
    squared += dotAt(errors, row, errors, row, d);
    for (let i = 0; i < d; i += 1) upstream[i] = (2 / (batch * variance)) * (errors[row + i] ?? 0);
    addScaled(gradients.b_dec, 0, 1, upstream, 0, d);
    for (let j = 0; j < top.count; j += 1) {
      const f = top.values[j] ?? 0;
      if (f <= 0) continue;
      const feature = top.indices[j] ?? 0;
      fired[feature] = 1;
      firing += 1;
      backThrough(feature, f, row, upstream);
    }
  }
  const aux = auxiliary();
  throughInputBias(parameters, gradients, d, dSae);
  const fvu = squared / batch / variance;
  return { loss: fvu + aux, fvu, l0: firing / batch };

  /** Adds what one activation of one feature owes to the loss: `upstream` is ∂loss/∂x̂ of the token. */
  function backThrough(feature: number, f: number, row: number, gradient: Float32Array): void {
    addScaled(gradients.W_dec, feature * d, f, gradient, 0, d);
    const dPre = dotAt(gradient, 0, W_dec, feature * d, d);
    gradients.b_enc[feature] = (gradients.b_enc[feature] ?? 0) + dPre;
    addScaled(gradients.W_enc, feature * d, dPre, product.x, row, d);
  }

  function auxiliary(): number {
    const { dead, kAux } = input;
    if (dead.length === 0 || squared === 0) return 0;
    const most = Math.min(kAux, dead.length);
    const share = Math.min(dead.length / kAux, 1);
    const { coefficient, isRelative, withBias } = input.auxiliary ?? RELATIVE;
    const weight = (coefficient * share) / (isRelative ? squared : batch); // mean over mean: the batch size falls out
    const largest = new LargestOf(most);
    const rest = new Float32Array(d);
    let loss = 0;
    for (let token = 0; token < batch; token += 1) {
      const row = token * d;
      largest.clear();
      for (const feature of dead) largest.offer(feature, (product.pre[token * dSae + feature] ?? 0) + (b_enc[feature] ?? 0), most);
      largest.sort();
      // r̂ − r, where r = x − x̂ is minus the error.
      for (let i = 0; i < d; i += 1) rest[i] = (errors[row + i] ?? 0) + (withBias ? (b_dec[i] ?? 0) : 0);
      for (let j = 0; j < largest.count; j += 1) addScaled(rest, 0, largest.values[j] ?? 0, W_dec, (largest.indices[j] ?? 0) * d, d);
      loss += weight * dotAt(rest, 0, rest, 0, d);
      for (let i = 0; i < d; i += 1) upstream[i] = 2 * weight * (rest[i] ?? 0);
      if (withBias) addScaled(gradients.b_dec, 0, 1, upstream, 0, d);
      for (let j = 0; j < largest.count; j += 1) backThrough(largest.indices[j] ?? 0, largest.values[j] ?? 0, row, upstream);
    }
    return loss;
  }
}

/** The k largest pre-activations of one token, bias included. */
function chooseLargest(top: LargestOf, pre: Float32Array, from: number, b_enc: Float32Array, k: number): void {
  top.clear();
  for (let feature = 0; feature < b_enc.length; feature += 1) top.offer(feature, (pre[from + feature] ?? 0) + (b_enc[feature] ?? 0), k);
  top.sort();
}

/** b_dec is also subtracted from the input: every ∂loss/∂pre reaches it through the encoder. */
function throughInputBias({ W_enc }: TrainingArrays, gradients: TrainingArrays, d: number, dSae: number): void {
  for (let feature = 0; feature < dSae; feature += 1) {
    const dPre = gradients.b_enc[feature] ?? 0;
    if (dPre !== 0) addScaled(gradients.b_dec, 0, -dPre, W_enc, feature * d, d);
  }
}
