import { explainRest, reconstruct, throughInputBias, type DecoderBatch } from './decoder-step';
import type { EncoderProduct } from './product';
import { addScaled, LargestOf } from './rows';
import { AUX_COEFFICIENT, type StepFigures, type TrainingArrays } from './types';

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
 * @param product holds the encoder; its `x` and `y` are overwritten.
 * @param gradients are overwritten. @param fired gets 1 for each feature that fired.
 */
export function computeGradients(input: StepInput, parameters: TrainingArrays, product: EncoderProduct, gradients: TrainingArrays, fired: Uint8Array): StepFigures {
  const { x, batch, d, dSae, k, variance } = input;
  const { b_enc, b_dec } = parameters;
  for (let i = 0; i < batch * d; i += 1) product.x[i] = (x[i] ?? 0) - (b_dec[i % d] ?? 0);
  product.run();
  for (const array of [gradients.W_enc, gradients.b_enc, gradients.W_dec, gradients.b_dec]) array.fill(0);
  fired.fill(0);

  let firing = 0;
  const top = new LargestOf(k);
  const side: DecoderBatch = { x, batch, d, parameters, gradients, owe };
  const decoded = reconstruct(side, chooseFiring, 1 / (batch * variance));
  const aux = auxiliary();
  throughInputBias(parameters.W_enc, gradients.b_enc, gradients, d);
  const fvu = decoded.squared / batch / variance;
  return { loss: fvu + aux, fvu, l0: firing / batch };

  /** The k largest pre-activations of a token, bias included, as far as they are positive. */
  function chooseFiring(token: number): LargestOf {
    top.clear();
    for (let feature = 0, from = token * dSae; feature < dSae; feature += 1) top.offer(feature, (product.y[from + feature] ?? 0) + (b_enc[feature] ?? 0), k);
    top.sort();
    top.keepPositive();
    for (let j = 0; j < top.count; j += 1) fired[top.indices[j] ?? 0] = 1;
    firing += top.count;
    return top;
  }

  /** f is its pre-activation wherever it is used: what it owes goes on to the encoder as it is. */
  function owe(token: number, feature: number, dPre: number): void {
    gradients.b_enc[feature] = (gradients.b_enc[feature] ?? 0) + dPre;
    addScaled(gradients.W_enc, feature * d, dPre, product.x, token * d, d);
  }

  function auxiliary(): number {
    const { dead, kAux } = input;
    if (dead.length === 0 || decoded.squared === 0) return 0;
    const most = Math.min(kAux, dead.length);
    const share = Math.min(dead.length / kAux, 1);
    const { coefficient, isRelative, withBias } = input.auxiliary ?? RELATIVE;
    const weight = (coefficient * share) / (isRelative ? decoded.squared : batch); // mean over mean: the batch size falls out
    const largest = new LargestOf(most);
    const chooseDead = (token: number) => {
      largest.clear();
      for (const feature of dead) largest.offer(feature, (product.y[token * dSae + feature] ?? 0) + (b_enc[feature] ?? 0), most);
      largest.sort();
      return largest;
    };
    return explainRest(side, decoded, chooseDead, weight, withBias);
  }
}
