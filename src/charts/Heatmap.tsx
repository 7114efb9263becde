import { useCallback, useMemo, useRef } from 'react';
import { pixelsToCanvas } from './canvas';
import { CellPicture, type WatchHover } from './CellPicture';
import { inkColours } from './colour';
import { cellRect, thinLabels, type Cell, type GridGeometry } from './geometry';
import { pooledNote, type Pixels } from './heatmap-pixels';
import { useSize, type Size } from './size';
import { useTheme } from './theme';
import styles from './charts.module.css';

const LABEL_WIDTH = 72;
const LABEL_HEIGHT = 52;
const TITLE = 16;
/** Half a label's height above the first row. */
const TOP = 6;
const MAX_CELL = 44;
/** Highest row where rows are no positions. */
const MAX_ROW = 22;
const MAX_ASPECT = 1.8;
/** Pixels that one label takes across its direction. */
const LABEL_PITCH = 11.5;

export interface HeatmapProps {
  readonly rows: number;
  readonly cols: number;
  /**
   * One pixel per cell, or fewer when a side has more cells than `side`: pooled, so that nothing strong is skipped. Keep the
   * identity while nothing changed.
   */
  readonly pixelsOf: (side: number) => Pixels;
  readonly rowLabels: readonly string[];
  readonly colLabels: readonly string[];
  readonly rowTitle: string;
  readonly colTitle: string;
  /** The first row and column of the response; null without one. */
  readonly boundary: number | null;
  /** The marked position, or null. */
  readonly pinned: number | null;
  /** Which axis runs over positions and so carries the marks; `cols`: rows are other things, and cells need not be square. */
  readonly positions?: 'rows' | 'cols';
  /** Room for row labels in pixels. */
  readonly labelWidth?: number;
  /** A row that stands out, where rows are no positions. */
  readonly chosenRow?: number | null;
  readonly kind: string;
  readonly summary: string;
  readonly describe: (cell: Cell) => string;
  readonly onRead: (text: string | null) => void;
  readonly onHover?: (cell: Cell | null) => void;
  readonly onPick?: (cell: Cell) => void;
  readonly watchHover?: WatchHover;
}

/**
 * Where the cells stand in a box: as large as fit, wider than high by at most `MAX_ASPECT`; labels left and below. Where only columns
 * are positions each side is as large as fits.
 */
export function layoutHeatmap(size: Size, rows: number, cols: number, labelWidth = LABEL_WIDTH, positions: 'rows' | 'cols' = 'rows'): GridGeometry {
  const width = Math.max(16, size.width - labelWidth - TITLE - 2);
  const height = Math.max(16, size.height - LABEL_HEIGHT - TITLE - TOP);
  if (positions === 'cols')
    return { rows, cols, left: 0, top: 0, cellWidth: Math.min(MAX_CELL, width / cols), cellHeight: Math.min(MAX_ROW, height / rows), gap: null };
  const cellHeight = Math.min(MAX_CELL, height / rows, width / cols);
  const cellWidth = Math.min(MAX_CELL, width / cols, cellHeight * MAX_ASPECT);
  return { rows, cols, left: 0, top: 0, cellWidth, cellHeight, gap: null };
}

/** A matrix as coloured cells with labelled axes. Fills its box. */
export function Heatmap(props: HeatmapProps) {
  const box = useRef<HTMLDivElement>(null);
  const size = useSize(box);
  return (
    <div ref={box} className={styles['heatmap']}>
      {size !== null && size.width > 0 ? <SizedHeatmap {...props} size={size} /> : null}
    </div>
  );
}

