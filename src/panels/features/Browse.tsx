import { useMemo, useState } from 'react';
import type { FeatureRef } from '../../anatomy/dictionary';
import type { SearchIn } from '../../dictionaries/records';
import { Message, Popover, Progress, Segmented, Select, TextField, Toggle } from '../../ui';
import { SettingsIcon } from '../../ui/icons';
import { FeatureGrid } from './FeatureGrid';
import { FeatureMap } from './FeatureMap';
import { NormNote } from './NormNote';
import { featureAt, filterRows, nextSorting, rowOf, sortRows, type FeatureTable, type OwnLabels } from './rows';
import { settings } from './settings';
import type { Settings } from './use-settings';
import { useSearch, type SearchState } from './use-search';
import styles from './Panel.module.css';

const EVERYWHERE: readonly SearchIn[] = ['labels', 'tokens', 'contexts'];
const PLACES: Readonly<Record<SearchIn, string>> = { labels: 'Labels', tokens: 'Tokens it fires on or writes', contexts: 'Contexts' };

export interface BrowseProps {
  readonly table: FeatureTable;
  readonly own: OwnLabels;
  readonly selected: FeatureRef | null;
  readonly onSelect: (feature: FeatureRef) => void;
  readonly values: Settings;
  readonly onChange: (change: Partial<Settings>) => void;
}

/** Search, filters, and the features that are left: as a list or on the map. */
export function Browse({ table, own, selected, onSelect, values, onChange }: BrowseProps) {
  const [text, setText] = useState('');
  const [where, setWhere] = useState(EVERYWHERE);
  const dictionary = table.sections.some((section) => section.dictionary === values.dictionary) ? values.dictionary : null;
  const search = useSearch({ text, where, dictionary, own });
  const { activity, labelled, sort, descending } = values;
  const filtered = useMemo(() => filterRows(table, { dictionary, activity, labelled }, own), [table, dictionary, activity, labelled, own]);
  const sorting = useMemo(() => ({ key: sort, isDescending: descending }), [sort, descending]);
  const sorted = useMemo(() => sortRows(table, filtered, sorting, own), [table, filtered, sorting, own]);
  const found = useMemo(() => foundRows(table, search, new Set(filtered)), [table, search, filtered]);
  const selectedRow = rowOf(table, selected);
  const select = (row: number) => {
    const feature = featureAt(table, row);
    if (feature !== null) onSelect(feature);
  };
  const rows = found === null ? sorted : Uint32Array.from(found.keys());
  return (
    <div className={styles.browse}>
      <div className={styles.toolbar}>
        <div className={styles.search}>
          <TextField hideLabel label="Search features" placeholder="Search labels, tokens, contexts" value={text} onChange={setText} />
        </div>
        <Popover label="Filter and search in" trigger={<SettingsIcon />}>
          <div className={styles.filters}>
            <Select label="Dictionary" options={dictionaryOptions(table)} value={dictionary ?? ''} onChange={(id) => onChange({ dictionary: id })} />
            <Select label="Activity" options={settings.activity.options} value={activity} onChange={(value) => onChange({ activity: value })} />
            <Select label="Label" options={settings.labelled.options} value={labelled} onChange={(value) => onChange({ labelled: value })} />
            <fieldset>
              <legend>Search in</legend>
              {EVERYWHERE.map((one) => (
                <Toggle
                  key={one}
                  label={PLACES[one]}
                  isOn={where.includes(one)}
                  onChange={(isOn) => setWhere(isOn ? EVERYWHERE.filter((other) => other === one || where.includes(other)) : where.filter((other) => other !== one))}
                />
              ))}
            </fieldset>
          </div>
        </Popover>
        <Segmented
          hideLabel
          label="View"
          options={[
            { value: 'list', label: 'List' },
            { value: 'map', label: 'Map' },
          ]}
          value={values.view === 'map' ? 'map' : 'list'}
          onChange={(view) => onChange({ view })}
        />
      </div>
      <p className={styles.summary} role="status" data-query={search.status === 'ready' ? search.text : undefined}>
        {summaryOf(search, rows.length, table.count)}
      </p>
      {sort === 'norm' && search.status !== 'ready' ? <NormNote table={table} only={dictionary} /> : null}
      {search.status === 'preparing' ? (
        <Progress label={search.progress?.stage === 'records' ? 'Reading records' : 'Making features searchable'} value={search.progress === null ? null : search.progress.done / Math.max(1, search.progress.total)} />
      ) : null}
      {search.status === 'failed' ? (
        <Message tone="error" title="The search did not work">
          {search.message}
        </Message>
      ) : null}
      {values.view === 'map' ? (
        <FeatureMap table={table} rows={filtered} found={found} own={own} colour={values.colour} onColour={(colour) => onChange({ colour })} selected={selectedRow} onSelect={select} />
      ) : (
        <FeatureGrid
          table={table}
          rows={rows}
          found={found}
          own={own}
          sorting={sorting}
          onSort={(key) => {
            const next = nextSorting(sorting, key);
            onChange({ sort: next.key, descending: next.isDescending });
          }}
          selected={selectedRow}
          onSelect={select}
        />
      )}
    </div>
  );
}

/** What was found as rows of the table, best first; null while nothing is searched. Filters hold here too. */
function foundRows(table: FeatureTable, search: SearchState, filtered: ReadonlySet<number>) {
  if (search.status !== 'ready') return null;
  return new Map(
    search.answer.found.flatMap((one) => {
      const row = rowOf(table, one);
      return row === null || !filtered.has(row) ? [] : [[row, one] as const];
    }),
  );
}

function dictionaryOptions(table: FeatureTable) {
  return [{ value: '', label: 'All' }, ...table.sections.map(({ dictionary, title }) => ({ value: dictionary, label: title }))];
}

function summaryOf(search: SearchState, shown: number, all: number): string {
  const number = (value: number) => value.toLocaleString('en');
  if (search.status === 'ready') {
    const { total, found } = search.answer;
    if (total === 0) return `Nothing found (${Math.ceil(search.milliseconds)} ms).`;
    return `${number(total)} found in ${Math.ceil(search.milliseconds)} ms${found.length < total ? `, the best ${number(found.length)} listed` : ''}${shown < found.length ? `, ${number(shown)} pass the filters` : ''}`;
  }
  return shown === all ? `${number(all)} features` : `${number(shown)} of ${number(all)} features`;
}
