/** What is searched: for each row its label, the tokens that speak for it, and its contexts. */
export interface SearchSource {
  readonly rows: number;
  label(row: number): string | null;
  /** Ids into `vocabulary`, the most telling first. */
  tokens(row: number): readonly number[];
  /** Positions in `text` of the tokens that the feature fires on. */
  contexts(row: number): readonly number[];
  /** The text of each token id. */
  readonly vocabulary: readonly string[];
  /** All excerpts one after another, as token ids. */
  readonly text: ArrayLike<number>;
  /** Where each excerpt begins in `text`, ascending, with the end of the last one behind. */
  readonly starts: ArrayLike<number>;
}

export type SearchIn = 'labels' | 'tokens' | 'contexts';

/** How a row was found. */
export interface Hit {
  readonly row: number;
  readonly kind: 'label' | 'token' | 'context';
  /** Higher is better; comparable between indexes. */
  readonly score: number;
  /** The token id (kind `token`) or the position in `text` (kind `context`) that was found; the row (kind `label`). */
  readonly at: number;
}

export interface SearchIndex {
  /**
   * Rows that match, best first, `limit` at most, and how many there are in all.
   *
   * @param accepts says which rows count; null: all.
   */
  find(query: string, where: ReadonlySet<SearchIn>, limit: number, accepts?: ((row: number) => boolean) | null): { readonly hits: readonly Hit[]; readonly total: number };
}

/** Scores of the three kinds never overlap: a label beats a token, a token beats a context. */
const LABEL = 3000;
const TOKEN = 2000;
const CONTEXT = 1000;
/** How a token fits: it is the word, begins with it, or has it inside. */
const FITS = { whole: 300, start: 200, inside: 100 } as const;
const FAR = 999;
const HIGHEST = LABEL + FAR;

/** Lower case, and typographic quotes as typed ones. */
export const folded = (text: string): string => text.toLowerCase().replace(/[“”]/g, '"').replace(/[‘’]/g, "'");

/** Makes texts ready for search: done once, takes a moment for tens of thousands of rows. */
export function createSearchIndex(source: SearchSource): SearchIndex {
  const { rows, vocabulary, text, starts } = source;
  const labels = joined(rows, (row) => folded(source.label(row) ?? ''));
  const words = vocabulary.map(folded);
  const tokens = flattened(rows, (row) => source.tokens(row));
  const contexts = flattened(rows, (row) => source.contexts(row));
  // Between excerpts stands a line break, so that nothing is found across their border.
  const ends = new Set(Array.from(starts, (start) => start - 1));
  const written = joined(text.length, (at) => (words[text[at] ?? 0] ?? '') + (ends.has(at) ? '\n' : ''), '');

  /** Distance in tokens from each position of the text to the nearest match in the same excerpt; FAR and more where there is none. */
  function distances(query: string): Uint16Array {
    const near = new Uint16Array(text.length).fill(FAR);
    for (let from = written.text.indexOf(query), at = 0; from >= 0; from = written.text.indexOf(query, written.startOf(at + 1))) {
      at = written.itemFrom(at, from);
      const last = written.itemFrom(at, from + query.length - 1);
      for (let token = at; token <= last; token += 1) near[token] = 0;
    }
    for (let excerpt = 0; excerpt + 1 < starts.length; excerpt += 1) {
      const [first, end] = [starts[excerpt] ?? 0, starts[excerpt + 1] ?? 0];
      for (let at = first + 1; at < end; at += 1) near[at] = Math.min(near[at] ?? FAR, (near[at - 1] ?? FAR) + 1);
      for (let at = end - 2; at >= first; at -= 1) near[at] = Math.min(near[at] ?? FAR, (near[at + 1] ?? FAR) + 1);
    }
    return near;
  }

  return {
    find(rawQuery, where, limit, accepts = null) {
      const query = folded(rawQuery).trim();
      if (query === '') return { hits: [], total: 0 };
      const score = new Uint16Array(rows);
      const at = new Uint32Array(rows);
      const offer = (row: number, points: number, place: number) => {
        if (points <= (score[row] ?? 0)) return;
        score[row] = points;
        at[row] = place;
      };
      if (where.has('contexts')) {
        const near = distances(query);
        for (let row = 0; row < rows; row += 1)
          for (let i = contexts.starts[row] ?? 0; i < (contexts.starts[row + 1] ?? 0); i += 1) {
            const place = contexts.values[i] ?? 0;
            const far = near[place] ?? FAR;
            if (far < FAR) offer(row, CONTEXT + FAR - far, place);
          }
      }
      if (where.has('tokens')) {
        const fits = Uint16Array.from(words, (word) => fitOf(word, query));
        for (let row = 0; row < rows; row += 1) {
          const first = tokens.starts[row] ?? 0;
          for (let i = first; i < (tokens.starts[row + 1] ?? 0); i += 1) {
            const id = tokens.values[i] ?? 0;
            const fit = fits[id] ?? 0;
            if (fit > 0) offer(row, TOKEN + fit - Math.min(99, i - first), id);
          }
        }
      }
      if (where.has('labels'))
        for (let from = labels.text.indexOf(query), row = 0; from >= 0; from = labels.text.indexOf(query, labels.startOf(row + 1))) {
          row = labels.itemFrom(row, from);
          offer(row, LABEL + FAR - Math.min(FAR, from - labels.startOf(row)), row);
        }
      if (accepts !== null) for (let row = 0; row < rows; row += 1) if ((score[row] ?? 0) > 0 && !accepts(row)) score[row] = 0;
      return best(score, at, limit);
    },
  };
}

