import { useCallback, useEffect, useId, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { prepareCanvas } from './canvas';
import { inkColours } from './colour';
import { indexPoints, panBy, toData, toScreen, wholeView, zoomAt, type Point, type ScatterView } from './scatter';
import { useSize, type Size } from './size';
import { useTheme } from './theme';
import styles from './ScatterMap.module.css';

export interface ScatterMapProps {
  /** Places from 0 to 1 by row; NaN where there is none. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** The rows that are drawn. */
  readonly rows: Uint32Array;
  /** Rows that stand out, or null: then all are alike. */
  readonly highlighted: ReadonlySet<number> | null;
  readonly selected: number | null;
  /** A colour for each row, as an entry of `palette`. */
  readonly colourOf: (row: number) => number;
  readonly palette: readonly string[];
  /** The reading of one point. */
  readonly describe: (row: number) => string;
  readonly onPick: (row: number) => void;
  /** One sentence that stands for the picture. */
  readonly summary: string;
}

/** Pixels within which a point is meant. */
const REACH = 8;
const STEP = 40;
const ZOOM = 1.5;

/**
 * Points on a plane. The wheel or + and − zoom, dragging or arrows move, 0 shows everything; a click, or Enter for the point
 * nearest the middle, picks. Hover draws on a canvas of its own.
 */
export function ScatterMap(props: ScatterMapProps) {
  const box = useRef<HTMLDivElement>(null);
  const size = useSize(box);
  return (
    <div ref={box} className={styles['frame']}>
      {size === null || size.width === 0 || size.height === 0 ? null : <SizedMap {...props} size={size} />}
    </div>
  );
}

function SizedMap({ size, ...props }: ScatterMapProps & { size: Size }) {
  const { x, y, rows, highlighted, selected, colourOf, palette, describe, onPick } = props;
  const ink = inkColours(useTheme());
  const root = useRef<HTMLDivElement>(null);
  const base = useRef<HTMLCanvasElement>(null);
  const overlay = useRef<HTMLCanvasElement>(null);
  const [view, setView] = useState<ScatterView>(() => wholeView(size));
  const [hovered, setHovered] = useState<number | null>(null);
  const [isKeyed, setKeyed] = useState(false);
  const drag = useRef<{ readonly from: Point; last: Point; moved: boolean } | null>(null);
  const hint = useId();
  // Another size keeps the place; at least everything fits.
  const shown = useMemo(() => ({ ...view, scale: Math.max(view.scale, wholeView(size).scale) }), [view, size]);
  const index = useMemo(() => indexPoints(x, y, highlighted === null ? rows : rows.filter((row) => highlighted.has(row))), [x, y, rows, highlighted]);
  const at = useCallback((row: number) => toScreen(shown, size, { x: x[row] ?? NaN, y: y[row] ?? NaN }), [shown, size, x, y]);

  useLayoutEffect(() => {
    const context = base.current === null ? null : prepareCanvas(base.current, size.width, size.height);
    if (context === null) return;
    const zoom = shown.scale / wholeView(size).scale;
    const side = Math.min(7, Math.max(2, 1.4 + Math.log2(zoom + 1)));
    const draw = (row: number, large: number) => {
      const point = at(row);
      if (point.x < -large || point.y < -large || point.x > size.width + large || point.y > size.height + large) return;
      context.fillRect(point.x - large / 2, point.y - large / 2, large, large);
    };
    if (highlighted !== null) {
      context.fillStyle = ink.line;
      for (const row of rows) if (!highlighted.has(row)) draw(row, side);
    }
    // By colour, so that the brush is changed a few times instead of tens of thousands.
    const byColour: number[][] = palette.map(() => []);
    for (const row of rows) if (highlighted === null || highlighted.has(row)) byColour[colourOf(row)]?.push(row);
    for (const [colour, members] of byColour.entries()) {
      context.fillStyle = palette[colour] ?? ink.textFaint;
      for (const row of members) draw(row, highlighted === null ? side : side + 2);
    }
  }, [size, shown, at, rows, highlighted, colourOf, palette, ink]);

  useLayoutEffect(() => {
    const context = overlay.current === null ? null : prepareCanvas(overlay.current, size.width, size.height);
    if (context === null) return;
    const ring = (row: number, colour: string, radius: number) => {
      const point = at(row);
      context.strokeStyle = colour;
      context.lineWidth = 2;
      context.beginPath();
      context.arc(point.x, point.y, radius, 0, 2 * Math.PI);
      context.stroke();
    };
    if (selected !== null) ring(selected, ink.pinned, 8);
    if (hovered !== null) ring(hovered, ink.cursor, 6);
    if (isKeyed) {
      context.strokeStyle = ink.textFaint;
      context.lineWidth = 1;
      context.beginPath();
      context.moveTo(size.width / 2 - 10, size.height / 2);
      context.lineTo(size.width / 2 + 10, size.height / 2);
      context.moveTo(size.width / 2, size.height / 2 - 10);
      context.lineTo(size.width / 2, size.height / 2 + 10);
      context.stroke();
    }
  }, [size, at, selected, hovered, isKeyed, ink]);

  // React's wheel listener can't keep the page from scrolling.
  useEffect(() => {
    const element = root.current;
    if (element === null) return undefined;
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      const frame = element.getBoundingClientRect();
      const pixel = { x: event.clientX - frame.left, y: event.clientY - frame.top };
      setView((before) => zoomAt({ ...before, scale: Math.max(before.scale, wholeView(size).scale) }, size, pixel, Math.exp(-event.deltaY / 300)));
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, [size]);

  const near = (pixel: Point, of = shown, reach = REACH) => index.nearest(toData(of, size, pixel), reach / of.scale);
  const pixelOf = (event: PointerEvent): Point => {
    const frame = event.currentTarget.getBoundingClientRect();
    return { x: event.clientX - frame.left, y: event.clientY - frame.top };
  };
  const onPointerMove = (event: PointerEvent) => {
    const pixel = pixelOf(event);
    const held = drag.current;
    if (held === null) return setHovered(near(pixel));
    if (!held.moved && Math.hypot(pixel.x - held.from.x, pixel.y - held.from.y) < 4) return;
    held.moved = true;
    const { last } = held;
    held.last = pixel;
    setView(panBy(shown, pixel.x - last.x, pixel.y - last.y));
  };
  const onPointerUp = (event: PointerEvent) => {
    const held = drag.current;
    drag.current = null;
    if (held === null || held.moved) return;
    const row = near(pixelOf(event));
    if (row !== null) onPick(row);
  };
  const middle = { x: size.width / 2, y: size.height / 2 };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Enter' && hovered !== null) {
      event.preventDefault();
      return onPick(hovered);
    }
    const next = keyedView(event.key, shown, size);
    if (next === null) return;
    event.preventDefault();
    setKeyed(true);
    setView(next);
    setHovered(near(middle, next, Math.max(size.width, size.height) / 2));
  };
  return (
    <div
      ref={root}
      className={styles['map']}
      role="application"
      aria-roledescription="map of features"
      aria-label={props.summary}
      aria-describedby={hint}
      tabIndex={0}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        const from = pixelOf(event);
        drag.current = { from, last: from, moved: false };
        setKeyed(false);
      }}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerUp}
      onPointerCancel={() => (drag.current = null)}
      onPointerLeave={() => drag.current === null && setHovered(null)}
      onKeyDown={onKeyDown}
    >
      <canvas ref={base} className={styles['layer']} aria-hidden="true" />
      <canvas ref={overlay} className={styles['layer']} aria-hidden="true" />
      <div className={styles['reading']} aria-live={isKeyed ? 'polite' : 'off'}>
        {hovered === null ? '' : describe(hovered)}
      </div>
      <div id={hint} hidden>
        plus and minus zoom, arrows move the map, 0 shows all of it; the feature nearest the middle is read, Enter selects it
      </div>
    </div>
  );
}

function keyedView(key: string, view: ScatterView, size: Size): ScatterView | null {
  const middle = { x: size.width / 2, y: size.height / 2 };
  switch (key) {
    case '+':
    case '=':
      return zoomAt(view, size, middle, ZOOM);
    case '-':
      return zoomAt(view, size, middle, 1 / ZOOM);
    case '0':
      return wholeView(size);
    case 'ArrowLeft':
      return panBy(view, STEP, 0);
    case 'ArrowRight':
      return panBy(view, -STEP, 0);
    case 'ArrowUp':
      return panBy(view, 0, STEP);
    case 'ArrowDown':
      return panBy(view, 0, -STEP);
    default:
      return null;
  }
}
