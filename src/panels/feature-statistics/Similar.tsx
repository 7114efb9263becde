import type { AnalysisResult } from '../../anatomy/run';
import { listIn } from './results';
import styles from './Panel.module.css';

/** Prompts by their likeness to the exemplars; one goes to the workbench when pressed. */
export function Similar({ result, prompts, onOpen }: { result: AnalysisResult; prompts: readonly string[]; onOpen: (prompt: string) => void }) {
  const [similarity, cosine] = [listIn(result, 'similarity'), listIn(result, 'cosine')];
  const order = prompts.map((_, i) => i).sort((a, b) => (similarity[b] ?? 0) - (similarity[a] ?? 0) || a - b);
  const [units, values] = [listIn(result, 'topUnits'), listIn(result, 'topValues')];
  return (
    <>
      <p className={styles['note']} role="status">
        {prompts.length} prompts ranked. The exemplars share {units.slice(0, 6).map((unit, i) => `${unit} (${(values[i] ?? 0).toFixed(2)})`).join(', ')}.
      </p>
      <table className={styles['table']}>
        <thead>
          <tr>
            <th scope="col">J</th>
            <th scope="col">cosine</th>
            <th scope="col">prompt</th>
          </tr>
        </thead>
        <tbody>
          {order.slice(0, 100).map((index) => (
            <tr key={index}>
              <td>{(similarity[index] ?? 0).toFixed(3)}</td>
              <td>{(cosine[index] ?? 0).toFixed(3)}</td>
              <td>
                <button type="button" onClick={() => onOpen(prompts[index] ?? '')}>
                  {prompts[index]}
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {order.length > 100 ? <p className={styles['note']}>The first hundred of {order.length}.</p> : null}
    </>
  );
}
