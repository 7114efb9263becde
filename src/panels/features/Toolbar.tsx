import type { DictionaryInfo, FeatureRef } from '../../anatomy/dictionary';
import { toBatch, type FeatureRecord } from '../../dictionaries/records';
import { messageOf } from '../../lib/errors';
import { featureGroup } from '../../store/feature-group';
import { useActions, useStoreApi } from '../../store/react';
import { Button, IconButton, Menu } from '../../ui';
import { ChevronLeftIcon, ChevronRightIcon, MoreIcon } from '../../ui/icons';
import { download } from './download';
import { useLibrary } from './port';
import { featureAt, rowOf, type FeatureTable } from './rows';
import { openSource } from './sources';
import styles from './Dashboard.module.css';

export interface ToolbarProps {
  readonly feature: FeatureRef;
  readonly title: string;
  /** What the feature is called, or null. */
  readonly label: string | null;
  readonly record: FeatureRecord | null;
  readonly table: FeatureTable;
  readonly info: DictionaryInfo | null;
  readonly canOpen: boolean;
  readonly onSelect: (feature: FeatureRef) => void;
  readonly random: () => FeatureRef | null;
}

/** Which feature it is, its neighbours in the dictionary, and what can be done with it. */
export function Toolbar({ feature, title, label, record, table, info, canOpen, onSelect, random }: ToolbarProps) {
  const actions = useActions();
  const store = useStoreApi();
  const library = useLibrary();
  const row = rowOf(table, feature);
  const step = (by: number) => {
    const other = row === null ? null : featureAt(table, (row + by + table.count) % table.count);
    if (other !== null) onSelect(other);
  };
  const steer = async () => {
    const source = openSource(feature.dictionary);
    if (info === null && source !== null) await actions.openDictionary(source);
    const state = store.getState().dictionaries.get(feature.dictionary);
    if (state?.status !== 'ready') {
      actions.notify('error', state?.status === 'failed' ? state.message : `${title} could not be opened.`);
      return;
    }
    // The record may still be on its way; without one a unit of activation is added.
    const max = record?.maxActivation ?? (await library.record(feature).catch(() => null))?.maxActivation ?? 1;
    const edit = { ...feature, op: 'add', coefficient: max, keepError: true, skipBos: true } as const;
    actions.addGroup(featureGroup(edit, state.info.spec.hookNameOut, label === null ? `${title} feature ${feature.index}` : `${title} ${feature.index}: ${label}`));
    actions.openPanel('steering');
  };
  const head = { modelId: info?.modelName ?? feature.dictionary, layer: layerOf(table, feature), set: title };
  const exportAll = async () => {
    const section = table.sections.find(({ dictionary }) => dictionary === feature.dictionary);
    if (section === undefined) return;
    try {
      const text = await library.exportBatch(feature.dictionary, [...section.index], head, new AbortController().signal);
      download(`${title.replace(/[^\w.-]+/g, '-')}.json`, text);
    } catch (error) {
      actions.notify('error', messageOf(error));
    }
  };
  const act = (id: string) => {
    if (id === 'copy' && record !== null)
      navigator.clipboard.writeText(toBatch(head, [record])).then(
        () => actions.notify('info', 'The record is on the clipboard.'),
        (error: unknown) => actions.notify('error', `It could not be copied: ${messageOf(error)}`),
      );
    if (id === 'export' && record !== null) download(`feature-${feature.index}.json`, toBatch(head, [record]));
    if (id === 'export-all') void exportAll();
  };
  return (
    <header className={styles.toolbar}>
      <div className={styles.title}>
        <h3>
          {title} · {feature.index}
        </h3>
        <p>{label ?? <em>no label</em>}</p>
      </div>
      <div className={styles.tools}>
        <IconButton label="Previous feature" icon={<ChevronLeftIcon />} isDisabled={row === null} onPress={() => step(-1)} />
        <IconButton label="Next feature" icon={<ChevronRightIcon />} isDisabled={row === null} onPress={() => step(1)} />
        <Button
          variant="quiet"
          isDisabled={table.count === 0}
          onPress={() => {
            const other = random();
            if (other !== null) onSelect(other);
          }}
        >
          Random
        </Button>
        <Button variant="primary" isDisabled={info === null && !canOpen} onPress={() => void steer()}>
          Steer
        </Button>
        <Menu
          label="More for this feature"
          icon={<MoreIcon />}
          onAction={act}
          items={[
            { id: 'copy', label: 'Copy its record', note: 'as a SAEDashboard batch of one', isDisabled: record === null },
            { id: 'export', label: 'Export its record', note: 'JSON, SAEDashboard batch', isDisabled: record === null },
            { id: 'export-all', label: 'Export all records of this dictionary', note: 'JSON, SAEDashboard batch', isDisabled: row === null || record === null },
          ]}
        />
      </div>
    </header>
  );
}

function layerOf(table: FeatureTable, feature: FeatureRef): number | null {
  return table.sections.find(({ dictionary }) => dictionary === feature.dictionary)?.layer ?? null;
}
