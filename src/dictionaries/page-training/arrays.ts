import type { TrainingArrays } from './types';

/** The parameters by name; the last two only where a variance is learned. */
export const ARRAY_NAMES = ['W_enc', 'b_enc', 'W_dec', 'b_dec', 'W_var', 'b_var'] as const;

/** Arrays made of those that are there, under the same names. */
export function mapArrays(of: TrainingArrays, make: (values: Float32Array) => Float32Array): TrainingArrays {
  const { W_enc, b_enc, W_dec, b_dec, W_var, b_var } = of;
  return {
    W_enc: make(W_enc),
    b_enc: make(b_enc),
    W_dec: make(W_dec),
    b_dec: make(b_dec),
    ...(W_var === undefined ? {} : { W_var: make(W_var) }),
    ...(b_var === undefined ? {} : { b_var: make(b_var) }),
  };
}

export const zerosLike = (of: TrainingArrays): TrainingArrays => mapArrays(of, (values) => new Float32Array(values.length));
export const copied = (of: TrainingArrays): TrainingArrays => mapArrays(of, (values) => values.slice());
