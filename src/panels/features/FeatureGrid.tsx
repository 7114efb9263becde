import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react';
import type { FoundFeature } from '../../dictionaries/records';
import { FeatureRow } from './FeatureRow';
import { figure, share } from './words';
import { labelOf, type FeatureTable, type OwnLabels, type Sorting, type SortKey } from './rows';
import styles from './Grid.module.css';

const ROW_HEIGHT = 28;
/** Rows drawn beyond what is in sight. */
const OVERSCAN = 8;
const PAGE = 10;

const COLUMNS: readonly { readonly key: SortKey; readonly label: string; readonly title: string }[] = [
  { key: 'label', label: 'label', title: 'your label, else the proposed one' },
  { key: 'layer', label: 'dictionary', title: 'layer' },
  { key: 'index', label: 'feature', title: 'index of the feature' },
  { key: 'density', label: 'density', title: 'share of tokens at which it is active' },
  { key: 'auc', label: 'AUC', title: 'score of the proposed label on held-out contexts' },
  { key: 'max', label: 'max', title: 'largest activation' },
  { key: 'norm', label: 'norm', title: 'length of the decoder row; known once the dictionary’s weights are read' },
];

export interface FeatureGridProps {
  readonly table: FeatureTable;
  readonly rows: Uint32Array;
  /** What was found, by row; null while nothing is searched: the headers sort only then. */
  readonly found: ReadonlyMap<number, FoundFeature> | null;
  readonly own: OwnLabels;
  readonly sorting: Sorting;
  readonly onSort: (key: SortKey) => void;
  /** The row of the selected feature, or null. */
  readonly selected: number | null;
  readonly onSelect: (row: number) => void;
}

/**
 * Features as a table of any length: only the rows in sight exist. One tab stop; arrows, Page Up and Down, Home and End move the
 * cursor, Enter selects.
 */
export function FeatureGrid({ table, rows, found, own, sorting, onSort, selected, onSelect }: FeatureGridProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const name = useId();
  const [cursor, setCursor] = useState<number | null>(null);
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => scroller.current, estimateSize: () => ROW_HEIGHT, overscan: OVERSCAN, scrollPaddingEnd: ROW_HEIGHT /* the header stands before the rows */ });
  const place = cursor === null ? null : Math.min(cursor, rows.length - 1);

  // What is selected elsewhere (a link, the map, a neighbour) comes into sight.
  useEffect(() => {
    const at = selected === null ? -1 : rows.indexOf(selected);
    if (at < 0) return;
    setCursor(at);
    virtual.scrollToIndex(at, { align: 'auto' });
    // eslint-disable-next-line react-hooks/exhaustive-deps -- only when the selection moves: sorting must not scroll
  }, [selected]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const row = place === null ? undefined : rows[place];
    if ((event.key === 'Enter' || event.key === ' ') && row !== undefined) {
      event.preventDefault();
      onSelect(row);
      return;
    }
    const to = nextPlace(event.key, place, rows.length);
    if (to === null) return;
    event.preventDefault();
    setCursor(to);
    virtual.scrollToIndex(to, { align: 'auto' });
  };
  const isDrawn = place !== null && virtual.getVirtualItems().some(({ index }) => index === place);

  return (
    <div className={styles.frame}>
      <div
        ref={scroller}
        className={styles.grid}
        role="grid"
        tabIndex={0}
        aria-label="features"
        aria-rowcount={rows.length + 1}
        {...(isDrawn ? { 'aria-activedescendant': `${name}-${place}` } : {})}
        onKeyDown={onKeyDown}
        onFocus={(event) => event.target === event.currentTarget && cursor === null && rows.length > 0 && setCursor(0)}
      >
        <div role="rowgroup" className={styles.head}>
          <div role="row" aria-rowindex={1} className={styles.row}>
            {COLUMNS.map(({ key, label, title }) => (
              <div key={key} role="columnheader" data-column={key} aria-sort={found !== null || sorting.key !== key ? 'none' : sorting.isDescending ? 'descending' : 'ascending'}>
                <button type="button" disabled={found !== null} title={found === null ? `${title}; press to sort` : title} onClick={() => onSort(key)}>
                  {label}
                  <span aria-hidden="true">{found !== null || sorting.key !== key ? '' : sorting.isDescending ? ' ↓' : ' ↑'}</span>
                </button>
              </div>
            ))}
          </div>
        </div>
        <div role="rowgroup" className={styles.body} style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index: at, start, size }) => {
            const row = rows[at];
            if (row === undefined) return null;
            const section = table.sections[table.section[row] ?? 0];
            return (
              <div
                key={row}
                id={`${name}-${at}`}
                role="row"
                aria-rowindex={at + 2}
                aria-selected={row === selected}
                data-cursor={at === place || undefined}
                data-dead={table.density[row] === 0 || undefined}
                className={styles.row}
                style={{ position: 'absolute', top: 0, left: 0, right: 0, height: size, transform: `translateY(${start}px)` }}
                onClick={() => {
                  setCursor(at);
                  onSelect(row);
                }}
              >
                <FeatureRow
                  label={labelOf(table, row, own)}
                  found={found?.get(row) ?? null}
                  title={section?.title ?? ''}
                  index={table.index[row] ?? 0}
                  cells={[share(table.density[row]), figure(table.auc[row], 2), figure(table.max[row]), figure(table.norm[row])]}
                />
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

/** Where a key takes the cursor in a list of `count`; null for another key. */
export function nextPlace(key: string, place: number | null, count: number): number | null {
  if (count === 0) return null;
  const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: PAGE, PageUp: -PAGE };
  const step = steps[key];
  if (key === 'Home') return 0;
  if (key === 'End') return count - 1;
  if (step === undefined) return null;
  return place === null ? 0 : Math.min(count - 1, Math.max(0, place + step));
}
