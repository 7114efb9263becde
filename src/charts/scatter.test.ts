import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { indexPoints, panBy, toData, toScreen, wholeView, zoomAt } from './scatter';

const size = { width: 324, height: 224 };

describe('the plane of a map', () => {
  it('shows all of the square at first, y upwards', () => {
    const view = wholeView(size);
    expect(view.scale).toBe(200);
    expect(toScreen(view, size, { x: 0, y: 1 })).toEqual({ x: 62, y: 12 });
    expect(toScreen(view, size, { x: 1, y: 0 })).toEqual({ x: 262, y: 212 });
  });

  it('keeps what is under the pointer where it is', () => {
    const start = wholeView(size);
    const pixel = { x: 200, y: 60 };
    const before = toData(start, size, pixel);
    const near = zoomAt(start, size, pixel, 3);
    expect(near.scale).toBe(600);
    expect(toData(near, size, pixel).x).toBeCloseTo(before.x, 10);
    expect(toData(near, size, pixel).y).toBeCloseTo(before.y, 10);
    expect(zoomAt(near, size, pixel, 1e-6).scale).toBe(start.scale);
    expect(zoomAt(near, size, pixel, 1e9).scale).toBe(200 * start.scale);
  });

  it('moves with the hand and stays on the data', () => {
    const view = { x: 0.5, y: 0.5, scale: 400 };
    expect(panBy(view, 40, 40)).toEqual({ x: 0.4, y: 0.6, scale: 400 });
    expect(panBy(view, -4000, 0).x).toBe(1);
  });

  it('finds the nearest point as looking at each does', () => {
    const unit = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(unit, unit), { maxLength: 40 }), unit, unit, fc.double({ min: 0.001, max: 0.5, noNaN: true }), (points, px, py, radius) => {
        const x = Float32Array.from(points, ([one]) => one);
        const y = Float32Array.from(points, ([, one]) => one);
        const found = indexPoints(x, y, Uint32Array.from(points.keys())).nearest({ x: px, y: py }, radius);
        const distance = (row: number) => ((x[row] ?? 0) - px) ** 2 + ((y[row] ?? 0) - py) ** 2;
        const best = Math.min(Infinity, ...points.map((_, row) => distance(row)));
        if (best > radius * radius) expect(found).toBeNull();
        else expect(distance(found ?? -1)).toBe(best);
      }),
    );
  });

  it('leaves out points without a place', () => {
    expect(indexPoints(Float32Array.of(NaN), Float32Array.of(0.5), Uint32Array.of(0)).nearest({ x: 0, y: 0.5 }, 1)).toBeNull();
  });
});