function fitOf(word: string, query: string): number {
  if (!word.includes(query)) return 0;
  const bare = word.trim();
  return bare === query ? FITS.whole : bare.startsWith(query) ? FITS.start : FITS.inside;
}

const kindOf = (score: number): Hit['kind'] => (score >= LABEL ? 'label' : score >= TOKEN ? 'token' : 'context');

/** Sorted by counting: a common word is found in nearly every row, and scores are small whole numbers. */
function best(score: Uint16Array, at: Uint32Array, limit: number): { hits: Hit[]; total: number } {
  const counts = new Uint32Array(HIGHEST + 1);
  let total = 0;
  for (const points of score) {
    if (points === 0) continue;
    counts[points] = (counts[points] ?? 0) + 1;
    total += 1;
  }
  /** Where the rows of each score begin in the answer. */
  const places = new Uint32Array(HIGHEST + 1);
  for (let points = HIGHEST, place = 0; points > 0; points -= 1) {
    places[points] = place;
    place += counts[points] ?? 0;
  }
  const sorted = new Uint32Array(total);
  for (const [row, points] of score.entries()) {
    if (points === 0) continue;
    const place = places[points] ?? 0;
    sorted[place] = row;
    places[points] = place + 1;
  }
  const hits = Array.from(sorted.subarray(0, limit), (row) => ({ row, kind: kindOf(score[row] ?? 0), score: score[row] ?? 0, at: at[row] ?? 0 }));
  return { hits, total };
}

/** Texts as one, so that a single scan searches all of them, and which of them a character belongs to. */
function joined(count: number, textAt: (item: number) => string, separator = '\n') {
  const parts: string[] = [];
  const begins = new Uint32Array(count + 1);
  let length = 0;
  for (let item = 0; item < count; item += 1) {
    const part = textAt(item) + separator;
    begins[item] = length;
    length += part.length;
    parts.push(part);
  }
  begins[count] = length;
  return {
    text: parts.join(''),
    startOf: (item: number) => begins[item] ?? 0,
    /** The item that a character belongs to, looked for from an item before it: matches come in order. */
    itemFrom(item: number, character: number): number {
      let at = item;
      while (at + 1 < count && (begins[at + 1] ?? 0) <= character) at += 1;
      return at;
    },
  };
}

/** Lists of numbers as one array, and where each begins. */
function flattened(count: number, listAt: (item: number) => readonly number[]): { readonly values: Uint32Array; readonly starts: Uint32Array } {
  const starts = new Uint32Array(count + 1);
  const values: number[] = [];
  for (let item = 0; item < count; item += 1) {
    starts[item] = values.length;
    for (const value of listAt(item)) values.push(value);
  }
  starts[count] = values.length;
  return { values: Uint32Array.from(values), starts };
}
