import type { AnalysisResult } from '../../anatomy/run';
import { OverlapHistogram } from '../../charts/OverlapHistogram';
import { Button, Select } from '../../ui';
import { overlapOf } from './overlap';
import { arrayIn, listIn, numberIn, partIn, textsIn } from './results';
import styles from './Panel.module.css';

interface Given {
  readonly result: AnalysisResult;
  /** Which concept is held against the others. */
  readonly concept: number;
  readonly isFeatures: boolean;
  readonly onConcept: (concept: number) => void;
  readonly onUnit: (unit: number) => void;
  readonly onAttenuate: (values: { unit: number; targetMean: number; targetDeviation: number; otherMean: number; otherDeviation: number }, name: string) => void;
}

/** How far concepts lie apart: the headline, pairs of concepts, the best units, and the histograms of one of them. */
export function Separability({ result, concept, isFeatures, onConcept, onUnit, onAttenuate }: Given) {
  const concepts = textsIn(result, 'concepts');
  const chosen = Math.min(concept, concepts.length - 1);
  const shown = partIn(result, 'shown');
  const overlap = overlapOf(shown, chosen);
  const pairs = arrayIn(result, 'pairs').data;
  const [units, distances, divergences, chance] = ['topUnits', 'topDistances', 'topDivergences', 'topChance'].map((name) => listIn(result, name));
  const what = isFeatures ? 'feature' : 'neuron';
  return (
    <>
      <p className={styles['figure']} role="status">
        D = <strong>{numberIn(result, 'distance').toFixed(3)}</strong>, mean over {numberIn(result, 'active')} active {what}s of {numberIn(result, 'units')}, chance taken off ({numberIn(result, 'rawDistance').toFixed(3)} before); tokens:{' '}
        {listIn(result, 'samples').map((count, i) => `${concepts[i] ?? ''} ${count}`).join(', ')}.
      </p>
      <table className={styles['table']}>
        <caption>D of two concepts at a time, mean over {what}s, nothing taken off</caption>
        <thead>
          <tr>
            <td />
            {concepts.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {concepts.map((name, row) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {concepts.map((other, column) => (
                <td key={other}>{(pairs[row * concepts.length + column] ?? 0).toFixed(2)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <div className={styles['bar']}>
        <Select label="concept" options={concepts.map((name, i) => ({ value: `${i}`, label: name }))} value={`${chosen}`} onChange={(value) => onConcept(Number(value))} />
        <Button onPress={() => onAttenuate({ unit: numberIn(shown, 'unit'), ...overlap.normal }, concepts[chosen] ?? '')}>Attenuate it by posterior</Button>
      </div>
      <OverlapHistogram title={`${what} ${numberIn(shown, 'unit')}`} labels={[concepts[chosen] ?? '', 'other concepts']} {...overlap.picture} />
      <table className={styles['table']}>
        <caption>{what}s that tell the concepts apart best; press one to see it</caption>
        <thead>
          <tr>
            <th scope="col">{what}</th>
            <th scope="col">D</th>
            <th scope="col">JSD, bits</th>
            <th scope="col">by chance</th>
          </tr>
        </thead>
        <tbody>
          {(units ?? []).slice(0, 12).map((unit, i) => (
            <tr key={unit}>
              <td>
                <button type="button" onClick={() => onUnit(unit)}>
                  {unit}
                </button>
              </td>
              <td>{(distances?.[i] ?? 0).toFixed(3)}</td>
              <td>{(divergences?.[i] ?? 0).toFixed(3)}</td>
              <td>{(chance?.[i] ?? 0).toFixed(3)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
