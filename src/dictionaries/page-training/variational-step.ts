import { zerosLike } from './arrays';
import { explainRest, reconstruct, throughInputBias, type DecoderBatch } from './decoder-step';
import { createProduct, type EncoderProduct } from './product';
import { LargestOf } from './rows';
import { AUX_COEFFICIENT, type StepFigures, type TrainingArrays } from './types';

/** ln σ² is held between these. */
const LOG_VARIANCE = [-6, 2] as const;
/** Means beyond it count as it in the divergence of a learned variance, and aren't pushed back. */
const LARGEST_MEAN = 10;
const SMALLEST_VARIANCE = 1e-8;

export interface VariationalSizes {
  readonly batch: number;
  readonly d: number;
  readonly dSae: number;
  readonly k: number;
  /** Dead features that the auxiliary loss uses per token, at most. */
  readonly kAux: number;
}

/** What one step is computed with. */
export interface VariationalInput {
  /** [batch, d] */
  readonly x: Float32Array;
  /** [batch, d_sae]: ε. All 0: z = μ, as at evaluation. */
  readonly noise: Float32Array;
  /** c_KL · w(t): what a nat costs at this step. */
  readonly klWeight: number;
  /** Features that the auxiliary loss may use, in rising order. */
  readonly dead: readonly number[];
}

/**
 * Loss and gradients of a variational dictionary (VSAETopK) on one batch, written out by hand.
 *
 *     μ = ReLU((x − b_dec)·W_encᵀ + b_enc)      ln σ² = clamp((x − b_dec)·W_varᵀ + b_var, −6, 2), or 0
 *     z = μ + ε·σ      f = the k entries of z of largest |z|, with their signs      x̂ = f·W_dec + b_dec
 *     loss = mean‖x − x̂‖² + c_KL·w(t)·KL + 1/32 · mean‖r − r̂‖²/(mean‖r − r̄‖² + 1e-8)
 *     KL = mean ½ Σ(μ² + σ² − 1 − ln σ²), μ at most 10; with fixed variance mean ½ Σ z²
 *
 * with r = x − x̂ held fixed, r̂ = z'·W_dec, z' the k_aux entries of largest |z| among dead features, with their signs. The divergence
 * is of every feature, so unlike a TopK dictionary's the gradients of the encoder are dense: they are products of matrices too.
 */
export class VariationalStep {
  /** Live: W_enc and W_var lie where the products read them. */
  readonly parameters: TrainingArrays;
  /** Overwritten by `compute`. */
  readonly gradients: TrainingArrays;
  readonly kind: EncoderProduct['kind'];
  readonly #sizes: VariationalSizes;
  readonly #means: EncoderProduct;
  readonly #logVariances: EncoderProduct | null;
  /** dPreᵀ · x: [d_sae, batch] · [batch, d]. */
  readonly #back: EncoderProduct;
  /** [batch, d_sae]: z, then what z owes. */
  readonly #z: Float32Array;
  readonly #owed: Float32Array;

