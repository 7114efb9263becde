import { largest } from '../encode';

/** A variational dictionary (VSAETopK). Row-vector convention, row-major. */
export interface VariationalWeights {
  /** [d, d_sae] */
  readonly W_enc: Float32Array;
  /** [d_sae] */
  readonly b_enc: Float32Array;
  /** [d_sae, d] */
  readonly W_dec: Float32Array;
  /** [d] */
  readonly b_dec: Float32Array;
  /** W_var [d, d_sae] and b_var [d_sae]; null: the variance is 1. */
  readonly variance: { readonly W_var: Float32Array; readonly b_var: Float32Array } | null;
}

export interface VariationalCode {
  /** [d_sae]: the k entries of largest magnitude, with their signs. */
  readonly f: Float64Array;
  /** [d] */
  readonly xHat: Float64Array;
  /** Kullback–Leibler divergence of the code from N(0, 1), nats. */
  readonly kl: number;
}

const LOG_VARIANCE = [-6, 2] as const;
/** Means beyond it count as it in the divergence. */
const LARGEST_MEAN = 10;

/**
 * One activation through a variational dictionary, as the authors' VSAETopK does it: μ = ReLU(x·W_enc + b_enc), z = μ + ε·σ while
 * training and z = μ otherwise, the k largest |z| kept with their signs. KL = ½ Σ(μ² + σ² − 1 − ln σ²); with fixed variance ½ Σ z².
 *
 * @param x [d] @param noise [d_sae] ε from N(0, 1): a training pass. Null: evaluation.
 */
export function variationalCode(weights: VariationalWeights, x: ArrayLike<number>, k: number, noise: ArrayLike<number> | null = null): VariationalCode {
  const { W_enc, b_enc, W_dec, b_dec, variance } = weights;
  const mu = affine(x, W_enc, b_enc).map((value) => Math.max(0, value));
  const logVariance = variance === null ? null : affine(x, variance.W_var, variance.b_var).map((value) => Math.min(LOG_VARIANCE[1], Math.max(LOG_VARIANCE[0], value)));
  const z = noise === null ? mu : mu.map((value, i) => value + (noise[i] ?? 0) * Math.exp((logVariance?.[i] ?? 0) / 2));
  const f = new Float64Array(z.length);
  for (const index of largest(z.map(Math.abs), k)) f[index] = z[index] ?? 0;
  const xHat = Float64Array.from(b_dec);
  const d = b_dec.length;
  f.forEach((value, feature) => {
    if (value !== 0) for (let i = 0; i < d; i += 1) xHat[i] = (xHat[i] ?? 0) + value * (W_dec[feature * d + i] ?? 0);
  });
  const kl = z.reduce((sum, value, i) => {
    if (logVariance === null) return sum + 0.5 * value ** 2;
    const [mean, log] = [Math.min(LARGEST_MEAN, mu[i] ?? 0), logVariance[i] ?? 0];
    return sum + 0.5 * (mean ** 2 + Math.exp(log) - 1 - log);
  }, 0);
  return { f, xHat, kl };
}

/** x · W + b. @param W [d, columns] */
function affine(x: ArrayLike<number>, W: Float32Array, b: Float32Array): Float64Array {
  const out = Float64Array.from(b);
  for (let row = 0; row < x.length; row += 1) for (let i = 0; i < out.length; i += 1) out[i] = (out[i] ?? 0) + (x[row] ?? 0) * (W[row * out.length + i] ?? 0);
  return out;
}
