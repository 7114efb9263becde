import { useRef } from 'react';
import { inkColours } from './colour';
import { describeLines, ticks, topOf, type LineSeries } from './line-chart';
import { useSize } from './size';
import { useTheme } from './theme';
import styles from './charts.module.css';

const LEFT = 38;
const BOTTOM = 26;
const TOP = 8;
const RIGHT = 8;

export interface LineChartProps {
  readonly title: string;
  readonly series: readonly LineSeries[];
  readonly xLabel: string;
  /** Where the x axis ends: what is still to come stays empty. */
  readonly xMax: number;
  readonly height: number;
  /** A level to compare with. */
  readonly reference: { readonly value: number; readonly label: string } | null;
  readonly format: (y: number) => string;
}

/** Curves over a count that grows, as wide as there is room, with their legend. The axis of values begins at 0. */
export function LineChart({ title, series, xLabel, xMax, height, reference, format }: LineChartProps) {
  const ink = inkColours(useTheme());
  const box = useRef<HTMLElement>(null);
  const width = useSize(box)?.width ?? 300;
  const room = { width: Math.max(1, width - LEFT - RIGHT), height: height - TOP - BOTTOM };
  const levels = ticks(0, topOf(series, reference?.value ?? null), 3);
  const top = levels.at(-1) ?? 1;
  const steps = ticks(0, Math.max(1, xMax), Math.max(2, Math.floor(room.width / 80))).filter((x) => x <= xMax);
  const xAt = (x: number) => LEFT + (room.width * x) / Math.max(1, xMax);
  const yAt = (y: number) => TOP + room.height * (1 - Math.min(1, y / top));
  return (
    <figure ref={box} className={styles['lineChart']}>
      <figcaption className={styles['lineChartHead']}>
        <span className={styles['lineChartTitle']}>{title}</span>
        {series.length < 2
          ? null
          : series.map(({ label, tone }) => (
              <span key={label} className={styles['legend']}>
                <svg width={18} height={8} aria-hidden="true">
                  <line x1={0} x2={18} y1={4} y2={4} stroke={ink[tone]} strokeWidth={2} strokeDasharray={dashOf(tone)} />
                </svg>
                <span>{label}</span>
              </span>
            ))}
      </figcaption>
      <svg width="100%" height={height} role="img" aria-label={describeLines(title, xLabel, series, format)}>
        {levels.map((level) => (
          <g key={level}>
            <line x1={LEFT} x2={LEFT + room.width} y1={yAt(level)} y2={yAt(level)} stroke={ink.line} />
            <text x={LEFT - 4} y={yAt(level) + 3} textAnchor="end" fontSize={10} fill={ink.textFaint}>
              {format(level)}
            </text>
          </g>
        ))}
        {steps.map((x) => (
          <text key={x} x={xAt(x)} y={height - BOTTOM + 12} textAnchor={x === xMax ? 'end' : 'middle'} fontSize={10} fill={ink.textFaint}>
            {x}
          </text>
        ))}
        <text x={LEFT + room.width} y={height - 2} textAnchor="end" fontSize={10} fill={ink.textFaint}>
          {xLabel}
        </text>
        {reference === null ? null : (
          <g>
            <line x1={LEFT} x2={LEFT + room.width} y1={yAt(reference.value)} y2={yAt(reference.value)} stroke={ink.textFaint} strokeDasharray="1 3" />
            <text x={LEFT + room.width} y={yAt(reference.value) - 3} textAnchor="end" fontSize={10} fill={ink.textFaint}>
              {reference.label}
            </text>
          </g>
        )}
        {series.map(({ label, tone, points }) => (
          <polyline
            key={label}
            fill="none"
            stroke={ink[tone]}
            strokeWidth={1.5}
            strokeLinejoin="round"
            strokeDasharray={dashOf(tone)}
            points={points.filter(({ y }) => Number.isFinite(y)).map(({ x, y }) => `${xAt(x).toFixed(1)},${yAt(y).toFixed(1)}`).join(' ')}
          />
        ))}
      </svg>
    </figure>
  );
}

/** Told apart without colour too. */
function dashOf(tone: LineSeries['tone']): string | undefined {
  return tone === 'response' ? '4 3' : undefined;
}
