import { useCallback, useMemo, useRef } from 'react';
import { axisLabels, COLUMN_ROOM } from '../../charts/axis-labels';
import type { WatchHover } from '../../charts/CellPicture';
import { inkColours, sequential } from '../../charts/colour';
import type { Cell } from '../../charts/geometry';
import { Heatmap } from '../../charts/Heatmap';
import { heatmapPixels, maxPool, type HeatData } from '../../charts/heatmap-pixels';
import { RampLegend } from '../../charts/Legend';
import { LineView } from '../../charts/LineView';
import { useTheme } from '../../charts/theme';
import type { Sequence } from '../../store/state';
import { describeCell, ownMaximum, summariseHead } from './layout';
import styles from './Panel.module.css';

export interface HeadViewProps {
  readonly id: string;
  readonly matrix: HeatData;
  readonly sequence: Sequence;
  readonly view: 'heatmap' | 'lines';
  readonly scale: 'one' | 'head';
  readonly mass: number;
  readonly pinned: number | null;
  readonly onHover: (pos: number | null) => void;
  readonly onPin: (pos: number) => void;
  readonly watchHover: WatchHover;
}

/** Characters that labels beside the map have room for. */
const ROW_ROOM = 11;

/** One head, large: the map of all pairs, or the lines of one token. */
export function HeadView(props: HeadViewProps) {
  const { id, matrix, sequence, scale, pinned, onHover, onPin } = props;
  const { tokens, promptLength } = sequence;
  const theme = useTheme();
  const reading = useRef<HTMLSpanElement>(null);
  const max = useMemo(() => (scale === 'one' ? 1 : ownMaximum(matrix)), [scale, matrix]);
  const pixelsOf = useCallback(
    (side: number) =>
      heatmapPixels(maxPool(matrix, side), { ramp: sequential(theme), min: 0, max, masked: inkColours(theme).masked }),
    [matrix, theme, max],
  );
  const labels = useMemo(() => axisLabels(tokens), [tokens]);
  const rowLabels = useMemo(() => axisLabels(tokens, ROW_ROOM), [tokens]);
  const colLabels = useMemo(() => axisLabels(tokens, COLUMN_ROOM), [tokens]);
  const summary = useMemo(() => summariseHead(matrix, tokens, id), [matrix, tokens, id]);
  const idle = pinned !== null && pinned < tokens.length ? `marked: ${labels[pinned] ?? ''}` : '';
  const onRead = useCallback(
    (text: string | null) => {
      if (reading.current !== null) reading.current.textContent = text ?? idle;
    },
    [idle],
  );
  const boundary = promptLength > 0 && promptLength < tokens.length ? promptLength : null;
  const rowOf = useCallback(
    (dest: number) => matrix.values.subarray(dest * matrix.cols, dest * matrix.cols + dest + 1),
    [matrix],
  );

  return (
    <div className={styles['head']}>
      <div className={styles['headTitle']}>
        <strong>{id}</strong>
        <span ref={reading} className={styles['reading']} aria-hidden="true">
          {idle}
        </span>
      </div>
      {props.view === 'heatmap' ? (
        <Heatmap
          rows={matrix.rows}
          cols={matrix.cols}
          pixelsOf={pixelsOf}
          rowLabels={rowLabels}
          colLabels={colLabels}
          rowTitle="destination (query)"
          colTitle="source (key)"
          boundary={boundary}
          pinned={pinned}
          kind="heat map"
          summary={summary}
          describe={(cell: Cell) => describeCell(matrix, tokens, cell.row, cell.col)}
          onRead={onRead}
          onHover={(cell) => onHover(cell?.row ?? null)}
          onPick={(cell) => onPin(cell.row)}
          watchHover={props.watchHover}
        />
      ) : (
        <LineView
          labels={labels}
          rowOf={rowOf}
          dest={pinned !== null && pinned < tokens.length ? pinned : tokens.length - 1}
          share={props.mass}
          boundary={boundary}
          onPick={onPin}
          onHover={onHover}
        />
      )}
      <div className={styles['legend']}>
        {props.view === 'heatmap' ? (
          <RampLegend ramp={sequential(theme)} title="pattern" low="0" high={max === 1 ? '1' : `≥ ${max.toFixed(2)}`} />
        ) : (
          <span>number and opacity: pattern</span>
        )}
        {boundary === null ? null : <span className={styles['boundary']}>response begins at {boundary}</span>}
      </div>
    </div>
  );
}
