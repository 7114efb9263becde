import { useCallback, useLayoutEffect, useRef, type RefObject } from 'react';
import { elementAt } from './TokenStrip-places';

/** The pixels from the bottom within which a reader counts as following the stream. */
const FOLLOWING = 24;
/** Pixels above the first response token when a text begins there. */
const ABOVE = 4;

/** Marks the token that any panel's pointer is on. */
export function useHoverMark(root: RefObject<HTMLDivElement | null>, hovered: number | null, count: number) {
  useLayoutEffect(() => {
    if (root.current === null || hovered === null) return;
    const element = elementAt(root.current, hovered);
    element?.setAttribute('data-hover', '');
    return () => element?.removeAttribute('data-hover');
  }, [root, hovered, count]);
}

/**
 * Where a text that is longer than its frame is read: from the beginning of the response, until the reader scrolls. A reader
 * who scrolls to the end follows what comes; anywhere else nothing moves. A new prompt begins anew.
 */
export function useReadingPlace(root: RefObject<HTMLDivElement | null>, text: { prompt: string; count: number; isStreaming: boolean }) {
  const { prompt, count, isStreaming } = text;
  const mode = useRef<'response' | 'end' | 'still'>('response');
  /** Where this hook put the view last; any other place was the reader's choice. */
  const own = useRef(0);
  useLayoutEffect(() => {
    mode.current = 'response';
  }, [prompt]);
  const place = useCallback(() => {
    const element = root.current;
    if (element === null || mode.current === 'still') return;
    const first = element.querySelector<HTMLElement>('[data-phase="response"] [data-pos]');
    if (mode.current === 'end') {
      if (isStreaming) element.scrollTop = element.scrollHeight;
    } else element.scrollTop = first === null ? element.scrollHeight : first.offsetTop - ABOVE;
    own.current = element.scrollTop;
  }, [root, isStreaming]);
  useLayoutEffect(place, [place, prompt, count]);
  // Another width breaks lines elsewhere, such as when the second text comes to stand beside the first.
  useLayoutEffect(() => {
    if (root.current === null || typeof ResizeObserver === 'undefined') return;
    const observer = new ResizeObserver(place);
    observer.observe(root.current);
    return () => observer.disconnect();
  }, [root, place]);
  return useCallback(() => {
    const element = root.current;
    if (element === null || Math.abs(element.scrollTop - own.current) <= 1) return;
    own.current = element.scrollTop;
    mode.current = element.scrollHeight - element.scrollTop - element.clientHeight < FOLLOWING ? 'end' : 'still';
  }, [root]);
}

/** Brings a position that was pinned elsewhere into the strip's own view; the page around it stays where it is. */
export function usePinInView(root: RefObject<HTMLDivElement | null>, pinned: number | null, isDrawn: boolean) {
  useLayoutEffect(() => {
    const element = root.current;
    const token = element === null || pinned === null ? null : elementAt(element, pinned);
    if (element === null || token === null) return;
    const above = token.offsetTop - element.scrollTop;
    if (above < 0) element.scrollTop = token.offsetTop;
    else if (above + token.offsetHeight > element.clientHeight)
      element.scrollTop = token.offsetTop + token.offsetHeight - element.clientHeight;
  }, [root, pinned, isDrawn]);
}
