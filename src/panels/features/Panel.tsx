import { useEffect, useMemo, useRef } from 'react';
import type { FeatureRef } from '../../anatomy/dictionary';
import { useSize } from '../../charts/size';
import { DictionaryDialogButton } from '../dictionary-dialog';
import { useActions, useWorkbench } from '../../store/react';
import { selectModelInfo } from '../../store/selectors';
import type { WorkbenchState } from '../../store/state';
import { Button, Message, Progress, Segmented } from '../../ui';
import { Browse } from './Browse';
import { Dashboard } from './Dashboard';
import { useLibrary, useLibraryState } from './port';
import { RecordFiles } from './RecordFiles';
import { joinSections } from './rows';
import { useSections } from './use-sections';
import { useSettings } from './use-settings';
import styles from './Panel.module.css';

/** Wide enough for the list and a feature side by side, in pixels. */
const WIDE = 760;
const selectFeature = (state: WorkbenchState) => state.document.feature;
const selectOwn = (state: WorkbenchState) => state.document.featureLabels;

/** Features of the model's dictionaries: browse, read, try. */
export default function FeaturesPanel() {
  const library = useLibrary();
  const actions = useActions();
  const info = useWorkbench(selectModelInfo);
  const feature = useWorkbench(selectFeature);
  const own = useWorkbench(selectOwn);
  const status = useLibraryState((state) => state.status);
  const message = useLibraryState((state) => state.message);
  const progress = useLibraryState((state) => state.progress);
  const shipped = useLibraryState((state) => state.shipped);
  const [values, change] = useSettings();
  const root = useRef<HTMLDivElement>(null);
  const isWide = (useSize(root)?.width ?? 0) >= WIDE;
  const sections = useSections();
  const table = useMemo(() => joinSections(sections), [sections]);
  useEffect(() => {
    if (info !== null) library.follow({ id: info.id, hash: info.hash, dVocab: info.config.dVocab }, actions.pieces);
  }, [library, info, actions]);

  const isOne = !isWide && values.view === 'feature';
  // In a narrow panel the list goes when a feature is selected, and the focus with it: it goes on to what took the list's place.
  const takesFocus = useRef(false);
  const select = (next: FeatureRef) => {
    actions.selectFeature(next);
    if (isWide || isOne) return;
    takesFocus.current = true;
    change({ view: 'feature' });
  };
  useEffect(() => {
    if (!isOne || !takesFocus.current) return;
    takesFocus.current = false;
    root.current?.querySelector('article')?.focus({ preventScroll: true });
  }, [isOne]);
  return (
    <RecordFiles table={table} feature={feature}>
      <div ref={root} className={styles.panel} data-wide={isWide || undefined}>
        {status === 'failed' ? (
          <Message tone="error" title="The feature records could not be read" action={<Button onPress={library.retry}>Try again</Button>}>
            {message}
          </Message>
        ) : null}
        {status === 'reading' ? <Progress label="Reading the features’ records" value={progress === null ? null : progress.done / Math.max(1, progress.total)} /> : null}
        {isWide || table.count === 0 ? null : (
          <Segmented
            hideLabel
            label="What is shown"
            options={[
              { value: 'browse', label: 'All features' },
              { value: 'feature', label: 'Selected feature', isDisabled: feature === null },
            ]}
            value={isOne ? 'feature' : 'browse'}
            onChange={(view) => change({ view: view === 'feature' ? 'feature' : 'list' })}
          />
        )}
        <div className={styles.parts}>
          {isOne && feature !== null ? null : table.count > 0 ? (
            <Browse table={table} own={own} selected={feature} onSelect={select} values={values} onChange={change} />
          ) : status === 'ready' ? (
            <Message tone="empty" title="No dictionary here yet" action={<DictionaryDialogButton />}>
              <p>
                No sparse dictionary ships for this model. Open one of your own (its features then show in <em>Features of this text</em>), or drop a file of feature records here: a SAEDashboard batch (.json), a feature from
                Neuronpedia (.json), or lines of its bulk export (.jsonl, .jsonl.gz).
              </p>
            </Message>
          ) : null}
          {isWide || isOne ? (
            feature === null ? (
              table.count > 0 ? (
                <Message tone="empty" title="No feature selected">
                  Press a row, or a point on the map, to read what the feature fires on.
                </Message>
              ) : null
            ) : (
              <Dashboard feature={feature} table={table} own={own} shipped={shipped.find(({ dictionary }) => dictionary === feature.dictionary) ?? null} onSelect={select} />
            )
          ) : null}
        </div>
      </div>
    </RecordFiles>
  );
}
