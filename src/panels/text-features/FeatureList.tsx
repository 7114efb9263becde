import { useRef, type KeyboardEvent } from 'react';
import { IconButton } from '../../ui';
import { SettingsIcon } from '../../ui/icons';
import { nameOf, valueText, valueWords, type KnownOf } from './list';
import type { Ranked } from './rank';
import type { Settings } from './settings';
import styles from './Panel.module.css';

export interface FeatureListProps {
  readonly rows: readonly Ranked[];
  readonly settings: Pick<Settings, 'scope' | 'by' | 'compare'>;
  readonly knownOf: KnownOf;
  readonly chosen: number | null;
  /** Null where the dictionary can't be steered with yet. */
  readonly onSteer: ((feature: number) => void) | null;
  readonly onChoose: (row: Ranked) => void;
}

/** Features with bars, largest first. A press selects the feature everywhere and marks where it is strongest; the arrow keys go from line to line. */
export function FeatureList({ rows, settings, knownOf, chosen, onSteer, onChoose }: FeatureListProps) {
  const root = useRef<HTMLOListElement>(null);
  const largest = rows.reduce((most, { value }) => Math.max(most, Math.abs(value)), 0);
  const onKeyDown = (event: KeyboardEvent) => {
    const lines = [...(root.current?.querySelectorAll<HTMLElement>('[data-line]') ?? [])];
    const here = lines.findIndex((line) => line === event.target);
    const to = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: lines.length - 1 }[event.key];
    if (here < 0 || to === undefined || lines[to] === undefined) return;
    event.preventDefault();
    lines[to]?.focus();
  };
  return (
    <ol ref={root} className={styles['list']} aria-label={`features, ${valueWords(settings)}`} onKeyDown={onKeyDown}>
      {rows.map((row) => {
        const { feature, value, count } = row;
        const known = knownOf(feature);
        const share = largest === 0 ? 0 : Math.abs(value) / largest;
        return (
          <li key={feature} className={styles['line']} data-chosen={feature === chosen || undefined} data-negative={value < 0 || undefined}>
            <button
              type="button"
              data-line
              aria-pressed={feature === chosen}
              title={`${nameOf(feature, known)}: ${valueText(value, settings)}`}
              onClick={() => onChoose(row)}
              style={{ '--share': `${100 * share}%` } as Record<string, string>}
            >
              <span className={styles['index']}>{feature}</span>
              <span className={known.isOwn ? styles['own'] : styles['label']}>{known.label ?? ''}</span>
              <span className={styles['count']} title={settings.scope === 'set' ? 'prompts in which it fires' : settings.scope === 'difference' ? 'tokens at which it fires, in both prompts' : 'tokens at which it fires'}>
                ×{count}
              </span>
              <span className={styles['value']}>{valueText(value, settings)}</span>
            </button>
            {onSteer === null ? null : <IconButton label={`Steer with feature ${feature}`} icon={<SettingsIcon />} onPress={() => onSteer(feature)} />}
          </li>
        );
      })}
    </ol>
  );
}
