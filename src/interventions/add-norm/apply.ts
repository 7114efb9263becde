import { expectRow } from '../../anatomy/rows';
import { add, fromConstant, mul, norm, scale, type HookEntry, type PassContext, type Tensor } from '../../engine';
import { UserError } from '../../lib/errors';
import { unitVector } from '../../lib/vectors';
import { changeRows } from '../change-rows';
import type { InterventionSite } from '../types';
import type { params as settings } from './index';

type Site = InterventionSite<typeof settings>;

/**
 * h ← h + s · ‖h‖₂ · v/‖v‖₂ at the positions, ‖·‖ of each position's own activation. With `lastOnly` at the last token of the prompt
 * and at every one after it.
 *
 * @throws UserError without a direction, or when it doesn't fit the hook point.
 */
export function hooks({ at, positions, params, direction, config }: Site): readonly HookEntry[] {
  if (direction === null) throw new UserError('no-direction', 'adding needs a direction.');
  expectRow(at, config, direction);
  const { coefficient, cap, lastOnly, skipBos } = params;
  const size = cap > 0 ? Math.min(cap, Math.max(-cap, coefficient)) : coefficient;
  const unit = unitVector(direction);
  if (size === 0 || unit === null) return [];
  const change = (rows: Tensor) => add(rows, mul(scale(norm(rows), size), fromConstant(unit.values, [1, unit.values.length])));
  return [[at, (x, context) => changeRows(x, context, { positions: lastOnly ? predicting(context) : positions, skipBos }, change)]];
}

/** Positions of this pass from the last one of the prompt on. */
function predicting({ offset, length, promptLength }: PassContext): readonly number[] {
  const first = Math.max(offset, promptLength - 1);
  return Array.from({ length: Math.max(0, offset + length - first) }, (_, i) => first + i);
}
