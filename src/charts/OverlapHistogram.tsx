import { useRef } from 'react';
import { inkColours } from './colour';
import { SwatchLegend } from './Legend';
import { describeOverlap, overlapBars } from './overlap-histogram';
import { useSize } from './size';
import { useTheme } from './theme';
import styles from './charts.module.css';

const HEIGHT = 150;
const BOTTOM = 16;
const LEFT = 30;
const RIGHT = 26;

export interface OverlapHistogramProps {
  readonly title: string;
  readonly labels: readonly [string, string];
  readonly edges: readonly number[];
  readonly shares: readonly [readonly number[], readonly number[]];
  readonly posterior: readonly number[];
}

/** Two histograms over the same bins, one filled and one outlined, and how likely the first one is in each bin. The bin of exact zero stands apart on the left. */
export function OverlapHistogram(props: OverlapHistogramProps) {
  const { title, labels, edges, shares, posterior } = props;
  const ink = inkColours(useTheme());
  const box = useRef<HTMLElement>(null);
  const width = useSize(box)?.width ?? 300;
  const room = { left: LEFT, width: Math.max(1, width - LEFT - RIGHT), height: HEIGHT - BOTTOM };
  const { bars, top } = overlapBars(edges, shares, room);
  const dots = bars.flatMap(({ x, width: wide }, bin) => {
    const p = posterior[bin] ?? NaN;
    return Number.isNaN(p) ? [] : [{ bin, x: x + wide / 2, y: room.height * (1 - p) }];
  });
  // Where no token is, nothing is known: only bins that touch are joined, and that of exact zero touches none.
  const joins = dots.flatMap((dot, i) => {
    const next = dots[i + 1];
    return next !== undefined && dot.bin > 0 && next.bin === dot.bin + 1 ? [{ from: dot, to: next }] : [];
  });
  const label = (x: number, text: string, anchor: 'start' | 'middle' | 'end', y = HEIGHT - 4) => (
    <text x={x} y={y} textAnchor={anchor} fontSize={10} fill={ink.textFaint}>
      {text}
    </text>
  );
  return (
    <figure ref={box} className={styles['lineChart']}>
      <figcaption className={styles['lineChartHead']}>
        <span className={styles['lineChartTitle']}>{title}</span>
        <SwatchLegend items={[{ label: labels[0], fill: ink.prompt }, { label: labels[1], fill: 'transparent', hatch: ink.response }]} />
        <span className={styles['legend']}>
          <svg width={18} height={8} aria-hidden="true">
            <line x1={0} x2={18} y1={4} y2={4} stroke={ink.text} strokeWidth={2} strokeDasharray="2 2" />
          </svg>
          <span>P({labels[0]} | activation)</span>
        </span>
      </figcaption>
      <svg width="100%" height={HEIGHT} role="img" aria-label={describeOverlap(title, labels, edges, shares, posterior)}>
        {bars.map(({ x, width: wide, heights }, bin) => (
          <g key={bin}>
            <rect x={x} y={room.height - heights[0]} width={wide} height={heights[0]} fill={ink.prompt} fillOpacity={0.55} />
            <rect x={x} y={room.height - heights[1]} width={wide} height={heights[1]} fill="none" stroke={ink.response} />
          </g>
        ))}
        {joins.map(({ from, to }) => (
          <line key={from.bin} x1={from.x} y1={from.y} x2={to.x} y2={to.y} stroke={ink.text} strokeWidth={1.5} strokeDasharray="2 2" />
        ))}
        {dots.map(({ bin, x, y }) => (
          <circle key={bin} cx={x} cy={y} r={2} fill={ink.text} />
        ))}
        <line x1={LEFT} x2={LEFT + room.width} y1={room.height + 0.5} y2={room.height + 0.5} stroke={ink.textFaint} />
        {label(LEFT - 4, `${(100 * top).toFixed(0)}%`, 'end', 9)}
        {label(LEFT + room.width + 4, '1', 'start', 9)}
        {label(LEFT + room.width + 4, '0', 'start', room.height)}
        {label((bars[0]?.x ?? 0) + (bars[0]?.width ?? 0) / 2, '0', 'middle')}
        {label(bars[1]?.x ?? LEFT, (edges[0] ?? 0).toPrecision(2), 'start')}
        {label(LEFT + room.width, (edges.at(-1) ?? 0).toPrecision(2), 'end')}
      </svg>
    </figure>
  );
}
