import type { DictionaryId } from '../../anatomy/dictionary';
import { createSearchIndex, folded, type Hit, type SearchIn } from './search-index';
import type { Searchable } from './shipped-model';

/** A person's own label, which is searched too. */
export interface OwnLabel {
  readonly dictionary: DictionaryId;
  readonly index: number;
  readonly text: string;
}

export interface SearchQuery {
  readonly text: string;
  readonly where: readonly SearchIn[];
  /** Features of this dictionary only; null: of all. */
  readonly dictionary: DictionaryId | null;
  readonly own: readonly OwnLabel[];
  readonly limit: number;
}

/** A feature that was found, and the text that shows why. */
export interface FoundFeature {
  readonly dictionary: DictionaryId;
  readonly index: number;
  readonly kind: 'own' | Hit['kind'];
  readonly text: string;
  /** The part of `text` that matches, in characters; empty where it can't be shown. */
  readonly from: number;
  readonly to: number;
}

export interface SearchAnswer {
  readonly found: readonly FoundFeature[];
  readonly total: number;
  /** Time that the search itself took here. */
  readonly milliseconds: number;
}

/** Tokens shown before and after the match of a context. */
const AROUND = 8;

/** Several sets that are searched as one. */
export interface Search {
  find(query: SearchQuery): SearchAnswer;
}

/** Makes everything ready for search; takes a moment. */
export function createSearch(sets: readonly Searchable[]): Search {
  const parts = sets.map((set) => ({ set, index: createSearchIndex(set.source) }));
  return {
    find(query) {
      const began = performance.now();
      const own = ownFound(query);
      const taken = new Set(own.map(({ dictionary, index }) => `${dictionary} ${index}`));
      const answers = parts.map(({ set, index }) => ({ set, ...index.find(query.text, new Set(query.where), query.limit, filterOf(set, query.dictionary, taken)) }));
      const hits = answers.flatMap(({ set, hits: some }) => some.map((hit) => ({ set, hit })));
      hits.sort((a, b) => b.hit.score - a.hit.score);
      return {
        found: [...own, ...hits.slice(0, query.limit).map(({ set, hit }): FoundFeature => ({ ...set.featureAt(hit.row), kind: hit.kind, ...shown(set, hit, query.text) }))],
        total: own.length + answers.reduce((sum, { total }) => sum + total, 0),
        milliseconds: performance.now() - began,
      };
    },
  };
}

/** Which rows count: those of the dictionary asked for, but for features that a person's own label already found. */
function filterOf(set: Searchable, dictionary: DictionaryId | null, taken: ReadonlySet<string>): ((row: number) => boolean) | null {
  if (dictionary === null && taken.size === 0) return null;
  return (row) => {
    const feature = set.featureAt(row);
    return (dictionary === null || feature.dictionary === dictionary) && !taken.has(`${feature.dictionary} ${feature.index}`);
  };
}

function shown({ source }: Searchable, hit: Hit, query: string): Pick<FoundFeature, 'text' | 'from' | 'to'> {
  if (hit.kind === 'label') return marked(source.label(hit.row) ?? '', query);
  if (hit.kind === 'token') return marked(source.vocabulary[hit.at] ?? '', query);
  let [excerpt, last] = [0, Math.max(0, source.starts.length - 2)];
  while (excerpt < last) {
    const middle = (excerpt + last + 1) >> 1;
    if ((source.starts[middle] ?? 0) <= hit.at) excerpt = middle;
    else last = middle - 1;
  }
  const [first, end] = [source.starts[excerpt] ?? 0, source.starts[excerpt + 1] ?? source.text.length];
  const piece = (at: number) => source.vocabulary[source.text[at] ?? 0] ?? '';
  const words = (from: number, to: number) => Array.from({ length: Math.max(0, to - from) }, (_, i) => piece(from + i)).join('');
  // Around the token that the feature fires on, or all of the excerpt where the match lies further off.
  const near = marked(words(Math.max(first, hit.at - AROUND), Math.min(end, hit.at + AROUND + 1)), query);
  return near.to > near.from ? near : marked(words(first, end), query);
}

function marked(text: string, query: string): Pick<FoundFeature, 'text' | 'from' | 'to'> {
  const word = folded(query).trim();
  const from = folded(text).indexOf(word);
  return from < 0 ? { text, from: 0, to: 0 } : { text, from, to: from + word.length };
}

function ownFound({ text, where, dictionary, own }: SearchQuery): FoundFeature[] {
  const word = folded(text).trim();
  if (word === '' || !where.includes('labels')) return [];
  return own
    .filter((label) => (dictionary === null || label.dictionary === dictionary) && folded(label.text).includes(word))
    .map((label) => ({ dictionary: label.dictionary, index: label.index, kind: 'own', ...marked(label.text, text) }));
}
