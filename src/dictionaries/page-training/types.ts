/** What a training is asked for. Everything that decides its result, besides the activations. */
export interface TrainingSettings {
  /** Features kept per token. */
  readonly k: number;
  /** Number of features, d_sae. */
  readonly dSae: number;
  /** Tokens per step. */
  readonly batch: number;
  readonly steps: number;
  /** Of Adam, after warm-up and before the decay at the end. */
  readonly lr: number;
  readonly seed: number;
  /** A feature counts as dead when it was silent for this many tokens. */
  readonly deadAfter: number;
  /** Left out: a TopK dictionary. */
  readonly variational?: VariationalSettings;
}

/** What a variational dictionary (VSAETopK) is trained with, besides. */
export interface VariationalSettings {
  /** c_KL: what a nat of divergence costs, in units of the squared error of scaled activations. */
  readonly klCoefficient: number;
  /**
   * `unit`: σ = 1. `learned`: ln σ² = x·W_var + b_var, held between −6 and 2. `none`: σ = 1 in the divergence, but no noise is drawn,
   * as in the authors' code where no variance is learned.
   */
  readonly variance: 'unit' | 'learned' | 'none';
}

/** The parameters, and whatever has their shapes. Features are rows: [d_sae, d] also for the encoder. */
export interface TrainingArrays {
  readonly W_enc: Float32Array;
  readonly b_enc: Float32Array;
  readonly W_dec: Float32Array;
  readonly b_dec: Float32Array;
  /** [d_sae, d] and [d_sae], where a variance is learned. */
  readonly W_var?: Float32Array;
  readonly b_var?: Float32Array;
}

/** A training between two steps: with the same activations it goes on from here as if it had never stopped. */
export interface TrainingState {
  readonly settings: TrainingSettings;
  readonly d: number;
  readonly step: number;
  readonly parameters: TrainingArrays;
  /** Adam's running means of the gradient and of its square. */
  readonly first: TrainingArrays;
  readonly second: TrainingArrays;
  /** [d_sae]. Tokens since each feature last fired. */
  readonly silent: Float64Array;
  readonly points: readonly TrainingPoint[];
  /** Sums since the last point, so that a pause does not change the curve. */
  readonly pending: PointSums;
}

export interface PointSums {
  readonly steps: number;
  readonly loss: number;
  readonly fvu: number;
  readonly l0: number;
  readonly kl: number;
}

/** One point of the curves: means over the steps since the point before. */
export interface TrainingPoint {
  readonly step: number;
  /** What is made smaller: of a TopK dictionary as a share of the variance, of a variational one a sum of squares of scaled activations. */
  readonly loss: number;
  /** Σ‖x − x̂‖² of the batch over the variance of all activations. */
  readonly fvu: number;
  /** Features that fire, per token; of a variational dictionary without its noise. */
  readonly l0: number;
  /** Share of features, 0 to 1, that were silent for `deadAfter` tokens. */
  readonly dead: number;
  /** Of a variational dictionary: mean divergence of a token's code from N(0, 1), nats. */
  readonly kl?: number;
}

/** What a step tells of its batch. */
export interface StepFigures {
  readonly loss: number;
  readonly fvu: number;
  readonly l0: number;
  /** As in `TrainingPoint`. */
  readonly kl?: number;
}

/** Share of the auxiliary loss in the loss: OpenAI's 1/32. */
export const AUX_COEFFICIENT = 1 / 32;
