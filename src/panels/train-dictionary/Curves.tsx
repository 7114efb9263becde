import { LineChart } from '../../charts/LineChart';
import type { TrainingPoint } from '../../dictionaries/page-training';
import styles from './Panel.module.css';

const HEIGHT = 130;

/** The curves of a training, as far as it is. */
export function Curves({ points, steps, k }: { points: readonly TrainingPoint[]; steps: number; k: number }) {
  const of = (name: 'loss' | 'fvu' | 'l0' | 'dead', factor = 1) => points.map((point) => ({ x: point.step, y: factor * point[name] }));
  const shared = { xLabel: 'step', xMax: steps, height: HEIGHT };
  return (
    <div className={styles['curves']}>
      <LineChart
        {...shared}
        title="Error, share of the variance"
        series={[
          { label: 'loss', tone: 'prompt', points: of('loss') },
          { label: 'unexplained (FVU)', tone: 'response', points: of('fvu') },
        ]}
        reference={{ value: 0.3, label: 'gate 0.3' }}
        format={(y) => y.toFixed(y < 0.1 && y > 0 ? 3 : 2)}
      />
      <LineChart
        {...shared}
        title="L0, features per token"
        series={[{ label: 'L0', tone: 'prompt', points: of('l0') }]}
        reference={{ value: k, label: `k = ${k}` }}
        format={(y) => (Number.isInteger(y) ? `${y}` : y.toFixed(1))}
      />
      <LineChart
        {...shared}
        title="Dead features"
        series={[{ label: 'dead', tone: 'prompt', points: of('dead', 100) }]}
        reference={{ value: 20, label: 'gate 20%' }}
        format={(y) => `${Number.isInteger(y) ? y : y.toFixed(1)}%`}
      />
    </div>
  );
}
