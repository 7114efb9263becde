import { useCallback, useMemo } from 'react';
import type { DictionaryId, DictionaryInfo } from '../../anatomy/dictionary';
import type { ModelInfo } from '../../anatomy/model-info';
import type { WatchHover } from '../../charts/CellPicture';
import { visible } from '../../lib/token-text';
import { featureGroup } from '../../store/feature-group';
import type { PromptSetsState } from '../../store/prompt-sets';
import { usePromptSets } from '../../store/prompt-sets-react';
import { useActions } from '../../store/react';
import { Message, TextArea } from '../../ui';
import { FeatureList } from './FeatureList';
import { FeatureMap } from './FeatureMap';
import { cutList, rankBy, type KnownOf } from './list';
import { totalsOf, type PromptMaxima, type Ranked } from './rank';
import { SetRun } from './SetRun';
import type { PromptModel } from './set-run';
import type { Settings } from './settings';
import type { Reading } from './use-activations';
import { useOther } from './use-other';
import { useSet } from './use-set';
import { useTokenNames } from './use-token-names';
import styles from './Panel.module.css';

export interface ListsProps {
  readonly info: ModelInfo;
  readonly model: PromptModel;
  readonly dictionary: DictionaryId;
  /** Null while it is being opened. */
  readonly dictionaryInfo: DictionaryInfo | null;
  readonly values: Settings;
  readonly onChange: (change: Partial<Settings>) => void;
  readonly reading: Reading;
  readonly isStreaming: boolean;
  readonly knownOf: KnownOf;
  readonly chosen: number | null;
  readonly pinned: number | null;
  readonly onHover: (pos: number | null) => void;
  readonly watchHover: WatchHover;
}

const selectHasSet = (state: PromptSetsState) => state.sets.some(({ id }) => id === state.currentId);
const NO_PROMPTS: readonly PromptMaxima[] = [];

/** The list of features in the order asked for, and the map of those by tokens. */
export function Lists(props: ListsProps) {
  const { info, model, dictionary, dictionaryInfo, values, onChange, reading, chosen, pinned } = props;
  const { activations, sequence } = reading;
  const actions = useActions();
  const set = useSet(model, dictionary);
  const hasSet = usePromptSets(selectHasSet);
  const other = useOther(model, dictionary, values.scope === 'difference' ? values.other : '');
  const pos = Math.min(pinned ?? activations.nPos - 1, activations.nPos - 1);
  const prompts = set.progress?.prompts ?? NO_PROMPTS;
  const { scope, by, compare, least, top, hideDense } = values;
  const ranked = useMemo(
    () => rankBy({ scope, by, compare, least }, { activations, pos, other: other.sparse, prompts }),
    [scope, by, compare, least, activations, pos, other.sparse, prompts],
  );
  const labelled = props.knownOf;
  const { shown, hidden, more } = useMemo(() => cutList(ranked, { top, hideDense }, labelled), [ranked, top, hideDense, labelled]);
  const features = useMemo(() => shown.map(({ feature }) => feature), [shown]);
  const isOpen = dictionaryInfo !== null && !props.isStreaming;
  const unnamed = useMemo(() => (isOpen ? features.filter((feature) => labelled(feature).label === null) : []), [isOpen, features, labelled]);
  const tokens = useTokenNames(info, dictionary, unnamed);
  const knownOf: KnownOf = useCallback(
    (feature) => {
      const known = labelled(feature);
      return known.label === null ? { ...known, label: tokens.get(feature) || null } : known;
    },
    [labelled, tokens],
  );
  const totals = useMemo(() => totalsOf(activations), [activations]);

  const onChoose = useCallback(
    (row: Ranked) => {
      actions.selectFeature({ dictionary, index: row.feature });
      if (row.at !== null && scope !== 'token') actions.pin(row.at);
    },
    [actions, dictionary, scope],
  );
  const onPick = useCallback(
    (feature: number, at: number) => {
      actions.selectFeature({ dictionary, index: feature });
      actions.pin(at);
    },
    [actions, dictionary],
  );
  /** At the feature's maximum: that of its records, else of this text. */
  const steer = (feature: number, at: DictionaryInfo['spec']['hookNameOut']) => {
    const known = labelled(feature);
    const coefficient = Number((known.maxActivation ?? totals.get(feature)?.max ?? 1).toPrecision(4));
    const label = known.label === null ? `feature ${feature}` : `${feature} ${known.label}`;
    actions.addGroup(featureGroup({ dictionary, index: feature, op: 'clamp', coefficient, keepError: true, skipBos: true }, at, label));
    actions.openPanel('steering');
    actions.notify('info', `A slider for "${label}" is in the steering panel, clamped at ${coefficient}.`);
  };

  return (
    <>
      {scope === 'token' ? (
        <p className={styles['note']}>
          at {visible(sequence.tokens[pos] ?? '')} ({pos}){pinned === null ? ', the last token: press another one to mark it' : ''}
        </p>
      ) : null}
      {scope === 'difference' ? (
        <div className={styles['other']}>
          <TextArea label="the other prompt (unchanged model)" rows={2} value={values.other} onChange={(text) => onChange({ other: text })} isDisabled={!info.hasTokenizer} problem={other.problem} />
          <span className={styles['note']}>Positive: more here. Negative: more in the other prompt.{other.isLoading ? ' Reading it…' : ''}</span>
        </div>
      ) : null}
      {scope === 'set' ? <SetRun {...set} canRun={info.hasTokenizer} /> : null}
      {shown.length > 0 || (scope === 'set' && !hasSet) ? null : (
        <Message tone="empty" title={scope === 'set' ? (prompts.length > 0 ? 'No feature fires in these prompts' : 'Nothing run yet') : scope === 'difference' && other.sparse === null ? 'Give the other prompt' : 'No feature fires here'}>
          {scope === 'set' && prompts.length === 0 ? 'Press Encode: the prompts are run one after the other.' : ''}
          {scope === 'token' && activations.skippedBos && pos === 0 ? 'Dictionaries are not trained on the start token.' : hidden > 0 ? `${hidden} are hidden as dense.` : ''}
        </Message>
      )}
      {shown.length === 0 ? null : (
        <div className={styles['lists']} data-testid="text-features">
          <div className={styles['column']}>
            <FeatureList
              rows={shown}
              settings={values}
              knownOf={knownOf}
              chosen={chosen}
              onChoose={onChoose}
              onSteer={dictionaryInfo === null ? null : (feature) => steer(feature, dictionaryInfo.spec.hookNameOut)}
            />
            <p className={styles['note']}>
              {more > 0 ? `${shown.length} of ${shown.length + more} features; Filters sets how many` : `all ${shown.length} features`}
              {hidden > 0 ? `, ${hidden} hidden as dense` : ''}
              {features.some((feature) => labelled(feature).label === null && tokens.has(feature)) ? '. → no label: the tokens that it writes toward' : ''}
            </p>
          </div>
          <FeatureMap {...{ activations, sequence, features, knownOf, chosen, pinned, onPick }} onHover={props.onHover} watchHover={props.watchHover} />
        </div>
      )}
    </>
  );
}
