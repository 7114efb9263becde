import type { AnalysisResult } from '../../anatomy/run';
import { listIn, numberIn } from './results';
import styles from './Panel.module.css';

/** Which features a ranking by gradient keeps, beside those that TopK keeps. */
export function ByGradient({ result, onFeature }: { result: AnalysisResult; onFeature: (feature: number) => void }) {
  const [candidates, z, effect, byTopK, byGradient] = ['candidates', 'z', 'effect', 'byTopK', 'byGradient'].map((name) => listIn(result, name));
  const [before, after] = [new Set(byTopK), new Set(byGradient)];
  const rows = (candidates ?? []).map((feature, i) => ({ feature, z: z?.[i] ?? 0, effect: effect?.[i] ?? 0 })).filter(({ feature }) => before.has(feature) || after.has(feature));
  const entering = rows.filter(({ feature }) => !before.has(feature)).length;
  return (
    <>
      <p className={styles['figure']} role="status">
        Position {numberIn(result, 'position')}, k = {numberIn(result, 'k')}: {entering} {entering === 1 ? 'feature comes' : 'features come'} in for others.
      </p>
      <table className={styles['table']}>
        <thead>
          <tr>
            <th scope="col">feature</th>
            <th scope="col">z</th>
            <th scope="col">effect e</th>
            <th scope="col">kept by</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.feature}>
              <td>
                <button type="button" onClick={() => onFeature(row.feature)}>
                  {row.feature}
                </button>
              </td>
              <td>{row.z.toFixed(3)}</td>
              <td>{row.effect.toFixed(3)}</td>
              <td>{before.has(row.feature) ? (after.has(row.feature) ? 'both' : 'TopK only') : 'gradient only'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
