import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { FeatureRef } from '../../anatomy/dictionary';
import { ExcerptStrip } from '../../charts/ExcerptStrip';
import { HeatLegend } from '../../charts/TokenStrip-legend';
import { isAbort, messageOf } from '../../lib/errors';
import type { Excerpt, ExcerptGroup, FeatureRecord } from '../../dictionaries/records';
import { Button, Disclosure } from '../../ui';
import { withStart } from './activations';
import { activationHeat } from './heat';
import { useAsk } from './use-ask';
import { figure } from './words';
import styles from './Dashboard.module.css';

type Filled = ReadonlyMap<Excerpt, readonly number[]>;
const NOTHING: Filled = new Map();

/** Where a feature fires: the top contexts, then a sample of each part of its range. */
export function Contexts({ feature, record, bosId }: { feature: FeatureRef; record: FeatureRecord; bosId: number | null }) {
  const scale = useMemo(() => activationHeat(record.maxActivation ?? 0), [record.maxActivation]);
  const isPartial = record.groups.some(({ excerpts }) => excerpts.some(({ values, ids }) => ids !== null && values.some(Number.isNaN)));
  const { filled, state, fill } = useFilled(feature, record, bosId);
  if (record.groups.length === 0) return null;
  return (
    <section className={styles.part} aria-label="contexts">
      <div className={styles.partHead}>
        <h4>Contexts</h4>
        <HeatLegend scale={scale} />
      </div>
      {isPartial ? (
        <div className={styles.note}>
          {filled.size === 0 ? 'The records store the activation at the underlined token only. ' : 'The underlined token’s activation is the recorded one, of the whole text; the others are computed here on the excerpt alone, where they can differ. '}
          {filled.size === 0 ? (
            <Button variant="quiet" isDisabled={state === 'busy'} onPress={fill}>
              {state === 'busy' ? 'Computing…' : 'Compute the others'}
            </Button>
          ) : null}
          {state !== 'busy' && state !== null ? <span role="alert">{state}</span> : null}
        </div>
      ) : null}
      {record.groups.map((group, at) => (
        <Group key={at} group={group} filled={filled} scale={scale} max={record.maxActivation ?? 0} isRough={record.histogram?.isRough === true} />
      ))}
    </section>
  );
}

function Group({ group, filled, scale, max, isRough }: { group: ExcerptGroup; filled: Filled; scale: ReturnType<typeof activationHeat>; max: number; isRough: boolean }) {
  const strips = (
    <ol className={styles.strips}>
      {group.excerpts.map((excerpt, at) => (
        <li key={at}>
          <span className={styles.peak} title={excerpt.source === null ? undefined : `from ${excerpt.source}`}>
            {figure(peakOf(excerpt))}
          </span>
          <ExcerptStrip label={`context ${at + 1}, ${titleOf(group, max)}`} tokens={excerpt.tokens} values={filled.get(excerpt) ?? excerpt.values} scale={scale} chosen={excerpt.chosen} />
        </li>
      ))}
    </ol>
  );
  if (group.kind === 'top')
    return (
      <>
        <h5 className={styles.groupTitle}>{titleOf(group, max)}</h5>
        {strips}
      </>
    );
  return <Disclosure level={4} title={titleOf(group, max, isRough)}>{strips}</Disclosure>;
}

function titleOf({ kind, low, high, share }: ExcerptGroup, max: number, isRough = false): string {
  if (kind === 'top') return 'Top activations';
  const percent = (value: number) => `${Math.round((100 * value) / (max > 0 ? max : 1))}%`;
  const part = share === null ? '' : ` · holds ${partOf(share, isRough)} of its activations`;
  return `Interval ${figure(low)} – ${figure(high)} (${percent(low)} – ${percent(high)} of max)${part}`;
}

function partOf(share: number, isRough: boolean): string {
  if (isRough) return share < 0.01 ? 'under 1%' : `about ${(100 * share).toFixed(0)}%`;
  return `${share < 0.001 ? '<0.1' : (100 * share).toFixed(1)}%`;
}

function peakOf({ values, chosen }: Excerpt): number {
  const there = chosen === null ? NaN : (values[chosen] ?? NaN);
  return Number.isNaN(there) ? Math.max(...values.filter((value) => !Number.isNaN(value))) : there;
}

/** The activations of every token of every excerpt, once somebody wants them. */
function useFilled(feature: FeatureRef, record: FeatureRecord, bosId: number | null) {
  const { ofIds } = useAsk(feature);
  const [held, setHeld] = useState<{ readonly record: FeatureRecord; readonly filled: Filled; readonly state: 'busy' | string | null }>({ record, filled: NOTHING, state: null });
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), [record]);
  const fill = useCallback(() => {
    const mine = new AbortController();
    running.current?.abort();
    running.current = mine;
    setHeld({ record, filled: NOTHING, state: 'busy' });
    void (async () => {
      const filled = new Map<Excerpt, readonly number[]>();
      try {
        for (const { excerpts } of record.groups)
          for (const excerpt of excerpts) {
            if (excerpt.ids === null) continue;
            const ids = withStart(excerpt.ids, bosId);
            const values = await ofIds(ids, mine.signal);
            mine.signal.throwIfAborted();
            const computed = [...values.subarray(ids.length - excerpt.ids.length)];
            // What the records tell is of the whole text, and stays.
            filled.set(excerpt, computed.map((value, at) => (Number.isNaN(excerpt.values[at] ?? NaN) ? value : (excerpt.values[at] ?? value))));
            setHeld({ record, filled: new Map(filled), state: 'busy' });
          }
        setHeld({ record, filled, state: null });
      } catch (error) {
        if (!isAbort(error) && !mine.signal.aborted) setHeld({ record, filled, state: messageOf(error) });
      }
    })();
  }, [ofIds, record, bosId]);
  return held.record === record ? { ...held, fill } : { filled: NOTHING, state: null, fill };
}
