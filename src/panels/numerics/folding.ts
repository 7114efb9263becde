import type { ModelInfo } from '../../anatomy/model-info';
import type { NamedArray } from '../../anatomy/named-array';
import type { WeightStorage } from '../../anatomy/weights';
import { differenceOf } from '../../lib/difference';

/**
 * Whether the weights were changed before use, measured on the run itself. Some tools fold the norms' gains into the next product
 * and centre what is written into the stream; their activations can't be compared with those of weights as stored.
 */
export interface FoldingState {
  /** Norms whose output differs from the normalised stream: their gain or bias is applied, so it was not folded away. */
  readonly normsWithGain: number;
  readonly norms: number;
  /** max over positions of |mean over d_model| / rms of the stream after the last block: near 0 when everything written is centred. */
  readonly streamMean: number;
}

/** Below this a mean is rounding. */
const CENTRED = 1e-5;
const SAME = 1e-6;

/** True when a norm's output is not the normalised stream as it is. */
export function hasGain(normalized: NamedArray, out: NamedArray): boolean {
  return differenceOf(out.data, normalized.data).share > SAME;
}

/** max over positions of |mean| / rms of a stream [pos, d_model]. */
export function streamMean(stream: NamedArray): number {
  const width = stream.shape.at(-1) ?? 1;
  let most = 0;
  for (let start = 0; start < stream.data.length; start += width) {
    const row = stream.data.subarray(start, start + width);
    const sum = row.reduce((total, x) => total + x, 0);
    const squares = row.reduce((total, x) => total + x * x, 0);
    if (squares > 0) most = Math.max(most, Math.abs(sum / width) / Math.sqrt(squares / width));
  }
  return most;
}

/** The state in words. */
export function describeFolding({ normsWithGain, norms, streamMean: mean }: FoldingState): string {
  const gains =
    normsWithGain === norms
      ? `not folded: all ${norms} norms apply a gain or bias of their own`
      : normsWithGain === 0
        ? `folded, or all ones: none of ${norms} norms changes the normalised stream`
        : `partly folded: ${normsWithGain} of ${norms} norms apply a gain or bias of their own`;
  const centring = mean > CENTRED ? `not centred: the stream's mean is up to ${(100 * mean).toPrecision(2)}% of its size` : 'centred: the stream has no mean';
  return `Norm gains: ${gains}. Stream: ${centring}.`;
}

/** True when the weights in use are not the numbers of the file. */
export function isRounded({ storedDtype }: Pick<ModelInfo, 'storedDtype'>, storage: WeightStorage): boolean {
  return storage !== storedDtype && storage !== 'float32';
}

/** What became of the stored numbers, from what the model and the answers say of themselves. */
export function describeStorage(storedDtype: string, storage: WeightStorage, dtype: string): string {
  const kept =
    storage === storedDtype
      ? 'the big matrices are kept so'
      : isRounded({ storedDtype }, storage)
        ? `the big matrices were rounded to ${storage} when loaded${storage === 'int8' ? ', with a scale for each output' : ''}`
        : 'the big matrices were widened to float32 when loaded, which changes no number';
  return `Stored as ${storedDtype}; ${kept}. Computed in ${dtype}; the reference has the numbers of the file in float32.`;
}
