import { createRowReader, type RowReader } from './bits';
import { placeOf, setOf, type Excerpts } from './excerpts';
import type { RecordFormat } from './format';
import { LABEL_AUC, partsOf, ruleInWords } from './rules';
import { emptyRecord, type Excerpt, type ExcerptGroup, type FeatureLabel, type FeatureRecord, type TokenValue } from './types';

/** Contexts of a row: the strongest, then two of each quarter of the range, from high to low. */
const TOP_CONTEXTS = 6;
const PER_INTERVAL = 2;
const INTERVALS = 4;
const RULE_AUTHOR = 'proposed by rule';
const RULE_METHOD = 'a rule over tokens near the position, made from one half of the held-out documents and scored on 50 active positions (drawn evenly over their strength) and 50 inactive ones of the other';

/** What a row needs to become a record in words. */
export interface ShippedParts {
  readonly format: RecordFormat;
  readonly excerpts: Excerpts;
  /** The ids of one excerpt. */
  excerptIds(excerpt: number): Promise<readonly number[]>;
  /** The text of a token. */
  piece(id: number): string;
}

/** The record of feature `index`, whose row is the `row`-th in `bytes`. */
export async function recordOf(parts: ShippedParts, index: number, bytes: Uint8Array, row: number): Promise<FeatureRecord> {
  const { format, piece } = parts;
  const rows = createRowReader(format, bytes);
  const isLive = rows.value(row, 'live') === 1;
  const max = rows.value(row, 'max');
  const tokens = (name: string): TokenValue[] => rows.list(row, name).map((id) => ({ token: piece(id), value: null }));
  const record: FeatureRecord = {
    ...emptyRecord(index),
    density: isLive ? rows.value(row, 'density') : 0,
    maxActivation: isLive ? max : null,
    norm: rows.has('norm') ? rows.value(row, 'norm') : null,
    topLogits: tokens('top_tokens'),
    bottomLogits: tokens('bottom_tokens'),
    neighbours: both(rows, row, 'nearest', 'nearest_cosine').map(([at, cosine]) => ({ dictionary: null, index: at, cosine })),
    dataset: 'held-out text of the model’s training corpus',
    tokenCount: format.tokens,
  };
  if (!isLive) return record;
  const shares = sharesOf(rows.list(row, 'histogram'));
  return {
    ...record,
    histogram: { values: shares.map((_, bin) => ((bin + 0.5) / shares.length) * max), heights: shares, isRough: true },
    groups: await groupsOf(parts, rows, row, shares),
    correlatedNeurons: both(rows, row, 'neurons', 'neurons_pearson').map(([at, pearson]) => ({ index: at, pearson, cosine: null })),
    correlatedFeatures: both(rows, row, 'partners', 'partners_pearson').map(([at, pearson]) => ({ index: at, pearson, cosine: null })),
    labels: ruleLabel(format, rows, row, piece),
  };
}

/** The rule of a row as a label, also one that scores too low to be called one. Empty without a scored rule. */
export function ruleLabel(format: RecordFormat, rows: RowReader, row: number, piece: (id: number) => string): FeatureLabel[] {
  if (rows.value(row, 'rule_scored') !== 1) return [];
  const text = ruleInWords(partsOf(format, rows, row), format, piece);
  if (text === '') return [];
  const [auc, controlAuc] = [rows.value(row, 'rule_auc') / 100, rows.value(row, 'control_auc') / 100];
  return [{ text, author: RULE_AUTHOR, method: RULE_METHOD, auc, controlAuc }];
}

/** Whether a proposed label scores high enough to be shown as one. Labels that nobody scored are taken as they are. */
export const isGoodLabel = (label: FeatureLabel): boolean => label.auc === null || label.auc >= LABEL_AUC;

/**
 * Shares that sum to 1 again. @param stored shares of equal bins, each rounded to one of few stored steps.
 * @returns a new list; all zeros stay so.
 */
export function sharesOf(stored: readonly number[]): number[] {
  const sum = stored.reduce((total, share) => total + share, 0);
  return stored.map((share) => (sum > 0 ? share / sum : 0));
}

function both(rows: RowReader, row: number, indices: string, values: string): [number, number][] {
  const numbers = rows.list(row, values);
  return rows.list(row, indices).map((index, at) => [index, numbers[at] ?? NaN]);
}

async function groupsOf(parts: ShippedParts, rows: RowReader, row: number, shares: readonly number[]): Promise<ExcerptGroup[]> {
  const max = rows.value(row, 'max');
  const positions = rows.list(row, 'context_position');
  const values = rows.list(row, 'context_value');
  const found = await Promise.all(
    values.map((value, at) => (value > 0 ? excerptAt(parts, positions[at] ?? 0, value * max) : Promise.resolve(null))),
  );
  const between = (from: number, to: number) => found.slice(from, to).filter((one) => one !== null);
  const top = between(0, TOP_CONTEXTS);
  const groups: ExcerptGroup[] = [];
  if (top.length > 0) {
    const peaks = top.map(({ values: acts, chosen }) => acts[chosen ?? 0] ?? 0);
    groups.push({ kind: 'top', low: Math.min(...peaks), high: Math.max(...peaks), share: null, excerpts: top });
  }
  for (let k = 0; k < INTERVALS; k += 1) {
    const from = TOP_CONTEXTS + k * PER_INTERVAL;
    const excerpts = between(from, from + PER_INTERVAL);
    if (excerpts.length === 0) continue;
    const bins = shares.length / INTERVALS;
    const first = Math.round((INTERVALS - 1 - k) * bins);
    const share = shares.slice(first, Math.round(first + bins)).reduce((sum, one) => sum + one, 0);
    groups.push({ kind: 'interval', low: ((INTERVALS - 1 - k) / INTERVALS) * max, high: ((INTERVALS - k) / INTERVALS) * max, share, excerpts });
  }
  return groups;
}

/** The excerpt around a position. Only the activation at that position is known. */
async function excerptAt(parts: ShippedParts, position: number, value: number): Promise<Excerpt | null> {
  const { excerpt, offset } = placeOf(parts.excerpts, position);
  if (excerpt >= parts.excerpts.count) return null;
  const ids = await parts.excerptIds(excerpt);
  const values = ids.map((_, at) => (at === offset ? value : NaN));
  return { tokens: ids.map(parts.piece), ids, values, chosen: offset, source: setOf(parts.excerpts, excerpt) };
}
