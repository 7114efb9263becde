import type { DictionaryId, FeatureRef } from '../../anatomy/dictionary';
import { rowOfFeature, type FeatureColumns } from '../../dictionaries/records';
import type { Document } from '../../store/document';

/** The features of several dictionaries as one table: row numbers run through all of them. */
export interface FeatureTable {
  readonly sections: readonly FeatureColumns[];
  /** First row of each section. */
  readonly firsts: readonly number[];
  readonly count: number;
  /** Section of each row. */
  readonly section: Uint16Array;
  readonly index: Uint32Array;
  readonly density: Float32Array;
  readonly max: Float32Array;
  readonly norm: Float32Array;
  readonly auc: Float32Array;
  readonly x: Float32Array;
  readonly y: Float32Array;
}

export type OwnLabels = Document['featureLabels'];
export type SortKey = 'layer' | 'index' | 'label' | 'density' | 'auc' | 'max' | 'norm';

export interface Filter {
  /** Null: all. */
  readonly dictionary: DictionaryId | null;
  readonly activity: 'all' | 'live' | 'dead';
  readonly labelled: 'any' | 'labelled' | 'unlabelled' | 'own';
}

export interface Sorting {
  readonly key: SortKey;
  readonly isDescending: boolean;
}

export function joinSections(sections: readonly FeatureColumns[]): FeatureTable {
  const firsts: number[] = [];
  let count = 0;
  for (const { index } of sections) {
    firsts.push(count);
    count += index.length;
  }
  const joined = <A extends Float32Array | Uint32Array>(all: A, columnOf: (section: FeatureColumns) => ArrayLike<number>): A => {
    for (const [at, section] of sections.entries()) all.set(columnOf(section), firsts[at] ?? 0);
    return all;
  };
  const numbers = (columnOf: (section: FeatureColumns) => Float32Array) => joined(new Float32Array(count), columnOf);
  const section = new Uint16Array(count);
  for (const [at, { index }] of sections.entries()) section.fill(at, firsts[at], (firsts[at] ?? 0) + index.length);
  return {
    sections,
    firsts,
    count,
    section,
    index: joined(new Uint32Array(count), (one) => one.index),
    density: numbers((one) => one.density),
    max: numbers((one) => one.maxActivation),
    norm: numbers((one) => one.norm),
    auc: numbers((one) => one.auc),
    x: numbers((one) => one.x),
    y: numbers((one) => one.y),
  };
}

export function featureAt(table: FeatureTable, row: number): FeatureRef | null {
  const section = table.sections[table.section[row] ?? -1];
  return section === undefined || row >= table.count ? null : { dictionary: section.dictionary, index: table.index[row] ?? 0 };
}

/** The row of a feature, or null where no section has it. */
export function rowOf(table: FeatureTable, feature: FeatureRef | null): number | null {
  if (feature === null) return null;
  const at = table.sections.findIndex(({ dictionary }) => dictionary === feature.dictionary);
  const section = table.sections[at];
  if (section === undefined) return null;
  const local = rowOfFeature(section, feature.index);
  return local < 0 ? null : (table.firsts[at] ?? 0) + local;
}

/** What a row is called: a person's own label before the proposed one; null without either. */
export function labelOf(table: FeatureTable, row: number, own: OwnLabels): { readonly text: string; readonly isOwn: boolean } | null {
  const section = table.sections[table.section[row] ?? -1];
  if (section === undefined) return null;
  const mine = own[section.dictionary]?.[String(table.index[row] ?? 0)];
  if (mine !== undefined) return { text: mine, isOwn: true };
  const proposed = section.labels[row - (table.firsts[table.section[row] ?? 0] ?? 0)] ?? null;
  return proposed === null ? null : { text: proposed, isOwn: false };
}

/** The rows that pass a filter, in the table's order. */
export function filterRows(table: FeatureTable, filter: Filter, own: OwnLabels): Uint32Array {
  const passes = (row: number) => {
    const dead = table.density[row] === 0;
    if (filter.activity !== 'all' && dead !== (filter.activity === 'dead')) return false;
    if (filter.labelled === 'any') return true;
    const label = labelOf(table, row, own);
    return filter.labelled === 'own' ? label?.isOwn === true : (label !== null) === (filter.labelled === 'labelled');
  };
  const rows: number[] = [];
  for (const [at, section] of table.sections.entries()) {
    if (filter.dictionary !== null && section.dictionary !== filter.dictionary) continue;
    const first = table.firsts[at] ?? 0;
    for (let row = first; row < first + section.index.length; row += 1) if (passes(row)) rows.push(row);
  }
  return Uint32Array.from(rows);
}

/** Rows in the order asked for; rows without a figure come last either way, and ties keep the table's order. */
export function sortRows(table: FeatureTable, rows: Uint32Array, { key, isDescending }: Sorting, own: OwnLabels): Uint32Array {
  if (key === 'label') return sortByLabel(table, rows, isDescending, own);
  const values = valuesOf(table, key);
  const sign = isDescending ? -1 : 1;
  return rows.slice().sort((a, b) => {
    const [x, y] = [values[a] ?? NaN, values[b] ?? NaN];
    if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) === Number.isNaN(y) ? a - b : Number.isNaN(x) ? 1 : -1;
    return x === y ? a - b : sign * (x - y);
  });
}

function valuesOf(table: FeatureTable, key: Exclude<SortKey, 'label'>): ArrayLike<number> {
  if (key === 'layer') return Float32Array.from(table.section, (at) => table.sections[at]?.layer ?? NaN);
  return table[key];
}

function sortByLabel(table: FeatureTable, rows: Uint32Array, isDescending: boolean, own: OwnLabels): Uint32Array {
  const labels = new Map<number, string>();
  for (const row of rows) {
    const label = labelOf(table, row, own);
    if (label !== null) labels.set(row, label.text.toLowerCase());
  }
  const sign = isDescending ? -1 : 1;
  return rows.slice().sort((a, b) => {
    const [x, y] = [labels.get(a), labels.get(b)];
    if (x === undefined || y === undefined) return x === y ? a - b : x === undefined ? 1 : -1;
    return x === y ? a - b : x < y ? -sign : sign;
  });
}

/** Another column begins with its interesting end: large figures first, names and places from the start. */
export function nextSorting(before: Sorting, key: SortKey): Sorting {
  if (before.key === key) return { key, isDescending: !before.isDescending };
  return { key, isDescending: key === 'density' || key === 'auc' || key === 'max' || key === 'norm' };
}