function SizedHeatmap(props: HeatmapProps & { size: Size }) {
  const { pixelsOf, size, boundary, pinned, rowLabels, colLabels } = props;
  const ink = inkColours(useTheme());
  const { rows, cols, positions = 'rows', labelWidth = LABEL_WIDTH, chosenRow = null } = props;
  const geometry = useMemo(() => layoutHeatmap(size, rows, cols, labelWidth, positions), [size, rows, cols, labelWidth, positions]);
  const { cellWidth, cellHeight } = geometry;
  const [width, height] = [cols * cellWidth, rows * cellHeight];
  const [left, top] = [TITLE + labelWidth, TOP];
  // Cells smaller than a pixel of the device would be skipped one by one.
  const side = Math.floor((positions === 'cols' ? width : Math.min(width, height)) * (devicePixelRatio || 1));
  const isPooled = side < (positions === 'cols' ? cols : Math.max(rows, cols));
  const room = isPooled ? side : Infinity;
  const image = useMemo(() => pixelsToCanvas(pixelsOf(room)), [pixelsOf, room]);
  const note = !isPooled ? null : positions === 'cols' ? `1 px: the largest of ${Math.ceil(cols / Math.max(1, side))} tokens` : pooledNote(Math.max(rows, cols), side);

  const paint = useCallback(
    (context: CanvasRenderingContext2D) => {
      context.imageSmoothingEnabled = false;
      if (image !== null) context.drawImage(image, 0, 0, width, height);
      if (boundary === null) return;
      context.strokeStyle = ink.boundary;
      context.setLineDash([3, 3]);
      context.beginPath();
      if (positions === 'rows') {
        context.moveTo(0, boundary * cellHeight);
        context.lineTo(width, boundary * cellHeight);
      }
      context.moveTo(boundary * cellWidth, 0);
      context.lineTo(boundary * cellWidth, height);
      context.stroke();
      context.setLineDash([]);
    },
    [image, width, height, boundary, cellWidth, cellHeight, ink, positions],
  );
  const paintMarks = useCallback(
    (context: CanvasRenderingContext2D, cursor: Cell | null, hovered: number | null) => {
      const row = (index: number | null, colour: string) => {
        if (index === null || index < 0 || index >= rows) return;
        context.strokeStyle = colour;
        context.lineWidth = 1;
        context.strokeRect(0.5, index * cellHeight - 0.5, width - 1, cellHeight + 1);
      };
      const column = (index: number | null, colour: string) => {
        if (index === null || index < 0 || index >= cols) return;
        context.strokeStyle = colour;
        context.lineWidth = 1;
        context.strokeRect(index * cellWidth - 0.5, 0.5, cellWidth + 1, height - 1);
      };
      const band = positions === 'rows' ? row : column;
      band(pinned, ink.pinned);
      if (positions === 'cols') row(chosenRow, ink.pinned);
      if (hovered !== pinned && cursor === null) band(hovered, ink.hover);
      if (cursor === null) return;
      if (positions === 'cols' || cursor.row !== pinned) row(cursor.row, ink.hover);
      column(cursor.col, ink.hover);
      const { x, y } = cellRect(geometry, cursor);
      context.strokeStyle = ink.cursor;
      context.lineWidth = 2;
      context.strokeRect(x - 1, y - 1, cellWidth + 2, cellHeight + 2);
    },
    [rows, cols, width, height, cellWidth, cellHeight, pinned, ink, geometry, positions, chosenRow],
  );

  return (
    <>
      <div
        className={`${styles['axisTitle']} ${styles['rowTitle']}`}
        style={{ left: 0, top, height, textAlign: 'center' }}
      >
        {props.rowTitle}
      </div>
      {thinLabels(rows, cellHeight, LABEL_PITCH).map((row) => (
        <div
          key={row}
          className={`${styles['axisLabel']} ${styles['rowLabel']}`}
          style={{ left: TITLE, width: labelWidth - 4, top: top + (row + 0.5) * cellHeight - 6 }}
        >
          {rowLabels[row]}
        </div>
      ))}
      <div style={{ position: 'absolute', left, top }}>
        <CellPicture
          width={width}
          height={height}
          geometry={geometry}
          paint={paint}
          paintMarks={paintMarks}
          kind={props.kind}
          summary={props.summary}
          describe={props.describe}
          onRead={props.onRead}
          start={positions === 'cols' ? { row: chosenRow ?? 0, col: onAxis(pinned, cols) ?? 0 } : { row: onAxis(pinned, rows) ?? rows - 1, col: 0 }}
          {...(props.onHover ? { onHover: props.onHover } : {})}
          {...(props.onPick ? { onPick: props.onPick } : {})}
          {...(props.watchHover ? { watchHover: props.watchHover } : {})}
        />
      </div>
      {thinLabels(cols, cellWidth, LABEL_PITCH).map((col) => (
        <div
          key={col}
          className={`${styles['axisLabel']} ${styles['colLabel']}`}
          style={{ top: top + height + 3, height: LABEL_HEIGHT - 4, left: left + (col + 0.5) * cellWidth - 6 }}
        >
          {colLabels[col]}
        </div>
      ))}
      <div
        className={styles['axisTitle']}
        style={{
          left,
          width: note === null ? Math.max(width, 60) : size.width - left,
          top: top + height + LABEL_HEIGHT,
          textAlign: width > 90 && note === null ? 'center' : 'left',
        }}
      >
        {note === null ? props.colTitle : `${props.colTitle} · ${note}`}
      </div>
    </>
  );
}

/** The position where it is on an axis of that length, else null. */
const onAxis = (pos: number | null, length: number) => (pos !== null && pos < length ? pos : null);
