import { isObject, listOf, textOf, type Loose } from './loose';
import { bad, headOf, whole } from './format';

/** Pieces of held-out text, all of the same length, that records point into. */
export interface Excerpts {
  readonly count: number;
  /** Tokens of a piece. */
  readonly length: number;
  readonly sets: readonly { readonly name: string; readonly from: number; readonly to: number }[];
}

/** @throws UserError `bad-records`. */
export function parseExcerpts(json: unknown, place: string): Excerpts {
  const object = headOf(json, 'lacuna-excerpts', place);
  const sets = listOf(object['sets']).map((one) => {
    const set: Loose = isObject(one) ? one : {};
    return { name: textOf(set['name']) ?? '', from: whole(set, 'from', place), to: whole(set, 'to', place) };
  });
  const length = whole(object, 'length', place);
  if (length === 0) throw bad(place, 'its excerpts have no tokens');
  return { count: whole(object, 'excerpts', place), length, sets };
}

/** Which excerpt a context at a position lies in, and where in it. */
export function placeOf(excerpts: Excerpts, position: number): { readonly excerpt: number; readonly offset: number } {
  return { excerpt: Math.floor(position / excerpts.length), offset: position % excerpts.length };
}

/** The set that an excerpt was cut from, or null. */
export function setOf(excerpts: Excerpts, excerpt: number): string | null {
  return excerpts.sets.find(({ from, to }) => excerpt >= from && excerpt < to)?.name ?? null;
}

/** Little-endian uint16 token ids. */
export function idsOf(bytes: Uint8Array): Uint16Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Uint16Array.from({ length: bytes.byteLength >> 1 }, (_, i) => view.getUint16(2 * i, true));
}
