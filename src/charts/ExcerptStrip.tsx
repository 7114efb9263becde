import { memo, useMemo, useRef, useState, type KeyboardEvent, type SyntheticEvent } from 'react';
import { spoken, visible } from '../lib/token-text';
import { HEAT_STYLES, heatLevel, type HeatScale } from './TokenStrip-heat';
import { elementAt, posOf, stepFrom, tokenOf } from './TokenStrip-places';
import { TokenTip, type TipTarget } from './TokenStrip-tip';
import styles from './ExcerptStrip.module.css';

export interface ExcerptStripProps {
  /** What the strip shows, for screen readers. */
  readonly label: string;
  readonly tokens: readonly string[];
  /** A value for each token; NaN where none is known. */
  readonly values: ArrayLike<number>;
  readonly scale: HeatScale;
  /** The token that the excerpt is about, or null. */
  readonly chosen: number | null;
}

/**
 * A short piece of text as its tokens, with heat behind each. One tab stop; arrows move; Enter or a click holds a token's value
 * on screen.
 */
export const ExcerptStrip = memo(function ExcerptStrip({ label, tokens, values, scale, chosen }: ExcerptStripProps) {
  const root = useRef<HTMLDivElement>(null);
  const [pinned, setPinned] = useState<number | null>(null);
  const [focused, setFocused] = useState<number | null>(null);
  const [tip, setTip] = useState<TipTarget | null>(null);
  const tabStop = Math.min(focused ?? chosen ?? 0, Math.max(0, tokens.length - 1));
  const reading = useMemo(
    () => (pos: number) => {
      const value = values[pos];
      return value === undefined || Number.isNaN(value) ? 'no value here' : scale.format(value);
    },
    [values, scale],
  );
  const show = (element: HTMLElement | null) => {
    const pos = element === null ? null : posOf(element);
    setTip(element === null || pos === null ? null : { pos, box: element.getClientRects()[0] ?? element.getBoundingClientRect() });
  };
  const toggle = (event: SyntheticEvent) => {
    const element = tokenOf(event.target as Element);
    const pos = element === null ? null : posOf(element);
    if (pos !== null) setPinned(pinned === pos ? null : pos);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') {
      setPinned(null);
      return setTip(null);
    }
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      return toggle(event);
    }
    const here = tokenOf(event.target);
    const pos = here === null ? null : posOf(here);
    const to = root.current === null || pos === null ? null : stepFrom(root.current, pos, event.key, tokens.length);
    if (to === null || root.current === null) return;
    event.preventDefault();
    elementAt(root.current, to)?.focus();
  };
  return (
    <div className={styles['excerpt']}>
      <div
        ref={root}
        className={styles['strip']}
        role="listbox"
        aria-label={label}
        aria-orientation="horizontal"
        onPointerOver={(event) => show(tokenOf(event.target))}
        onPointerLeave={() => setTip(null)}
        onClick={toggle}
        onKeyDown={onKeyDown}
        onFocus={(event) => {
          const element = tokenOf(event.target);
          if (element === null) return;
          setFocused(posOf(element));
          if (element.matches(':focus-visible')) show(element);
        }}
        onBlur={() => setTip(null)}
      >
        {tokens.map((token, pos) => (
          <span
            key={pos}
            role="option"
            data-pos={pos}
            data-chosen={pos === chosen || undefined}
            className={styles['token']}
            tabIndex={pos === tabStop ? 0 : -1}
            aria-selected={pos === pinned}
            aria-label={`${spoken(token)}, ${reading(pos)}`}
            style={HEAT_STYLES[heatLevel(values[pos], scale)]}
          >
            {pos > 0 && /^\s/.test(token) ? <wbr /> : null}
            {visible(token)}
          </span>
        ))}
        <TokenTip target={tip} lines={tip === null ? [] : [visible(tokens[tip.pos] ?? ''), reading(tip.pos)]} />
      </div>
      {pinned === null ? null : (
        <p className={styles['pinned']}>
          <code>{visible(tokens[pinned] ?? '')}</code> {reading(pinned)}
        </p>
      )}
    </div>
  );
});
