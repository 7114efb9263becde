/** How activity is spread over units. */
export interface Spread {
  /** −Σ p ln p, in nats. */
  readonly entropy: number;
  /** exp of it: the number of units, had all the same share. */
  readonly effective: number;
  /** Units with any activity. */
  readonly active: number;
}

/** Added to each share before the logarithm; shares are then made to sum to 1 again. */
const TINY = 1e-10;

/**
 * p_i = m_i / Σm, S = −Σ p ln p, F = exp(S). Of masses that are all 0 there is no spread: NaN.
 *
 * @param masses Σ|f_i| over samples, one per unit.
 */
export function spreadOf(masses: ArrayLike<number>): Spread {
  let total = 0;
  let active = 0;
  for (let i = 0; i < masses.length; i += 1) {
    total += masses[i] ?? 0;
    if ((masses[i] ?? 0) > 0) active += 1;
  }
  if (total === 0) return { entropy: NaN, effective: NaN, active: 0 };
  const norm = 1 + TINY * masses.length;
  let entropy = 0;
  for (let i = 0; i < masses.length; i += 1) {
    const p = ((masses[i] ?? 0) / total + TINY) / norm;
    entropy -= p * Math.log(p);
  }
  return { entropy, effective: Math.exp(entropy), active };
}
