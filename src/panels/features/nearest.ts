import type { Neighbour } from '../../dictionaries/records';
import { l2Norm } from '../../lib/vectors';

const BATCH = 1024;

/**
 * The features whose decoder rows point most nearly the same way: the `count` largest cosines, the feature itself left out. Rows come
 * batch by batch; a row of zeros points nowhere and is left out.
 *
 * @param rowsOf gives decoder rows, [d_out] each.
 */
export async function nearestFeatures(
  feature: number,
  dSae: number,
  count: number,
  rowsOf: (features: readonly number[]) => Promise<readonly Float32Array[]>,
  signal: AbortSignal,
): Promise<readonly Neighbour[]> {
  const [row] = await rowsOf([feature]);
  const norm = row === undefined ? 0 : l2Norm(row);
  if (row === undefined || norm === 0) return [];
  let best: Neighbour[] = [];
  for (let first = 0; first < dSae; first += BATCH) {
    signal.throwIfAborted();
    const indices = Array.from({ length: Math.min(BATCH, dSae - first) }, (_, at) => first + at);
    const rows = await rowsOf(indices);
    for (const [at, other] of rows.entries()) {
      const index = first + at;
      const length = l2Norm(other);
      if (index === feature || length === 0) continue;
      let product = 0;
      for (let i = 0; i < row.length; i += 1) product += (row[i] ?? 0) * (other[i] ?? 0);
      best.push({ dictionary: null, index, cosine: product / (norm * length) });
    }
    best = best.sort((a, b) => b.cosine - a.cosine).slice(0, count);
  }
  return best;
}
