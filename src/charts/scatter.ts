import type { Size } from './size';

/** What of the plane is seen: its middle, and pixels for one unit of the data. */
export interface ScatterView {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

const MARGIN = 12;
const MAX_ZOOM = 200;

/** The view that shows the square from 0 to 1. */
export function wholeView(size: Size): ScatterView {
  return { x: 0.5, y: 0.5, scale: Math.max(1, Math.min(size.width, size.height) - 2 * MARGIN) };
}

/** Where a place of the data stands on the picture. y goes up. */
export function toScreen(view: ScatterView, size: Size, point: Point): Point {
  return { x: size.width / 2 + (point.x - view.x) * view.scale, y: size.height / 2 - (point.y - view.y) * view.scale };
}

/** Which place of the data stands at a pixel. */
export function toData(view: ScatterView, size: Size, pixel: Point): Point {
  return { x: view.x + (pixel.x - size.width / 2) / view.scale, y: view.y - (pixel.y - size.height / 2) / view.scale };
}

/** Zooms so that what is under `pixel` stays there. Not further out than the whole, nor further in than points can be told apart. */
export function zoomAt(view: ScatterView, size: Size, pixel: Point, factor: number): ScatterView {
  const whole = wholeView(size).scale;
  const scale = Math.min(MAX_ZOOM * whole, Math.max(whole, view.scale * factor));
  const fixed = toData(view, size, pixel);
  const moved = { x: fixed.x - (pixel.x - size.width / 2) / scale, y: fixed.y + (pixel.y - size.height / 2) / scale };
  return inside({ ...moved, scale });
}

/** Moves the picture by pixels. */
export function panBy(view: ScatterView, dx: number, dy: number): ScatterView {
  return inside({ ...view, x: view.x - dx / view.scale, y: view.y + dy / view.scale });
}

/** The middle stays on the data. */
const inside = (view: ScatterView): ScatterView => ({ ...view, x: Math.min(1, Math.max(0, view.x)), y: Math.min(1, Math.max(0, view.y)) });

/** Finds points by place. */
export interface PointIndex {
  /** The number of the nearest point within `radius` (in units of the data), or null. */
  nearest(at: Point, radius: number): number | null;
}

const CELLS = 64;

/** @param rows numbers of the points that count; those without a place are left out. */
export function indexPoints(x: Float32Array, y: Float32Array, rows: Uint32Array): PointIndex {
  const cells = new Map<number, number[]>();
  const cellOf = (value: number) => Math.min(CELLS - 1, Math.max(0, Math.floor(value * CELLS)));
  for (const row of rows) {
    const [px, py] = [x[row] ?? NaN, y[row] ?? NaN];
    if (Number.isNaN(px) || Number.isNaN(py)) continue;
    const key = cellOf(px) * CELLS + cellOf(py);
    const cell = cells.get(key);
    if (cell === undefined) cells.set(key, [row]);
    else cell.push(row);
  }
  return {
    nearest(at, radius) {
      let best: number | null = null;
      let bestSquare = radius * radius;
      for (let cx = cellOf(at.x - radius); cx <= cellOf(at.x + radius); cx += 1)
        for (let cy = cellOf(at.y - radius); cy <= cellOf(at.y + radius); cy += 1)
          for (const row of cells.get(cx * CELLS + cy) ?? []) {
            const square = ((x[row] ?? 0) - at.x) ** 2 + ((y[row] ?? 0) - at.y) ** 2;
            if (square > bestSquare) continue;
            bestSquare = square;
            best = row;
          }
      return best;
    },
  };
}
