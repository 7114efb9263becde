import type { AnalysisResult } from '../../anatomy/run';
import { LineChart } from '../../charts/LineChart';
import { listIn, numberIn } from './results';
import styles from './Panel.module.css';

/** How many features are used as if all were used alike, and whether that number still grows. */
export function Effective({ result }: { result: AnalysisResult }) {
  const [effective, entropy, ratio, active, samples, units, neurons] = ['effective', 'entropy', 'ratio', 'active', 'samples', 'units', 'neurons'].map((name) => numberIn(result, name));
  const at = listIn(result, 'curveSamples');
  const points = (name: string) => listIn(result, name).map((y, i) => ({ x: at[i] ?? 0, y }));
  const [tops, shares] = [listIn(result, 'topUnits'), listIn(result, 'topShares')];
  return (
    <>
      <p className={styles['figure']} role="status">
        F = <strong>{effective?.toFixed(1)}</strong> effective of {units} ({active} ever active), S = {entropy?.toFixed(3)} nats, ψ = {ratio?.toFixed(3)} per coordinate (N = {neurons}); over {samples} tokens.
      </p>
      <LineChart
        title="Effective and active, by number of tokens"
        series={[
          { label: 'effective F', tone: 'prompt', points: points('curveEffective') },
          { label: 'ever active', tone: 'response', points: points('curveActive') },
        ]}
        xLabel="tokens"
        xMax={samples ?? 1}
        height={150}
        reference={null}
        format={(y) => (y >= 10 || Number.isInteger(y) ? y.toFixed(0) : y.toFixed(1))}
      />
      <p className={styles['note']}>Largest shares: {tops.slice(0, 8).map((unit, i) => `${unit} (${(100 * (shares[i] ?? 0)).toFixed(1)}%)`).join(', ')}. F grows with the number of tokens: compare only over the same text.</p>
    </>
  );
}
