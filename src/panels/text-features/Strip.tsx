import { useMemo } from 'react';
import { TokenStrip } from '../../charts/TokenStrip';
import type { HeatScale } from '../../charts/TokenStrip-heat';
import { HeatLegend } from '../../charts/TokenStrip-legend';
import type { Sequence } from '../../store/state';
import { relativeErrors, rowOf, type Activations } from './activations';
import { nameOf, type KnownOf } from './list';
import styles from './Panel.module.css';

/** ‖x − x̂‖ / ‖x‖ from nothing missed to everything: the same for every text and dictionary. */
const ERROR: HeatScale = {
  label: 'missed, ‖x − x̂‖ / ‖x‖',
  cold: 0,
  hot: 1,
  ends: ['0', '1'],
  format: (value) => `${value.toFixed(2)} of the activation's length missed`,
};

export interface StripProps {
  readonly activations: Activations;
  readonly sequence: Sequence;
  readonly by: 'feature' | 'error';
  readonly chosen: number | null;
  readonly knownOf: KnownOf;
  readonly pinned: number | null;
  readonly hovered: number | null;
  readonly isStreaming: boolean;
  readonly onPin: (pos: number | null) => void;
  readonly onHover: (pos: number | null) => void;
}

/** The text, coloured by the selected feature or by what the dictionary misses. */
export function Strip({ activations, sequence, by, chosen, knownOf, pinned, hovered, isStreaming, onPin, onHover }: StripProps) {
  const isError = by === 'error' || chosen === null;
  const values = useMemo(() => (isError ? relativeErrors(activations) : rowOf(activations, chosen)), [activations, chosen, isError]);
  const scale = useMemo(() => {
    if (isError) return ERROR;
    const from = activations.skippedBos ? 1 : 0;
    const hot = values.slice(from).reduce((most, value) => Math.max(most, value), 0) || 1;
    const label = `activation of ${nameOf(chosen, knownOf(chosen))}`;
    return { label, cold: 0, hot, ends: ['0', hot.toFixed(2)], format: (value: number) => `${value.toFixed(2)} of feature ${chosen}` } satisfies HeatScale;
  }, [isError, activations, values, chosen, knownOf]);
  return (
    <div className={styles['strip']}>
      <TokenStrip
        label={isError ? 'text by reconstruction error' : `text by feature ${chosen}`}
        tokens={sequence.tokens.slice(0, activations.nPos)}
        ids={sequence.ids.slice(0, activations.nPos)}
        promptLength={sequence.promptLength}
        values={values}
        scale={scale}
        pinned={pinned}
        hovered={hovered}
        onPin={onPin}
        onHover={onHover}
        isStreaming={isStreaming}
      />
      <HeatLegend scale={scale} />
    </div>
  );
}
