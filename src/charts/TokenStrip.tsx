import { useCallback, useMemo, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { TokenList } from './TokenStrip-list';
import { elementAt, posOf, stepFrom, tokenOf } from './TokenStrip-places';
import { useHoverMark, usePinInView, useReadingPlace } from './TokenStrip-view';
import { TokenTip, type TipTarget } from './TokenStrip-tip';
import { useChunksInTurns } from './TokenStrip-turns';
import { tokenLines } from './TokenStrip-words';
import type { HeatScale } from './TokenStrip-heat';
import styles from './TokenStrip.module.css';

export interface TokenStripProps {
  /** What the strip shows, for screen readers: "base text". */
  label: string;
  tokens: readonly string[];
  /** Same length as `tokens`. */
  ids: readonly number[];
  /** Tokens before this are prompt, the rest is response. */
  promptLength: number;
  /** [pos]; NaN or missing where there is none. */
  values?: ArrayLike<number> | null;
  /** How values become heat; without it there is none. */
  scale?: HeatScale | null;
  pinned: number | null;
  hovered: number | null;
  onPin: (pos: number | null) => void;
  onHover: (pos: number | null) => void;
  /** True while tokens are still coming. */
  isStreaming?: boolean;
  tone?: 'base' | 'steered';
}

/**
 * A text as its tokens: exact boundaries, visible spaces and newlines, heat behind each. One tab stop; arrows, Home and End
 * move, Enter or a click pins a position, Escape lets go. Hover touches one element's attribute and never renders the list.
 */
export function TokenStrip(props: TokenStripProps) {
  const { tokens, ids, promptLength, values = null, scale = null, pinned, hovered, onPin, onHover, isStreaming = false } = props;
  const root = useRef<HTMLDivElement>(null);
  const [focused, setFocused] = useState<number | null>(null);
  const [tip, setTip] = useState<TipTarget | null>(null);
  const tabStop = Math.min(focused ?? pinned ?? 0, Math.max(0, tokens.length - 1));
  const chunks = useChunksInTurns({ tokens, ids, promptLength, values, scale, pinned, tabStop });
  const drawn = chunks.reduce((sum, chunk) => sum + chunk.tokens.length, 0);
  useHoverMark(root, hovered, drawn);
  const prompt = useMemo(() => ids.slice(0, promptLength).join(), [ids, promptLength]);
  const onScrolled = useReadingPlace(root, { prompt, count: drawn, isStreaming });
  usePinInView(root, pinned, pinned !== null && pinned < drawn);

  const show = useCallback((element: HTMLElement | null) => {
    const pos = element === null ? null : posOf(element);
    setTip(element === null || pos === null ? null : { pos, box: element.getClientRects()[0] ?? element.getBoundingClientRect() });
  }, []);
  const onPointer = (event: PointerEvent) => {
    const element = tokenOf(event.target);
    if (element === null) return;
    onHover(posOf(element));
    show(element);
  };
  const leave = () => {
    onHover(null);
    setTip(null);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') {
      if (tip === null && pinned !== null) onPin(null);
      setTip(null);
      return;
    }
    const here = tokenOf(event.target);
    const pos = here === null ? null : posOf(here);
    if (root.current === null || pos === null) return;
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      onPin(pinned === pos ? null : pos);
      return;
    }
    const to = stepFrom(root.current, pos, event.key, tokens.length);
    if (to === null) return;
    event.preventDefault();
    elementAt(root.current, to)?.focus();
  };

  const describe = useMemo(() => tokenLines({ tokens, ids, promptLength, values, scale }), [tokens, ids, promptLength, values, scale]);
  return (
    <div
      ref={root}
      className={`${styles.strip} ${props.tone === 'steered' ? styles.steered : ''}`}
      role="listbox"
      aria-label={props.label}
      aria-orientation="horizontal"
      aria-busy={isStreaming}
      onPointerOver={onPointer}
      onPointerLeave={leave}
      onKeyDown={onKeyDown}
      onClick={(event) => {
        const element = tokenOf(event.target);
        const pos = element === null ? null : posOf(element);
        if (pos !== null) onPin(pinned === pos ? null : pos);
      }}
      onFocus={(event) => {
        const element = tokenOf(event.target);
        if (element === null) return;
        setFocused(posOf(element));
        if (element.matches(':focus-visible')) show(element);
      }}
      onBlur={() => setTip(null)}
      onScroll={() => {
        setTip(null);
        onScrolled();
      }}
    >
      <TokenList chunks={chunks} />
      <TokenTip target={tip} lines={tip === null ? [] : describe(tip.pos)} />
    </div>
  );
}
