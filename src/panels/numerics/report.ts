import { parseHook, type BlockPoint, type HookName, type OuterPoint } from '../../anatomy/hook-names';
import type { BackendName } from '../../anatomy/run';
import type { WeightStorage } from '../../anatomy/weights';
import { differenceOf } from '../../lib/difference';
import type { NamedArray } from '../../anatomy/named-array';
import type { FoldingState } from './folding';

/** The largest error, as a share of the largest |value| at a hook point, at which numbers count as equal: that of the golden tests. */
export const TOLERANCE = 1e-4;

/** One hook point on both backends. */
export interface HookDifference {
  readonly hook: HookName;
  /** Null outside the blocks. */
  readonly layer: number | null;
  readonly point: BlockPoint | OuterPoint;
  readonly maxError: number;
  /** Largest finite |value| of the reference. */
  readonly largest: number;
  readonly share: number;
  /** The position of the largest error (the query's, for scores and patterns); null where nothing differs. */
  readonly pos: number | null;
}

/** What came out of one comparison. */
export interface NumericsReport {
  readonly model: string;
  readonly backend: BackendName;
  readonly device: string | null;
  readonly reference: BackendName;
  /** Positions compared, of how many there are. */
  readonly nPos: number;
  readonly ofPos: number;
  readonly differences: readonly HookDifference[];
  /** Positions at which the likeliest next token is the same. */
  readonly agreeing: number;
  /** Of the disagreeing ones the least near to a tie: `margin` in nats; null where all agree. */
  readonly disagreement: { readonly pos: number; readonly given: number; readonly right: number; readonly margin: number } | null;
  /** Over all positions and the whole vocabulary, nats. */
  readonly maxLogprob: number;
  readonly maxLogprobPos: number;
  readonly folding: FoldingState;
  /** How the big matrices were kept, as the answers say; the reference has them in float32. */
  readonly storage: WeightStorage;
  /** What arithmetic was done in, as the answers say. */
  readonly dtype: string;
  readonly milliseconds: { readonly given: number; readonly reference: number };
}

/** Compares one hook point. @throws when the shapes differ. */
export function compareHook(hook: HookName, given: NamedArray, right: NamedArray): HookDifference {
  const parsed = parseHook(hook);
  if (parsed === null || given.shape.join() !== right.shape.join())
    throw new Error(`${hook} is [${given.shape.join(', ')}] here and [${right.shape.join(', ')}] in the reference.`);
  const { maxError, largest, share, index } = differenceOf(given.data, right.data);
  return { hook, ...parsed, maxError, largest, share, pos: index < 0 ? null : positionOf(right, index) };
}

/** Which position an index into the data belongs to. */
function positionOf({ axes, shape }: NamedArray, index: number): number | null {
  const axis = axes.findIndex((name) => name === 'pos' || name === 'query_pos');
  if (axis < 0) return null;
  const inner = shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  return Math.floor(index / inner) % (shape[axis] ?? 1);
}

/** Hook points beyond the tolerance, the worst first; NaN and infinities count. */
export function exceeding(differences: readonly HookDifference[]): readonly HookDifference[] {
  return differences.filter(({ share }) => !(share <= TOLERANCE)).sort((a, b) => b.share - a.share);
}

/** The first hook point beyond the tolerance in the order of the forward pass: where an error comes from, as far as can be told. */
export function firstExceeding(differences: readonly HookDifference[]): HookDifference | null {
  return differences.find(({ share }) => !(share <= TOLERANCE)) ?? null;
}
