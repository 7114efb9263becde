import type { LayoutColumn } from './document';

const WHOLE = 100;
/** A panel more makes a third column before it makes a column of three: a picture needs height. */
const USUAL_COLUMNS = 3;
const USUAL_ROWS = 2;

/** Ids of the panels that stand in the layout, column by column. */
export function panelsIn(layout: readonly LayoutColumn[]): readonly string[] {
  return layout.flatMap((column) => column.panels.map((panel) => panel.id));
}

/**
 * The layout with the panel in it; unchanged when it is open already. It comes under the others of the column that has the fewest,
 * or, where every column holds two and there are fewer than three, in a new one on the right.
 */
export function withPanel(layout: readonly LayoutColumn[], id: string): readonly LayoutColumn[] {
  if (panelsIn(layout).includes(id)) return layout;
  if (layout.length === 0) return [{ size: WHOLE, panels: [{ id, size: WHOLE }] }];
  const fewest = Math.min(...layout.map((column) => column.panels.length));
  if (fewest >= USUAL_ROWS && layout.length < USUAL_COLUMNS) return fill([...layout, { size: WHOLE / layout.length, panels: [{ id, size: WHOLE }] }]);
  const target = layout.findLastIndex((column) => column.panels.length === fewest);
  return layout.map((column, index) => {
    if (index !== target) return column;
    const share = WHOLE / (column.panels.length + 1);
    const others = column.panels.map((panel) => ({ id: panel.id, size: (panel.size * (WHOLE - share)) / WHOLE }));
    return { size: column.size, panels: [...others, { id, size: share }] };
  });
}

/** The layout without the panel: its neighbours grow, and a column left empty goes. */
export function withoutPanel(layout: readonly LayoutColumn[], id: string): readonly LayoutColumn[] {
  if (!panelsIn(layout).includes(id)) return layout;
  const columns = layout
    .map((column) => ({ size: column.size, panels: fill(column.panels.filter((panel) => panel.id !== id)) }))
    .filter((column) => column.panels.length > 0);
  return fill(columns);
}

/** The same shares, made to sum to 100. */
function fill<T extends { readonly size: number }>(parts: readonly T[]): T[] {
  const sum = parts.reduce((total, part) => total + part.size, 0);
  return parts.map((part) => ({ ...part, size: sum > 0 ? (part.size * WHOLE) / sum : WHOLE / parts.length }));
}
