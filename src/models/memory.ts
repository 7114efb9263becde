import type { WeightStorage } from '../anatomy/weights';
import { UserError } from '../lib/errors';
import { megabytes } from './files';

export interface MemoryLimits {
  /** Bytes that this device can be expected to spare for a model. */
  readonly total: number;
  /** Bytes that the weights can take: a WebAssembly heap ends there. */
  readonly weights: number;
}

const GIB = 2 ** 30;
/** Assumed where the browser doesn't tell: what most devices of today have at least. */
const ASSUMED_GIB = 4;

/** What this device can take. `deviceMemory` is rounded and capped by the browser, so that this is an estimate. */
export function deviceLimits(): MemoryLimits {
  const told: unknown = typeof navigator === 'undefined' ? undefined : Reflect.get(navigator, 'deviceMemory');
  return { total: (typeof told === 'number' && told > 0 ? told : ASSUMED_GIB) * GIB, weights: 2 * GIB };
}

/**
 * Refuses a model that clearly can't be held, before its weights are fetched. Needed: the weights as they are to be kept, and the files
 * as they are where nothing but memory can keep them until another backend wants them.
 *
 * @param weights in bytes, kept as `storage`.
 * @param heldBytes of files that have to stay in memory. @throws UserError `too-large`, with what is needed and what is there.
 */
export function checkMemory(
  { parameters, weights, storage }: { readonly parameters: number; readonly weights: number; readonly storage: WeightStorage },
  heldBytes: number,
  limits: MemoryLimits,
): void {
  const needed = weights + heldBytes;
  const size = `This model has ${(parameters / 1e6).toFixed(1)} million parameters`;
  const advice = storage === 'int8' ? 'Choose a smaller model.' : 'Choose a smaller model, or a storage that takes less.';
  if (weights > limits.weights)
    throw new UserError('too-large', `${size}, ${megabytes(weights)} as ${storage}; at most ${megabytes(limits.weights)} can be held here. ${advice}`);
  if (needed > limits.total)
    throw new UserError('too-large', `${size} and needs about ${megabytes(needed)} of memory as ${storage}; this device has about ${megabytes(limits.total)}. ${advice}`);
}
