import { useCallback, useMemo, useState } from 'react';
import { useFeatureKnowledge } from '../../store/feature-columns-react';
import { withFeatureEdit, type FeatureEdit } from '../../store/feature-group';
import type { InterventionGroup } from '../../store/document';
import { useActions, useWorkbench } from '../../store/react';
import { selectAnalysis } from '../../store/selectors';
import type { WorkbenchState } from '../../store/state';
import { IconButton, Menu, NumberField, Select, Slider, Toggle } from '../../ui';
import { MoreIcon, TrashIcon } from '../../ui/icons';
import {
  coefficientAt,
  featureCaution,
  featureStopOf,
  initialCoefficient,
  inTextOf,
  isFeatureOp,
  MAX_FEATURE_STOP,
  meanChange,
  multipleAt,
  OPS,
  strengthText,
  unitFor,
  unitOf,
} from './feature-strength';
import { featureControl } from './feature-control';
import { placeLine } from './recipe';
import { activationsSpec } from './settings';
import styles from './Panel.module.css';

/** The largest raw coefficient that can be typed. */
const MAX_COEFFICIENT = 100_000;
const COEFFICIENT_STEP = 0.001;

export interface FeatureRowProps {
  readonly group: InterventionGroup;
  readonly edit: FeatureEdit;
  /** How many controls there are: the next one takes another seed. */
  readonly controls: number;
}

/** One slider of a feature: what is done to its activation and how strongly, with its maximum as the unit. */
export function FeatureRow({ group, edit, controls }: FeatureRowProps) {
  const { uid, label, enabled, members } = group;
  const { dictionary, index, op, coefficient, keepError } = edit;
  const actions = useActions();
  const { knownOf } = useFeatureKnowledge(dictionary);
  const select = useCallback((state: WorkbenchState) => selectAnalysis(state, activationsSpec(dictionary), 'base'), [dictionary]);
  const answer = useWorkbench(select);
  const inText = useMemo(() => inTextOf(answer, index), [answer, index]);
  const [problem, setProblem] = useState<string | null>(null);
  const unit = unitFor(knownOf(index).maxActivation, inText);
  const canSlide = op === 'scale' || unit !== null;
  const caution = problem ?? (answer.status === 'failed' ? answer.message : featureCaution(edit, inText));
  const change = (part: Partial<Pick<FeatureEdit, 'op' | 'coefficient' | 'keepError' | 'skipBos'>>) => actions.updateGroup(uid, withFeatureEdit(group, part));
  const chooseOp = (next: string) => {
    if (isFeatureOp(next)) change({ op: next, coefficient: unit === null && next !== 'scale' && next !== 'ablate' ? coefficient : initialCoefficient(next, unit?.maximum ?? 1) });
  };
  const compare = async () => {
    try {
      const [row] = await actions.decoderRows(dictionary, [index]);
      const control = row === undefined || inText === null ? null : featureControl(group, { norm: row, change: meanChange(edit, inText), seed: 1 + controls });
      if (control === null) return setProblem('there is no text yet to measure the change on');
      actions.addGroup(control);
      actions.updateGroup(uid, { enabled: false });
      actions.notify('info', `"${label}" is switched off while its random control is on: use the switches to compare the two.`);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <li className={styles.row} data-off={!enabled || undefined}>
      <div className={styles.head}>
        <Toggle label={label} isOn={enabled} onChange={(isOn) => actions.updateGroup(uid, { enabled: isOn })} />
        <span className={styles.actions}>
          <Menu
            label={`More for ${label}`}
            icon={<MoreIcon />}
            items={[
              { id: 'compare', label: 'Compare with random of same norm', note: 'adds a control and switches this one off', isDisabled: inText === null },
              { id: 'error', label: 'Keep the error term', note: 'off: the reconstruction takes the place of the activation', isOn: keepError },
              { id: 'show', label: 'Show this feature', note: 'selects it in the panels of features' },
            ]}
            onAction={(id) => {
              if (id === 'compare') void compare();
              else if (id === 'error') change({ keepError: !keepError });
              else {
                actions.selectFeature({ dictionary, index });
                actions.openPanel('features');
              }
            }}
          />
          <IconButton label={`Remove ${label}`} icon={<TrashIcon />} onPress={() => actions.removeGroup(uid)} />
        </span>
      </div>
      <div className={styles.featureControls}>
        <Select hideLabel label={`what is done to ${label}`} options={OPS} value={op} onChange={chooseOp} />
        {op === 'ablate' ? (
          <span className={styles.place}>f′ = 0</span>
        ) : (
          <>
            <Slider
              hideLabel
              label={`strength of ${label}, ${op === 'scale' ? 'factor' : 'times its maximum'}`}
              value={canSlide ? featureStopOf(coefficient / unitOf(op, unit?.maximum ?? 1)) : 0}
              min={-MAX_FEATURE_STOP}
              max={MAX_FEATURE_STOP}
              step={1}
              tone="steer"
              isDisabled={!canSlide}
              format={() => strengthText(op, coefficient, unit)}
              onChange={(stop) => actions.dragCoefficients(uid, [coefficientAt(op, multipleAt(stop), unit?.maximum ?? 1)])}
              onChangeEnd={actions.endDrag}
            />
            <NumberField
              hideLabel
              label={`raw coefficient of ${label}`}
              value={coefficient}
              min={-MAX_COEFFICIENT}
              max={MAX_COEFFICIENT}
              step={COEFFICIENT_STEP}
              onChange={(value) => {
                if (Math.abs(value - coefficient) <= COEFFICIENT_STEP) return;
                actions.dragCoefficients(uid, [value]);
                actions.endDrag();
              }}
            />
          </>
        )}
      </div>
      <div className={styles.place}>
        feature {index}, f′ = {OPS.find(({ value }) => value === op)?.formula ?? ''}
        {keepError ? '' : ', without the error term'}; {placeLine(members)}
        {unit === null ? '' : `; maximum ${unit.maximum.toPrecision(3)} ${unit.source === 'records' ? 'in its records' : 'in this text (no records)'}`}
        {inText === null ? '' : `, fires at ${inText.count} of ${inText.values.length} tokens here`}
        {caution === null ? null : <em className={styles.caution}> {caution}</em>}
      </div>
    </li>
  );
}
