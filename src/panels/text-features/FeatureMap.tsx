import { useCallback, useMemo, useRef } from 'react';
import { axisLabels, COLUMN_ROOM } from '../../charts/axis-labels';
import type { WatchHover } from '../../charts/CellPicture';
import { inkColours, sequential } from '../../charts/colour';
import { Heatmap } from '../../charts/Heatmap';
import { heatmapPixels, maxPool } from '../../charts/heatmap-pixels';
import { RampLegend } from '../../charts/Legend';
import { useTheme } from '../../charts/theme';
import type { Sequence } from '../../store/state';
import type { Activations } from './activations';
import { describeCell, heatOf, summariseHeat } from './heat';
import { nameOf, type KnownOf } from './list';
import styles from './Panel.module.css';

/** Room for row labels: indices alone, or with names. */
const [INDEX_ROOM, NAME_ROOM] = [44, 128];

export interface FeatureMapProps {
  readonly activations: Activations;
  readonly sequence: Sequence;
  readonly features: readonly number[];
  readonly knownOf: KnownOf;
  readonly chosen: number | null;
  readonly pinned: number | null;
  readonly onHover: (pos: number | null) => void;
  readonly onPick: (feature: number, pos: number) => void;
  readonly watchHover: WatchHover;
}

/** The listed features by the tokens of the text. */
export function FeatureMap(props: FeatureMapProps) {
  const { activations, sequence, features, knownOf, chosen, pinned, onHover, onPick } = props;
  const { skippedBos } = activations;
  const { tokens, promptLength } = sequence;
  const theme = useTheme();
  const reading = useRef<HTMLDivElement>(null);
  const heat = useMemo(() => heatOf(activations, features), [activations, features]);
  const names = useMemo(() => features.map((feature) => nameOf(feature, knownOf(feature))), [features, knownOf]);
  const labels = useMemo(() => axisLabels(tokens, COLUMN_ROOM), [tokens]);
  const pixelsOf = useCallback(
    (side: number) => heatmapPixels(maxPool(heat.data, side), { ramp: sequential(theme), min: 0, max: heat.max, masked: inkColours(theme).masked }),
    [heat, theme],
  );
  const onRead = useCallback((text: string | null) => {
    if (reading.current !== null) reading.current.textContent = text;
  }, []);
  const summary = useMemo(() => summariseHeat(heat, names, tokens, skippedBos), [heat, names, tokens, skippedBos]);
  const row = chosen === null ? -1 : features.indexOf(chosen);
  return (
    <div className={styles['map']}>
      <div ref={reading} className={styles['reading']} aria-hidden="true" />
      <Heatmap
        rows={features.length}
        cols={activations.nPos}
        pixelsOf={pixelsOf}
        rowLabels={names}
        colLabels={labels}
        rowTitle="feature"
        colTitle="token"
        positions="cols"
        labelWidth={names.some((name) => name.includes(' ')) ? NAME_ROOM : INDEX_ROOM}
        chosenRow={row < 0 ? null : row}
        boundary={promptLength > 0 && promptLength < activations.nPos ? promptLength : null}
        pinned={pinned}
        kind="map of features by tokens"
        summary={summary}
        describe={(cell) => describeCell(heat, { names, tokens, skippedBos }, cell.row, cell.col)}
        onRead={onRead}
        onHover={(cell) => onHover(cell?.col ?? null)}
        onPick={(cell) => {
          const feature = features[cell.row];
          if (feature !== undefined) onPick(feature, cell.col);
        }}
        watchHover={props.watchHover}
      />
      <div className={styles['legend']}>
        <RampLegend ramp={sequential(theme)} title="activation" low="0" high={heat.max.toFixed(2)} />
        {skippedBos ? <span>the start token is shown but left out of the scale</span> : null}
      </div>
    </div>
  );
}
