import { inkColours } from './colour';
import { useTheme } from './theme';
import styles from './charts.module.css';

export interface BarsProps {
  /** Place of each bar on the axis, ascending, evenly apart. */
  readonly values: readonly number[];
  readonly heights: readonly number[];
  /** Pixels. */
  readonly height?: number;
  readonly format: (value: number) => string;
  /** What a bar says on hover. */
  readonly describe: (value: number, height: number) => string;
  /** One sentence that stands for the picture. */
  readonly summary: string;
}

const WIDTH = 240;

/** A histogram. It fills the width of its place. */
export function Bars({ values, heights, height = 72, format, describe, summary }: BarsProps) {
  const ink = inkColours(useTheme());
  const most = Math.max(...heights, 0);
  const room = height;
  const step = WIDTH / Math.max(1, values.length);
  const half = values.length > 1 ? ((values.at(-1) ?? 0) - (values[0] ?? 0)) / (values.length - 1) / 2 : 0;
  return (
    <div>
      <svg className={styles['bars']} viewBox={`0 0 ${WIDTH} ${height}`} width="100%" height={height} preserveAspectRatio="none" role="img" aria-label={summary}>
        {heights.map((count, at) => {
          const tall = most > 0 ? (count / most) * (room - 2) : 0;
          return (
            <g key={at}>
              <rect x={at * step + 0.5} y={room - tall} width={Math.max(0.5, step - 1)} height={count > 0 ? Math.max(1, tall) : 0} fill={ink.prompt} />
              <rect x={at * step} y={0} width={step} height={room} fill="transparent">
                <title>{describe(values[at] ?? 0, count)}</title>
              </rect>
            </g>
          );
        })}
        <line x1={0} x2={WIDTH} y1={room - 0.5} y2={room - 0.5} stroke={ink.textFaint} vectorEffect="non-scaling-stroke" />
      </svg>
      <div className={styles['barEnds']} aria-hidden="true">
        <span>{format((values[0] ?? 0) - half)}</span>
        <span>{format((values.at(-1) ?? 0) + half)}</span>
      </div>
    </div>
  );
}
