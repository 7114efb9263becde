import { useCallback, useMemo, useRef } from 'react';
import { inkColours, sequential } from '../../charts/colour';
import type { Cell } from '../../charts/geometry';
import { Heatmap } from '../../charts/Heatmap';
import { heatmapPixels, maxPool } from '../../charts/heatmap-pixels';
import { RampLegend } from '../../charts/Legend';
import { useTheme } from '../../charts/theme';
import type { ExpertMap } from './ranking';
import styles from './Panel.module.css';

/** Every layer by every expert: how many tokens of the prompt went there. */
export function ActivationMap({ map, isShare }: { map: ExpertMap; isShare: boolean }) {
  const theme = useTheme();
  const reading = useRef<HTMLSpanElement>(null);
  const values = useMemo(() => Float32Array.from(map.values), [map]);
  const max = useMemo(() => values.reduce((most, value) => Math.max(most, value), 0), [values]);
  const pixelsOf = useCallback(
    (side: number) => heatmapPixels(maxPool({ rows: map.layers, cols: map.experts, values, causal: false }, side), { ramp: sequential(theme), min: 0, max: Math.max(max, Number.MIN_VALUE), masked: inkColours(theme).masked }),
    [map, values, max, theme],
  );
  const written = (value: number) => (isShare ? `${(100 * value).toFixed(0)}% of the tokens` : `${value} tokens`);
  const describe = ({ row, col }: Cell) => `layer ${row}, expert ${col}: ${written(values[row * map.experts + col] ?? 0)}`;
  const onRead = useCallback((text: string | null) => {
    if (reading.current !== null) reading.current.textContent = text;
  }, []);
  const layers = useMemo(() => Array.from({ length: map.layers }, (_, layer) => `L${layer}`), [map.layers]);
  const experts = useMemo(() => Array.from({ length: map.experts }, (_, expert) => String(expert)), [map.experts]);
  return (
    <div className={styles['map']}>
      <Heatmap
        rows={map.layers}
        cols={map.experts}
        pixelsOf={pixelsOf}
        rowLabels={layers}
        colLabels={experts}
        rowTitle="layer"
        colTitle="expert"
        boundary={null}
        pinned={null}
        kind="heat map"
        summary={`How often each of ${map.experts} experts in ${map.layers} layers was chosen: at most ${written(max)}.`}
        describe={describe}
        onRead={onRead}
      />
      <div className={styles['legend']}>
        <RampLegend ramp={sequential(theme)} title="tokens of the prompt" low="0" high={isShare ? `${(100 * max).toFixed(0)}%` : String(max)} />
        <span ref={reading} aria-hidden="true" />
      </div>
    </div>
  );
}
