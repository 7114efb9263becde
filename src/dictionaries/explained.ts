/** How well reconstructions fit, collected row by row. */
export interface Fit {
  /** [pos] ‖x‖ */
  readonly norms: Float32Array;
  /** [pos] ‖x − x̂‖ of the rows that were added. */
  readonly errorNorms: Float32Array;
  add(pos: number, xHat: Float32Array): void;
  /**
   * 1 − Σ‖x − x̂‖² / Σ‖x − x̄‖², x̄ the mean row: sums over rows and components before dividing, as opposed to a mean of ratios,
   * which is another number. NaN where nothing varies.
   */
  explainedVariance(): number;
}

/**
 * @param x [pos, width]
 * @param from rows before this one count in no mean: the norm of BOS is many times any other's.
 */
export function createFit(x: Float32Array, width: number, from: number): Fit {
  const nPos = x.length / width;
  const errors = new Float64Array(nPos);
  const norms = Float32Array.from({ length: nPos }, (_, pos) => Math.sqrt(squares(x.subarray(pos * width, (pos + 1) * width))));
  const errorNorms = new Float32Array(nPos);
  return {
    norms,
    errorNorms,
    add(pos, xHat) {
      let sum = 0;
      for (let i = 0; i < width; i += 1) sum += ((x[pos * width + i] ?? 0) - (xHat[i] ?? 0)) ** 2;
      errors[pos] = sum;
      errorNorms[pos] = Math.sqrt(sum);
    },
    explainedVariance() {
      const mean = new Float64Array(width);
      const count = nPos - from;
      for (let pos = from; pos < nPos; pos += 1) for (let i = 0; i < width; i += 1) mean[i] = (mean[i] ?? 0) + (x[pos * width + i] ?? 0) / count;
      let [missed, total] = [0, 0];
      for (let pos = from; pos < nPos; pos += 1) {
        missed += errors[pos] ?? 0;
        for (let i = 0; i < width; i += 1) total += ((x[pos * width + i] ?? 0) - (mean[i] ?? 0)) ** 2;
      }
      return total === 0 ? NaN : 1 - missed / total;
    },
  };
}

function squares(row: Float32Array): number {
  return row.reduce((sum, value) => sum + value * value, 0);
}
