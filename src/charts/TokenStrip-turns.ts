import { useEffect, useMemo, useState } from 'react';
import type { HeatScale } from './TokenStrip-heat';

/** Tokens of a chunk, and chunks that are drawn anew in one frame: a thousand tokens at once would hold the page too long. */
const CHUNK = 64;
const PER_TURN = 4;

/** Some tokens that follow each other in one phase, with all that their drawing needs. */
export interface Chunk {
  /** Position of the first. */
  readonly from: number;
  readonly phase: 'prompt' | 'response';
  readonly tokens: readonly string[];
  readonly ids: readonly number[];
  /** NaN where there is none. */
  readonly values: readonly number[];
  readonly scale: HeatScale | null;
  /** Null where it isn't one of these. */
  readonly pinned: number | null;
  readonly tabStop: number | null;
}

export interface Strip {
  readonly tokens: readonly string[];
  readonly ids: readonly number[];
  readonly promptLength: number;
  readonly values: ArrayLike<number> | null;
  readonly scale: HeatScale | null;
  readonly pinned: number | null;
  readonly tabStop: number;
}

/**
 * The text in chunks, as far as it is drawn: what is new or changed comes a few chunks per frame, and until its turn an old chunk
 * stands as it was. Short changes, such as a streamed token or a pin, come at once.
 */
export function useChunksInTurns({ tokens, ids, promptLength, values, scale, pinned, tabStop }: Strip): readonly Chunk[] {
  const wanted = useMemo(() => cut({ tokens, ids, promptLength, values, scale, pinned, tabStop }), [tokens, ids, promptLength, values, scale, pinned, tabStop]);
  const [state, setState] = useState<{ readonly wanted: readonly Chunk[]; readonly drawn: readonly Chunk[] }>({ wanted: [], drawn: [] });
  // The first turn is part of the drawing that brought the text, the others have frames of their own.
  if (state.wanted !== wanted) setState({ wanted, drawn: advance(state.drawn, wanted) });
  useEffect(() => {
    const next = advance(state.drawn, state.wanted);
    if (next === state.drawn) return;
    const frame = requestAnimationFrame(() => setState({ wanted: state.wanted, drawn: next }));
    return () => cancelAnimationFrame(frame);
  }, [state]);
  return state.drawn;
}

export function cut({ tokens, ids, promptLength, values, scale, pinned, tabStop }: Strip): Chunk[] {
  const chunks: Chunk[] = [];
  for (let from = 0; from < tokens.length; ) {
    const isPrompt = from < promptLength;
    const to = Math.min(from + CHUNK, isPrompt ? promptLength : tokens.length, tokens.length);
    const within = (pos: number | null) => (pos !== null && pos >= from && pos < to ? pos : null);
    chunks.push({
      from,
      phase: isPrompt ? 'prompt' : 'response',
      tokens: tokens.slice(from, to),
      ids: ids.slice(from, to),
      values: scale === null ? [] : Array.from({ length: to - from }, (_, i) => values?.[from + i] ?? NaN),
      scale,
      pinned: within(pinned),
      tabStop: within(tabStop),
    });
    from = to;
  }
  return chunks;
}

/** One turn from what is drawn towards what is wanted. Chunks that are the same stay the same objects; so does the list. */
export function advance(drawn: readonly Chunk[], wanted: readonly Chunk[]): readonly Chunk[] {
  const next: Chunk[] = [];
  let left = PER_TURN;
  for (const [index, chunk] of wanted.entries()) {
    const old = drawn[index];
    if (old !== undefined && isSame(old, chunk)) next.push(old);
    else if (left > 0) {
      left -= 1;
      next.push(chunk);
    } else if (old !== undefined && old.from === chunk.from && old.phase === chunk.phase && old.tokens.length === chunk.tokens.length) next.push(old);
    else break; // what follows would stand in the wrong place
  }
  return next.length === drawn.length && next.every((chunk, index) => chunk === drawn[index]) ? drawn : next;
}

function isSame(a: Chunk, b: Chunk): boolean {
  return (
    a.from === b.from && a.phase === b.phase && a.scale === b.scale && a.pinned === b.pinned && a.tabStop === b.tabStop &&
    isEqual(a.tokens, b.tokens) && isEqual(a.ids, b.ids) && isEqual(a.values, b.values)
  );
}

function isEqual(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((value, index) => Object.is(value, b[index]));
}
