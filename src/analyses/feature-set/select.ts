/**
 * The largest activation of every feature over the tokens of a prompt, the start token left out.
 *
 * @param f [pos, d_sae]
 */
export function maximaOver(f: Float32Array, dSae: number, skipBos: boolean): Float32Array {
  const most = new Float32Array(dSae);
  for (let entry = skipBos ? dSae : 0; entry < f.length; entry += 1) {
    const feature = entry % dSae;
    most[feature] = Math.max(most[feature] ?? 0, f[entry] ?? 0);
  }
  return most;
}

/** The `count` features with the largest maxima, largest first, silent ones left out; of equal ones the lower index. */
export function topOf(maxima: Float32Array, count: number): number[] {
  const active: number[] = [];
  for (let feature = 0; feature < maxima.length; feature += 1) if ((maxima[feature] ?? 0) > 0) active.push(feature);
  return active.sort((a, b) => (maxima[b] ?? 0) - (maxima[a] ?? 0) || a - b).slice(0, count);
}

/** Elementwise maximum. */
export function largest(lists: readonly Float32Array[], length: number): Float32Array {
  const most = new Float32Array(length);
  for (const list of lists) list.forEach((value, index) => (most[index] = Math.max(most[index] ?? 0, value)));
  return most;
}

/** S = top(concept) \ ∪ top(each prompt to be kept), in the order of the concept's list. */
export function conceptSet(concept: readonly Float32Array[], retain: readonly Float32Array[], top: number, dSae: number): number[] {
  const kept = new Set(retain.flatMap((maxima) => topOf(maxima, top)));
  return topOf(largest(concept, dSae), top).filter((feature) => !kept.has(feature));
}

/** Share of the least score of the concept's prompts that a prompt has to reach. */
export const THRESHOLD_SHARE = 0.99;

/** τ = 0.99 · the least score of the concept's prompts: by construction none of them is missed. */
export function thresholdOf(conceptScores: readonly number[]): number {
  return THRESHOLD_SHARE * Math.min(...conceptScores);
}

/** Mean squared difference between two arrays [pos, d] over positions, the start token left out, and d. 0 where nothing is left. */
export function meanSquaredDifference(a: Float32Array, b: Float32Array, d: number, skipBos: boolean): number {
  let sum = 0;
  const from = skipBos ? d : 0;
  for (let i = from; i < a.length; i += 1) sum += ((a[i] ?? 0) - (b[i] ?? 0)) ** 2;
  return a.length > from ? sum / (a.length - from) : 0;
}
