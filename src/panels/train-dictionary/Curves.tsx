import { LineChart } from '../../charts/LineChart';
import type { TrainingPoint } from '../../dictionaries/page-training';
import styles from './Panel.module.css';

const HEIGHT = 130;

const short = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 });

/** The curves of a training, as far as it is. The loss of a variational dictionary is in other units than its error. */
export function Curves({ points, steps, k, isVariational }: { points: readonly TrainingPoint[]; steps: number; k: number; isVariational: boolean }) {
  const of = (name: 'loss' | 'fvu' | 'l0' | 'dead', factor = 1) => points.map((point) => ({ x: point.step, y: factor * point[name] }));
  const kl = points.flatMap((point) => (point.kl === undefined ? [] : [{ x: point.step, y: point.kl }]));
  const shared = { xLabel: 'step', xMax: steps, height: HEIGHT };
  return (
    <div className={styles['curves']}>
      <LineChart
        {...shared}
        title="Error, share of the variance"
        series={[
          ...(isVariational ? [] : [{ label: 'loss', tone: 'prompt' as const, points: of('loss') }]),
          { label: 'unexplained (FVU)', tone: isVariational ? 'prompt' : 'response', points: of('fvu') },
        ]}
        reference={{ value: 0.3, label: 'gate 0.3' }}
        format={(y) => y.toFixed(y < 0.1 && y > 0 ? 3 : 2)}
      />
      {isVariational ? (
        <>
          <LineChart {...shared} title="Loss, error and divergence" series={[{ label: 'loss', tone: 'prompt', points: of('loss') }]} reference={null} format={short.format} />
          <LineChart {...shared} title="KL, nats per token" series={[{ label: 'KL', tone: 'prompt', points: kl }]} reference={null} format={short.format} />
        </>
      ) : null}
      <LineChart
        {...shared}
        title={isVariational ? 'L0 without noise, features per token' : 'L0, features per token'}
        series={[{ label: 'L0', tone: 'prompt', points: of('l0') }]}
        reference={{ value: k, label: `k = ${k}` }}
        format={(y) => (Number.isInteger(y) ? `${y}` : y.toFixed(1))}
      />
      <LineChart
        {...shared}
        title={isVariational ? 'Dead features, without noise' : 'Dead features'}
        series={[{ label: 'dead', tone: 'prompt', points: of('dead', 100) }]}
        reference={{ value: 20, label: 'gate 20%' }}
        format={(y) => `${Number.isInteger(y) ? y : y.toFixed(1)}%`}
      />
    </div>
  );
}
