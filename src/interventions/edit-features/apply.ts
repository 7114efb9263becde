import { add, blend, columns, concatColumns, decodeRows, encodeRows, isWholeMask, maximum, mul, neg, positionMask, reshape, scale, sub, zerosLike, type HookEntry, type PassContext, type Tensor } from '../../engine';
import { at } from '../../lib/assert';
import type { Selection } from '../change-rows';
import { groupsOf, type Edit, type EditGroup, type Site } from './edits';
import { fewFeatures, type FewFeatures } from './features';

/** One change alone. See `hooksTogether`. */
export function hooks(site: Site): readonly HookEntry[] {
  return hooksTogether([site]);
}

/**
 * h ← h + (f′ − f) · W_dec at the positions, or without the error term h ← D(f′). All changes of one dictionary that follow one
 * another see the same encoding. A transcoder reads at one hook point and is edited at another.
 *
 * @throws UserError for a feature or a hook point that isn't the dictionary's.
 */
export function hooksTogether(sites: readonly Site[]): readonly HookEntry[] {
  return groupsOf(sites).flatMap(hooksOf);
}

let transcoders = 0;

function hooksOf(group: EditGroup): HookEntry[] {
  const { hookName, hookNameOut } = group.dictionary.info.spec;
  if (group.keepError && group.edits.length === 0) return [];
  const few = fewFeatures(group.dictionary, group.features);
  if (hookName === hookNameOut) return [[hookName, (h, context) => write(group, h, outcomeOf(group, few, flatRows(h, context), context), context)]];
  transcoders += 1; // several may write at one point: each finds its own again
  const [changeKey, baseKey] = [`edit-features ${transcoders} change`, `edit-features ${transcoders} base`];
  return [
    [
      hookName,
      (x, context) => {
        const { change, base } = outcomeOf(group, few, flatRows(x, context), context);
        if (change !== null) context.state.set(changeKey, change);
        if (base !== null) context.state.set(baseKey, base);
      },
    ],
    [hookNameOut, (h, context) => write(group, h, { change: context.state.get(changeKey) ?? null, base: context.state.get(baseKey) ?? null }, context)],
  ];
}

/** What the changes come to in one pass, [pos, d_out] each; null where there is nothing to do. */
interface Outcome {
  /** Added; zero in the rows that no change names. */
  readonly change: Tensor | null;
  /** The reconstruction, which stands in for the activation when the error isn't kept. */
  readonly base: Tensor | null;
}

/** @param x [pos, d_in] */
function outcomeOf({ dictionary, keepError, features, edits, selections }: EditGroup, few: FewFeatures, x: Tensor, context: PassContext): Outcome {
  if (selections.every((selection) => maskOf(selection, context) === null)) return { change: null, base: null };
  const all = keepError ? null : encodeRows(dictionary, x); // [pos, d_sae]
  let known: Tensor | null = null;
  const f = () => (known ??= all === null ? few.activations(x) : columns(all, features)); // [pos, feature]; adding alone needs none
  const deltas: (Tensor | null)[] = features.map(() => null); // [pos, 1] each
  for (const edit of edits) {
    const mask = maskOf(edit.selection, context);
    if (mask === null) continue;
    const before = deltas[edit.column] ?? null;
    const current = () => {
      const own = columns(f(), [edit.column]); // [pos, 1]
      return before === null ? own : add(own, before);
    };
    const delta = deltaOf(edit, current, mask);
    deltas[edit.column] = before === null ? delta : add(before, delta);
  }
  const some = deltas.find((delta) => delta !== null) ?? null;
  const change = some === null ? null : few.written(concatColumns(deltas.map((delta) => delta ?? zerosLike(some))), x);
  return { change, base: all === null ? null : decodeRows(dictionary, all, x) };
}

/** f′ − f of one feature, [pos, 1], zero where the mask is. */
function deltaOf({ op, coefficient }: Edit, f: () => Tensor, mask: Tensor): Tensor {
  if (op === 'add') return scale(mask, coefficient);
  const delta = {
    clamp: () => sub(coefficient, f()),
    scale: () => scale(f(), coefficient - 1),
    ablate: () => neg(f()),
    'min-clamp': () => maximum(sub(coefficient, f()), 0),
  }[op]();
  return isWholeMask(mask) ? delta : mul(delta, mask);
}

function write({ selections }: EditGroup, h: Tensor, { change, base }: Outcome, context: PassContext): Tensor | undefined {
  const flat = flatRows(h, context); // [pos, d_out]
  if (base === null) return change === null ? undefined : reshape(add(flat, change), h.shape);
  const masks = selections.map((selection) => maskOf(selection, context)).filter((mask) => mask !== null);
  const mask = masks.find(isWholeMask) ?? masks.reduce((sum, one) => maximum(sum, one), at(masks, 0));
  return reshape(blend(flat, change === null ? base : add(base, change), mask), h.shape);
}

const flatRows = (x: Tensor, { length }: PassContext): Tensor => reshape(x, [length, x.size / length]);

/** As `changeRows` chooses: positions that are named by number are taken at their word. */
const maskOf = ({ positions, skipBos }: Selection, context: PassContext): Tensor | null =>
  positionMask(context, positions, { skipBos: skipBos && typeof positions === 'string' });
