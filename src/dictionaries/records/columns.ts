import type { DictionaryId } from '../../anatomy/dictionary';
import { createRowReader } from './bits';
import type { RecordFormat } from './format';
import { LABEL_AUC } from './rules';
import { isGoodLabel, ruleLabel } from './shipped';
import type { FeatureColumns, FeatureRecord } from './types';

/** What a list calls a dictionary. */
export interface ColumnsHead {
  readonly dictionary: DictionaryId;
  readonly title: string;
  readonly hook: string;
  readonly layer: number | null;
}

/** The layer that a hook name names, or null. */
export function layerOf(hook: string): number | null {
  const layer = /^blocks\.(\d+)\./.exec(hook)?.[1];
  return layer === undefined ? null : Number(layer);
}

/**
 * All rows of a shipped dictionary as columns.
 *
 * @param piece the text of a token, for labels.
 */
export function shippedColumns(head: ColumnsHead, format: RecordFormat, bytes: Uint8Array, piece: (id: number) => string): FeatureColumns {
  const rows = createRowReader(format, bytes);
  const count = format.features;
  const numbers = (value: (row: number) => number) => Float32Array.from({ length: count }, (_, row) => value(row));
  const live = (row: number) => rows.value(row, 'live') === 1;
  const auc = numbers((row) => (rows.value(row, 'rule_scored') === 1 ? rows.value(row, 'rule_auc') / 100 : NaN));
  const labels = Array.from({ length: count }, (_, row) => {
    // Words cost more than numbers: only for rules that are labels.
    if (rows.value(row, 'rule_scored') !== 1 || rows.value(row, 'rule_auc') / 100 < LABEL_AUC) return null;
    return ruleLabel(format, rows, row, piece)[0]?.text ?? null;
  });
  return {
    ...head,
    origin: 'shipped',
    index: Uint32Array.from({ length: count }, (_, row) => row),
    density: numbers((row) => (live(row) ? rows.value(row, 'density') : 0)),
    maxActivation: numbers((row) => (live(row) ? rows.value(row, 'max') : NaN)),
    norm: numbers((row) => rows.value(row, 'norm')),
    auc,
    x: numbers((row) => rows.value(row, 'map', 0)),
    y: numbers((row) => rows.value(row, 'map', 1)),
    labels,
  };
}

/** Records that were read from a file as columns. */
export function importedColumns(head: ColumnsHead, records: readonly FeatureRecord[]): FeatureColumns {
  const sorted = [...records].sort((a, b) => a.index - b.index);
  const numbers = (value: (record: FeatureRecord) => number | null | undefined) => Float32Array.from(sorted, (record) => value(record) ?? NaN);
  const label = (record: FeatureRecord) => record.labels.find(isGoodLabel);
  return {
    ...head,
    origin: 'imported',
    index: Uint32Array.from(sorted, ({ index }) => index),
    density: numbers(({ density }) => density),
    maxActivation: numbers(({ maxActivation }) => maxActivation),
    norm: numbers(({ norm }) => norm),
    auc: numbers((record) => label(record)?.auc),
    x: new Float32Array(sorted.length).fill(NaN),
    y: new Float32Array(sorted.length).fill(NaN),
    labels: sorted.map((record) => label(record)?.text ?? null),
  };
}

/** A dictionary of which nothing but its weights is known: every feature is a row, with its norm where that was computed. */
export function bareColumns(head: ColumnsHead, dSae: number, norm: Float32Array | null): FeatureColumns {
  const unknown = () => new Float32Array(dSae).fill(NaN);
  return {
    ...head,
    origin: 'weights',
    index: Uint32Array.from({ length: dSae }, (_, row) => row),
    density: unknown(),
    maxActivation: unknown(),
    norm: norm ?? unknown(),
    auc: unknown(),
    x: unknown(),
    y: unknown(),
    labels: Array.from({ length: dSae }, () => null),
  };
}

/** The row of a feature, or −1. */
export function rowOfFeature(columns: Pick<FeatureColumns, 'index'>, feature: number): number {
  const { index } = columns;
  if (index[feature] === feature) return feature;
  let [low, high] = [0, index.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const value = index[middle] ?? 0;
    if (value === feature) return middle;
    if (value < feature) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
