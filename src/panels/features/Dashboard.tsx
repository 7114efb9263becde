import { useState } from 'react';
import type { FeatureRef } from '../../anatomy/dictionary';
import { isDead, type FeatureRecord, type ShippedDictionary } from '../../dictionaries/records';
import { selectModelInfo } from '../../store/selectors';
import { useActions, useWorkbench } from '../../store/react';
import type { WorkbenchState } from '../../store/state';
import { Message, Progress } from '../../ui';
import { Config } from './Config';
import { Contexts } from './Contexts';
import { Evidence } from './Evidence';
import { Labels } from './Labels';
import { featureKey } from './library';
import { OwnFigures } from './OwnFigures';
import { useLibrary, useLibraryState } from './port';
import { Related } from './Related';
import { featureAt, labelOf, rowOf, type FeatureTable, type OwnLabels } from './rows';
import { TestText } from './TestText';
import { Toolbar } from './Toolbar';
import { openSource } from './sources';
import { useLogits } from './use-logits';
import { useRecord } from './use-record';
import styles from './Dashboard.module.css';

const selectPrompt = (state: WorkbenchState) => (state.document.prompt.kind === 'text' ? state.document.prompt.text : null);
const selectDictionaries = (state: WorkbenchState) => state.dictionaries;

export interface DashboardProps {
  readonly feature: FeatureRef;
  readonly table: FeatureTable;
  readonly own: OwnLabels;
  readonly shipped: ShippedDictionary | null;
  readonly onSelect: (feature: FeatureRef) => void;
}

/** Everything that is known of one feature, and what can be tried with it. */
export function Dashboard({ feature, table, own, shipped, onSelect }: DashboardProps) {
  const library = useLibrary();
  const actions = useActions();
  const info = useWorkbench(selectModelInfo);
  const prompt = useWorkbench(selectPrompt);
  const opened = useWorkbench(selectDictionaries).get(feature.dictionary) ?? null;
  const foreign = useLibraryState((state) => state.foreign).get(featureKey(feature)) ?? null;
  const imported = useLibraryState((state) => state.neuronpedia).get(feature.dictionary) ?? null;
  const fetched = useRecord(feature);
  // What was computed from texts of one's own, by feature.
  const [computed, setComputed] = useState<{ readonly key: string; readonly record: FeatureRecord } | null>(null);
  const [text, setText] = useState('');
  const mine = computed?.key === featureKey(feature) ? computed.record : null;
  const record = fetched.status === 'ready' ? fetched.record : mine;
  const row = rowOf(table, feature);
  const section = table.sections.find(({ dictionary }) => dictionary === feature.dictionary) ?? null;
  const title = section?.title ?? shipped?.title ?? feature.dictionary;
  const nameOf = (other: FeatureRef) => {
    const at = rowOf(table, other);
    return at === null ? null : (labelOf(table, at, own)?.text ?? null);
  };
  const ownLabel = own[feature.dictionary]?.[String(feature.index)] ?? null;
  const ready = opened?.status === 'ready' ? opened.info : null;
  const { logits, problem } = useLogits(feature, ready !== null);
  const neuronpediaId = ready?.neuronpediaId ?? imported;
  const source = openSource(feature.dictionary);
  const canAsk = ready !== null || source !== null;
  return (
    <article className={styles.dashboard} tabIndex={-1} aria-label={`feature ${feature.index} of ${title}`}>
      <Toolbar feature={feature} title={title} label={nameOf(feature)} record={record} table={table} info={ready} canOpen={source !== null} onSelect={onSelect} random={() => featureAt(table, Math.floor(Math.random() * table.count))} />
      <Labels
        feature={feature}
        own={ownLabel}
        onLabel={(label) => actions.labelFeature(feature, label)}
        labels={record?.labels ?? []}
        foreign={foreign}
        neuronpediaId={neuronpediaId}
        onFetch={() => neuronpediaId !== null && void library.fetchLabels(feature, neuronpediaId)}
      />
      {fetched.status === 'loading' ? <Progress label="Reading its record" value={null} /> : null}
      {fetched.status === 'failed' && record === null ? (
        <Message tone={section?.origin === 'shipped' ? 'error' : 'empty'} title="No record of this feature">
          {section?.origin === 'shipped' || section?.origin === 'imported' ? <p>{fetched.message}</p> : <p>{missingWords(row !== null)}</p>}
        </Message>
      ) : null}
      {fetched.status === 'failed' && canAsk ? <OwnFigures key={featureKey(feature)} feature={feature} onRecord={(found) => setComputed({ key: featureKey(feature), record: found })} isDone={mine !== null} /> : null}
      {record !== null && isDead(record) ? (
        <Message tone="warning" title="A dead feature">
          It never fired on the {record.tokenCount?.toLocaleString('en') ?? ''} tokens of {record.dataset ?? 'the text that its record is about'}. On other text it may.
        </Message>
      ) : null}
      {canAsk ? <TestText feature={feature} max={record?.maxActivation ?? null} prompt={prompt} text={text} onText={setText} /> : null}
      {record === null ? null : (
        <>
          <Evidence record={record} logits={logits} problem={problem} />
          <Contexts key={featureKey(feature)} feature={feature} record={record} bosId={info?.config.bosId ?? null} />
          <Related feature={feature} record={record} layer={section?.layer ?? null} nameOf={nameOf} onSelect={onSelect} />
        </>
      )}
      <Config title={title} shipped={shipped} state={opened} onOpen={source === null ? null : () => void actions.openDictionary(source)} />
    </article>
  );
}

function missingWords(isListed: boolean): string {
  return isListed
    ? 'Records (density, histogram, contexts, logits, neighbours) were not given for this dictionary. Drop a SAEDashboard or Neuronpedia file here, or compute what can be computed from your own texts.'
    : 'It belongs to a dictionary that isn’t here: a link that names dropped files needs the same files again. Drop them, or the file of records.';
}
