import { addScaled, dotAt, type LargestOf } from './rows';
import type { TrainingArrays } from './types';

/** A batch on the decoder's side of a step, which is the same in every architecture. */
export interface DecoderBatch {
  /** [batch, d] */
  readonly x: Float32Array;
  readonly batch: number;
  readonly d: number;
  readonly parameters: TrainingArrays;
  /** W_dec and b_dec are added to. */
  readonly gradients: TrainingArrays;
  /** Takes ∂loss/∂f of a value that a token was decoded with. */
  readonly owe: (token: number, feature: number, gradient: number) => void;
}

/** The features that a token is decoded with and their values. */
export type Chooser = (token: number) => LargestOf;

export interface Decoded {
  /** [batch, d]: x̂ − x. */
  readonly errors: Float32Array;
  /** Σ‖x − x̂‖² over the batch. */
  readonly squared: number;
}

/** x̂ = f·W_dec + b_dec for every token, and what f, W_dec and b_dec owe to `weight` · Σ‖x − x̂‖². */
export function reconstruct(of: DecoderBatch, choose: Chooser, weight: number): Decoded {
  const { x, batch, d } = of;
  const { W_dec, b_dec } = of.parameters;
  const errors = new Float32Array(batch * d);
  const upstream = new Float32Array(d);
  let squared = 0;
  for (let token = 0; token < batch; token += 1) {
    const row = token * d;
    const top = choose(token);
    for (let i = 0; i < d; i += 1) errors[row + i] = (b_dec[i] ?? 0) - (x[row + i] ?? 0);
    addDecoded(errors, row, top, W_dec, d);
    squared += dotAt(errors, row, errors, row, d);
    for (let i = 0; i < d; i += 1) upstream[i] = 2 * weight * (errors[row + i] ?? 0);
    addScaled(of.gradients.b_dec, 0, 1, upstream, 0, d);
    owed(of, token, top, upstream);
  }
  return { errors, squared };
}

/**
 * The loss for dead features, `weight` · Σ‖r − r̂‖² with r = x − x̂ held fixed and r̂ what the chosen ones decode to, and what
 * they owe to it.
 *
 * @param withBias r̂ has b_dec in it. @returns the loss
 */
export function explainRest(of: DecoderBatch, { errors }: Decoded, choose: Chooser, weight: number, withBias: boolean): number {
  const { batch, d } = of;
  const { W_dec, b_dec } = of.parameters;
  const rest = new Float32Array(d);
  const upstream = new Float32Array(d);
  let loss = 0;
  for (let token = 0; token < batch; token += 1) {
    const row = token * d;
    const top = choose(token);
    // r̂ − r, where r is minus the error.
    for (let i = 0; i < d; i += 1) rest[i] = (errors[row + i] ?? 0) + (withBias ? (b_dec[i] ?? 0) : 0);
    addDecoded(rest, 0, top, W_dec, d);
    loss += weight * dotAt(rest, 0, rest, 0, d);
    for (let i = 0; i < d; i += 1) upstream[i] = 2 * weight * (rest[i] ?? 0);
    if (withBias) addScaled(of.gradients.b_dec, 0, 1, upstream, 0, d);
    owed(of, token, top, upstream);
  }
  return loss;
}

/** b_dec is also subtracted from the input: every ∂loss/∂pre reaches it through the matrix that pre came from. @param bias ∂loss/∂ its bias, [d_sae] */
export function throughInputBias(W: Float32Array, bias: Float32Array, gradients: TrainingArrays, d: number): void {
  for (let feature = 0; feature < bias.length; feature += 1) {
    const dPre = bias[feature] ?? 0;
    if (dPre !== 0) addScaled(gradients.b_dec, 0, -dPre, W, feature * d, d);
  }
}

function addDecoded(out: Float32Array, to: number, top: LargestOf, W_dec: Float32Array, d: number): void {
  for (let j = 0; j < top.count; j += 1) addScaled(out, to, top.values[j] ?? 0, W_dec, (top.indices[j] ?? 0) * d, d);
}

/** @param upstream ∂loss/∂x̂ of the token, [d] */
function owed({ d, parameters, gradients, owe }: DecoderBatch, token: number, top: LargestOf, upstream: Float32Array): void {
  for (let j = 0; j < top.count; j += 1) {
    const feature = top.indices[j] ?? 0;
    addScaled(gradients.W_dec, feature * d, top.values[j] ?? 0, upstream, 0, d);
    owe(token, feature, dotAt(upstream, 0, parameters.W_dec, feature * d, d));
  }
}
