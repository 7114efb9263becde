import type { FeatureRef } from '../../anatomy/dictionary';
import type { Correlate, FeatureRecord } from '../../dictionaries/records';
import { figure } from './words';
import styles from './Dashboard.module.css';

export interface RelatedProps {
  readonly feature: FeatureRef;
  readonly record: FeatureRecord;
  readonly layer: number | null;
  /** What a feature is called, or null. */
  readonly nameOf: (feature: FeatureRef) => string | null;
  readonly onSelect: (feature: FeatureRef) => void;
}

/** What points the same way, and what goes with it over tokens. */
export function Related({ feature, record, layer, nameOf, onSelect }: RelatedProps) {
  const { dictionary } = feature;
  const neuron = (index: number) => (layer === null ? `neuron ${index}` : `L${layer}N${index}`);
  const neighbours = record.neighbours.map(({ dictionary: other, index, cosine }) => ({ feature: { dictionary: other ?? dictionary, index }, value: cosine }));
  const partners = record.correlatedFeatures.map(({ index, ...one }) => ({ feature: { dictionary, index }, value: correlation(one) }));
  return (
    <div className={styles.columns}>
      <Features title="Nearest features" unit="cosine of decoder rows" rows={neighbours} nameOf={nameOf} onSelect={onSelect} />
      <Features title="Correlated features" unit="Pearson over tokens" rows={partners} nameOf={nameOf} onSelect={onSelect} />
      <Neurons title="Correlated neurons" unit="Pearson over tokens" rows={record.correlatedNeurons.map((one) => [neuron(one.index), correlation(one)])} />
      {record.alignedNeurons.length > 0 ? (
        <Neurons title="Aligned neurons" unit="entry of the decoder row" rows={record.alignedNeurons.map(({ index, value }) => [neuron(index), value])} />
      ) : null}
    </div>
  );
}

const correlation = ({ pearson, cosine }: Pick<Correlate, 'pearson' | 'cosine'>): number | null => pearson ?? cosine;

interface FeaturesProps extends Pick<RelatedProps, 'nameOf' | 'onSelect'> {
  readonly title: string;
  readonly unit: string;
  readonly rows: readonly { readonly feature: FeatureRef; readonly value: number | null }[];
}

function Features({ title, unit, rows, nameOf, onSelect }: FeaturesProps) {
  return (
    <section className={styles.part} aria-label={title}>
      <h4>{title}</h4>
      {rows.length === 0 ? (
        <p className={styles.note}>None recorded.</p>
      ) : (
        <ul className={styles.related}>
          {rows.map(({ feature, value }) => (
            <li key={feature.index}>
              <button type="button" onClick={() => onSelect(feature)}>
                {feature.index}
                <span className={styles.name}>{nameOf(feature) ?? 'no label'}</span>
              </button>
              <span title={unit}>{figure(value, 2)}</span>
            </li>
          ))}
        </ul>
      )}
      <p className={styles.note}>{unit}</p>
    </section>
  );
}

function Neurons({ title, unit, rows }: { title: string; unit: string; rows: readonly (readonly [string, number | null])[] }) {
  return (
    <section className={styles.part} aria-label={title}>
      <h4>{title}</h4>
      {rows.length === 0 ? (
        <p className={styles.note}>None recorded.</p>
      ) : (
        <ul className={styles.related}>
          {rows.map(([name, value]) => (
            <li key={name}>
              <span>{name}</span>
              <span>{figure(value, 2)}</span>
            </li>
          ))}
        </ul>
      )}
      <p className={styles.note}>{unit}</p>
    </section>
  );
}
