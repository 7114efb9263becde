/** −Σ p log₂ p, in bits. Zeros count as nothing. */
export function entropyBits(p: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < p.length; i += 1) {
    const value = p[i] ?? 0;
    if (value > 0) sum -= value * Math.log2(value);
  }
  return sum;
}

/**
 * Jensen–Shannon divergence of k distributions of equal weight, in bits: H(mean) − mean of H. From 0, all the same, to log₂ k.
 *
 * @param rows k distributions over the same bins.
 */
export function jensenShannon(rows: readonly ArrayLike<number>[]): number {
  const bins = rows[0]?.length ?? 0;
  const mean = Float64Array.from({ length: bins }, (_, bin) => rows.reduce((sum, row) => sum + (row[bin] ?? 0), 0) / rows.length);
  const entropies = rows.reduce((sum, row) => sum + entropyBits(row), 0) / rows.length;
  // Rounding can leave −1e-16 for equal rows; a divergence is never negative.
  return Math.max(0, entropyBits(mean) - entropies);
}

/** √(JSD / log₂ k), from 0 to 1. @param divergence in bits; what bias correction left below 0 is 0. */
export function distanceOf(divergence: number, k: number): number {
  return Math.sqrt(Math.max(0, divergence) / Math.log2(k));
}
