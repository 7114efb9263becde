import type { FoundFeature } from '../../dictionaries/records';
import { visible } from '../../lib/token-text';
import styles from './Grid.module.css';

const KINDS: Readonly<Record<FoundFeature['kind'], string>> = { own: 'my label', label: 'label', token: 'token', context: 'context' };

export interface FeatureRowProps {
  readonly label: { readonly text: string; readonly isOwn: boolean } | null;
  readonly found: FoundFeature | null;
  /** The dictionary. */
  readonly title: string;
  readonly index: number;
  /** Density, AUC, max, norm. */
  readonly cells: readonly string[];
}

/** The cells of one feature. While something is searched the first shows where it was found. */
export function FeatureRow({ label, found, title, index, cells }: FeatureRowProps) {
  const [density, auc, max, norm] = cells;
  return (
    <>
      <div role="gridcell" data-column="label">
        {found !== null ? (
          <Match found={found} />
        ) : label === null ? (
          <span className={styles.none}>no label</span>
        ) : (
          <span className={label.isOwn ? styles.own : undefined} title={label.isOwn ? `${label.text} (my label)` : label.text}>
            {label.text}
          </span>
        )}
      </div>
      <div role="gridcell" data-column="layer" title={title}>
        {title}
      </div>
      <div role="gridcell" data-column="index">
        {index}
      </div>
      <div role="gridcell" data-column="density">
        {density}
      </div>
      <div role="gridcell" data-column="auc">
        {auc}
      </div>
      <div role="gridcell" data-column="max">
        {max}
      </div>
      <div role="gridcell" data-column="norm">
        {norm}
      </div>
    </>
  );
}

/** The text in which a search found something, with the match marked. */
function Match({ found: { kind, text, from, to } }: { found: FoundFeature }) {
  const isToken = kind === 'token';
  const before = text.slice(0, from);
  const show = (part: string) => (isToken && part !== '' ? visible(part) : part.replace(/\n/g, '↵'));
  return (
    <span className={styles.match}>
      <span className={styles.kind}>{KINDS[kind]}</span>
      <span className={styles.matchText} title={text}>
        {/* Turned round so that a narrow column cuts its beginning: the match itself always shows. */}
        {before.trimEnd() === '' ? null : (
          <span className={styles.before}>
            <bdi>{show(before.trimEnd())}</bdi>
          </span>
        )}
        {/* At the end of a line that is turned round a space would go to its other end. */}
        {before === before.trimEnd() ? null : <span>{show(before.slice(before.trimEnd().length))}</span>}
        <mark>{show(text.slice(from, to))}</mark>
        <span className={styles.after}>{show(text.slice(to))}</span>
      </span>
    </span>
  );
}