  /** @param initial with W_var and b_var: a variance is learned. It is copied. */
  constructor(sizes: VariationalSizes, initial: TrainingArrays, kind: 'simd' | 'plain' | null = null) {
    const { batch, d, dSae } = sizes;
    this.#sizes = sizes;
    this.#means = createProduct(batch, d, dSae, kind);
    this.#means.w.set(initial.W_enc);
    this.#back = createProduct(dSae, batch, d, kind);
    this.#z = new Float32Array(batch * dSae);
    this.#owed = new Float32Array(batch * dSae);
    this.kind = this.#means.kind;
    const { b_enc, W_dec, b_dec, W_var, b_var } = initial;
    const shared = { W_enc: this.#means.w, b_enc: b_enc.slice(), W_dec: W_dec.slice(), b_dec: b_dec.slice() };
    if (W_var === undefined || b_var === undefined) {
      this.#logVariances = null;
      this.parameters = shared;
    } else {
      this.#logVariances = createProduct(batch, d, dSae, kind);
      this.#logVariances.w.set(W_var);
      this.parameters = { ...shared, W_var: this.#logVariances.w, b_var: b_var.slice() };
    }
    this.gradients = zerosLike(this.parameters);
  }

  /** @param fired gets 1 for each feature that fires without the noise, as the dictionary does when it is used; L0 counts those too. */
  compute(input: VariationalInput, fired: Uint8Array): StepFigures {
    const { batch, d } = this.#sizes;
    const { parameters, gradients } = this;
    this.#encode(input);
    gradients.W_dec.fill(0);
    gradients.b_dec.fill(0);
    const kl = this.#divergence(input.klWeight / batch);
    const { dSae } = this.#sizes;
    const owe = (token: number, feature: number, gradient: number) => {
      const at = token * dSae + feature;
      this.#owed[at] = (this.#owed[at] ?? 0) + gradient;
    };
    const side: DecoderBatch = { x: input.x, batch, d, parameters, gradients, owe };
    const decoded = reconstruct(side, this.#largest(this.#sizes.k, null), 1 / batch);
    const spread = spreadOf(decoded.errors, batch, d) + batch * SMALLEST_VARIANCE;
    const { dead } = input;
    const aux = dead.length === 0 ? 0 : explainRest(side, decoded, this.#largest(Math.min(this.#sizes.kAux, dead.length), dead), AUX_COEFFICIENT / spread, false);
    const l0 = this.#firing(fired);
    this.#throughEncoder(input.noise, input.klWeight / batch);
    const squared = decoded.squared / batch;
    return { loss: squared + input.klWeight * kl + aux, fvu: squared / d, l0, kl };
  }

  /** Leaves pre-activations and logarithms of variances, biases included and not yet clipped, where their products lie; and z. */
  #encode({ x, noise }: VariationalInput): void {
    const { batch, d, dSae } = this.#sizes;
    const { b_enc, b_dec, b_var } = this.parameters;
    const { x: centred, y: pre } = this.#means;
    for (let i = 0; i < batch * d; i += 1) centred[i] = (x[i] ?? 0) - (b_dec[i % d] ?? 0);
    this.#means.run();
    this.#logVariances?.x.set(centred);
    this.#logVariances?.run();
    addToRows(pre, b_enc);
    if (this.#logVariances !== null && b_var !== undefined) addToRows(this.#logVariances.y, b_var);
    for (let at = 0; at < batch * dSae; at += 1) this.#z[at] = Math.max(0, pre[at] ?? 0) + (noise[at] ?? 0) * this.#sigmaAt(at);
  }

  #sigmaAt(at: number): number {
    return this.#logVariances === null ? 1 : Math.exp(clampedLog(this.#logVariances.y[at] ?? 0) / 2);
  }

  /** The mean divergence. What z owes to it begins the sum of what z owes; a learned variance's is of μ and σ, not of z. */
  #divergence(weight: number): number {
    const { batch, dSae } = this.#sizes;
    const { y: pre } = this.#means;
    let sum = 0;
    for (let at = 0; at < batch * dSae; at += 1) {
      if (this.#logVariances === null) {
        const z = this.#z[at] ?? 0;
        sum += z * z;
        this.#owed[at] = weight * z;
      } else {
        const mean = Math.min(LARGEST_MEAN, Math.max(0, pre[at] ?? 0));
        const log = clampedLog(this.#logVariances.y[at] ?? 0);
        sum += mean * mean + Math.exp(log) - 1 - log;
        this.#owed[at] = 0;
      }
    }
    return (0.5 * sum) / batch;
  }

  /** Chooses the entries of z that are largest in magnitude, among all features or some. */
  #largest(most: number, among: readonly number[] | null): (token: number) => LargestOf {
    const { dSae } = this.#sizes;
    const top = new LargestOf(most);
    return (token) => {
      const from = token * dSae;
      top.clear();
      if (among === null) for (let feature = 0; feature < dSae; feature += 1) top.offer(feature, Math.abs(this.#z[from + feature] ?? 0), most);
      else for (const feature of among) top.offer(feature, Math.abs(this.#z[from + feature] ?? 0), most);
      top.sort();
      for (let j = 0; j < top.count; j += 1) top.values[j] = this.#z[from + (top.indices[j] ?? 0)] ?? 0;
      return top;
    };
  }

  /** Marks what fires when z = μ. @returns how many per token */
  #firing(fired: Uint8Array): number {
    const { batch, dSae, k } = this.#sizes;
    const top = new LargestOf(k);
    let firing = 0;
    fired.fill(0);
    for (let token = 0; token < batch; token += 1) {
      top.clear();
      for (let feature = 0; feature < dSae; feature += 1) top.offer(feature, this.#means.y[token * dSae + feature] ?? 0, k);
      top.keepPositive();
      for (let j = 0; j < top.count; j += 1) fired[top.indices[j] ?? 0] = 1;
      firing += top.count;
    }
    return firing / batch;
  }

  /** From what z owes to what μ and ln σ² owe, and on to the encoder. */
  #throughEncoder(noise: Float32Array, klWeight: number): void {
    const { d } = this.#sizes;
    const { parameters, gradients } = this;
    const { y: pre } = this.#means;
    const raw = this.#logVariances?.y ?? null;
    this.#toWeights(gradients.W_enc, gradients.b_enc, (at) => {
      const value = pre[at] ?? 0;
      if (value <= 0) return 0; // the ReLU
      return (this.#owed[at] ?? 0) + (raw !== null && value <= LARGEST_MEAN ? klWeight * value : 0);
    });
    throughInputBias(parameters.W_enc, gradients.b_enc, gradients, d);
    if (raw === null || parameters.W_var === undefined || gradients.W_var === undefined || gradients.b_var === undefined) return;
    this.#toWeights(gradients.W_var, gradients.b_var, (at) => {
      const log = raw[at] ?? 0;
      if (log < LOG_VARIANCE[0] || log > LOG_VARIANCE[1]) return 0; // the clamp
      const sigma = Math.exp(log / 2);
      return 0.5 * ((this.#owed[at] ?? 0) * (noise[at] ?? 0) * sigma + klWeight * (sigma * sigma - 1));
    });
    throughInputBias(parameters.W_var, gradients.b_var, gradients, d);
  }

  /** The gradients of a matrix and its bias. @param dPre ∂loss/∂ what they give, at token · d_sae + feature */
  #toWeights(W: Float32Array, b: Float32Array, dPre: (at: number) => number): void {
    const { batch, d, dSae } = this.#sizes;
    const { x: transposed, w: columns, y } = this.#back;
    const { x: centred } = this.#means;
    for (let i = 0; i < d; i += 1) for (let token = 0; token < batch; token += 1) columns[i * batch + token] = centred[token * d + i] ?? 0;
    for (let feature = 0; feature < dSae; feature += 1) {
      let sum = 0;
      for (let token = 0; token < batch; token += 1) {
        const value = dPre(token * dSae + feature);
        transposed[feature * batch + token] = value;
        sum += value;
      }
      b[feature] = sum;
    }
    this.#back.run();
    W.set(y);
  }
}

const clampedLog = (value: number) => Math.min(LOG_VARIANCE[1], Math.max(LOG_VARIANCE[0], value));

/** Adds a bias to every row. */
function addToRows(rows: Float32Array, bias: Float32Array): void {
  for (let from = 0; from < rows.length; from += bias.length) for (let i = 0; i < bias.length; i += 1) rows[from + i] = (rows[from + i] ?? 0) + (bias[i] ?? 0);
}

/** Σ‖r − r̄‖² over a batch. @param rows [batch, d] */
function spreadOf(rows: Float32Array, batch: number, d: number): number {
  let spread = 0;
  for (let i = 0; i < d; i += 1) {
    let mean = 0;
    for (let row = 0; row < batch; row += 1) mean += (rows[row * d + i] ?? 0) / batch;
    for (let row = 0; row < batch; row += 1) spread += ((rows[row * d + i] ?? 0) - mean) ** 2;
  }
  return spread;
}
