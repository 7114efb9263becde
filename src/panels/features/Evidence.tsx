import { Bars } from '../../charts/Bars';
import { visible } from '../../lib/token-text';
import type { FeatureRecord, TokenValue } from '../../dictionaries/records';
import type { Logits } from './use-logits';
import { figure, share } from './words';
import styles from './Dashboard.module.css';

/** How often and how strongly a feature fires, and which tokens its decoder row speaks for. */
export function Evidence({ record, logits, problem }: { record: FeatureRecord; logits: Logits | null; problem: string | null }) {
  const { density, histogram, maxActivation, tokenCount, dataset, norm } = record;
  const { topLogits, bottomLogits, logitHistogram } = logits ?? record;
  return (
    <div className={styles.columns}>
      <section className={styles.part} aria-label="activations">
        <h4>Activations</h4>
        <dl className={styles.figures}>
          <dt>density</dt>
          <dd>{share(density)}</dd>
          <dt>max</dt>
          <dd>{figure(maxActivation)}</dd>
          {norm === null ? null : (
            <>
              <dt>decoder norm</dt>
              <dd>{figure(norm)}</dd>
            </>
          )}
        </dl>
        {histogram === null ? (
          <p className={styles.note}>No histogram: {density === 0 ? 'it never fired.' : 'these records hold none.'}</p>
        ) : (
          <Bars
            values={histogram.values}
            heights={histogram.heights}
            format={(value) => figure(Math.max(0, value))}
            describe={(value, height) => `around ${figure(value)}: ${heightWords(height, histogram.heights)}`}
            summary={`Histogram of the activations above zero, up to ${figure(maxActivation)}; ${share(density)} of tokens are active.`}
          />
        )}
        <p className={styles.note}>
          {tokenCount === null ? 'How many tokens this was counted on isn’t recorded.' : `Over ${tokenCount.toLocaleString('en')} tokens${dataset === null ? '' : ` of ${dataset}`}.`}
          {histogram?.isRough === true ? ' Bars are stored roughly: each may be off by a third.' : ''}
        </p>
      </section>
      <section className={styles.part} aria-label="logits">
        <h4>Tokens it writes (W_dec · W_U)</h4>
        {topLogits.length === 0 && bottomLogits.length === 0 ? (
          <p className={styles.note}>{problem ?? 'These records hold none; they are computed once the dictionary’s weights are open.'}</p>
        ) : (
          <div className={styles.logits}>
            <Tokens title="highest" rows={topLogits} />
            <Tokens title="lowest" rows={bottomLogits} />
          </div>
        )}
        {logitHistogram === null ? null : (
          <Bars
            values={logitHistogram.values}
            heights={logitHistogram.heights}
            height={36}
            format={(value) => figure(value)}
            describe={(value, height) => `around ${figure(value)}: ${height.toLocaleString('en')} tokens`}
            summary="Histogram of W_dec · W_U over the vocabulary."
          />
        )}
        <p className={styles.note}>
          No LayerNorm in between: not logits of the model.
          {topLogits.some(({ value }) => value === null) ? ' Their values appear once the dictionary’s weights are open.' : ''}
        </p>
      </section>
    </div>
  );
}

/** Heights are counts, or shares where the records store those. */
function heightWords(height: number, all: readonly number[]): string {
  const isCount = all.every(Number.isInteger);
  return isCount ? `${height.toLocaleString('en')} tokens` : `${(100 * height).toFixed(height < 0.01 ? 2 : 1)}% of its activations`;
}

function Tokens({ title, rows }: { title: string; rows: readonly TokenValue[] }) {
  return (
    <div>
      <h5 className={styles.groupTitle}>{title}</h5>
      <ol className={styles.tokens}>
        {rows.map(({ token, value }, at) => (
          <li key={at}>
            <code>{visible(token)}</code>
            {value === null ? null : <span>{figure(value)}</span>}
          </li>
        ))}
      </ol>
    </div>
  );
}
