import { visible } from '../lib/token-text';

/** Characters that a token label below a heatmap has room for. */
export const COLUMN_ROOM = 8;

/** Axis labels of at most `room` characters: the token with its position, so that equal tokens stay apart; the token is cut first. */
export function axisLabels(tokens: readonly string[], room = Number.POSITIVE_INFINITY): string[] {
  return tokens.map((token, pos) => {
    const text = visible(token);
    const left = room - String(pos).length - 1;
    return `${text.length > left ? `${text.slice(0, Math.max(1, left - 1))}…` : text} ${pos}`;
  });
}
