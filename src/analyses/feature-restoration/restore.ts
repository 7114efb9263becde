/**
 * z′ = z_u + α (z_o − z_u) for the experts, z_u for all other features.
 *
 * @param zU activations of the changed run, [pos, d_sae]
 * @param zO of the unchanged one
 */
export function restored(zU: Float32Array, zO: Float32Array, options: { experts: readonly number[]; alpha: number; dSae: number }): Float32Array {
  const { experts, alpha, dSae } = options;
  const out = zU.slice();
  for (let row = 0; row < out.length; row += dSae)
    for (const expert of experts) {
      const from = zU[row + expert] ?? 0;
      out[row + expert] = from + alpha * ((zO[row + expert] ?? 0) - from);
    }
  return out;
}

/** Mean |z_o − z_u| of every feature over positions, the start token left out. [d_sae] */
export function movedBy(zU: Float32Array, zO: Float32Array, dSae: number, skipBos: boolean): Float32Array {
  const moved = new Float32Array(dSae);
  const from = skipBos ? dSae : 0;
  const positions = (zU.length - from) / dSae;
  for (let entry = from; entry < zU.length; entry += 1) {
    const feature = entry % dSae;
    moved[feature] = (moved[feature] ?? 0) + Math.abs((zO[entry] ?? 0) - (zU[entry] ?? 0)) / positions;
  }
  return moved;
}

/** The features that moved most, largest first; those that didn't move are left out. */
export function mostMoved(moved: Float32Array, count: number): number[] {
  const order = [...moved.keys()].filter((feature) => (moved[feature] ?? 0) > 0);
  return order.sort((a, b) => (moved[b] ?? 0) - (moved[a] ?? 0) || a - b).slice(0, count);
}

/** Features that fire in either run outside of the start token, the experts left out: where random ones are drawn from. */
export function activeOthers(zU: Float32Array, zO: Float32Array, experts: readonly number[], dSae: number, skipBos: boolean): number[] {
  const taken = new Set(experts);
  const active = new Set<number>();
  for (let entry = skipBos ? dSae : 0; entry < zU.length; entry += 1) {
    const feature = entry % dSae;
    if (!taken.has(feature) && ((zU[entry] ?? 0) > 0 || (zO[entry] ?? 0) > 0)) active.add(feature);
  }
  return [...active].sort((a, b) => a - b);
}

/** The share of what was lost that came back; null where nothing was lost. */
export function restorationRate(original: number, changed: number, now: number): number | null {
  const lost = original - changed;
  return Math.abs(lost) < LEAST_LOSS ? null : (now - changed) / lost;
}

/** Nats: below this a share would be one of rounding errors. */
const LEAST_LOSS = 1e-3;
