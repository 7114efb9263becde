import { useMemo, useState } from 'react';
import { BUILT_IN_MODEL, type InterventionGroup } from '../../store/document';
import { featureEditOf } from '../../store/feature-group';
import { useActions, useWorkbench } from '../../store/react';
import { selectAnalysis, selectInterventions, selectModelInfo, selectText } from '../../store/selectors';
import type { Answer, WorkbenchState } from '../../store/state';
import { Button, Dialog, Menu, Message } from '../../ui';
import { Damage } from './Damage';
import { DirectionForm } from './DirectionForm';
import { erasingOf } from './erase';
import { EraseRow } from './EraseRow';
import { FeatureForm } from './FeatureForm';
import { featurePresets, presetGroup } from './feature-presets';
import { FeatureRow } from './FeatureRow';
import { presets } from './presets';
import { Preview } from './Preview';
import { groupOf, randomControl } from './recipe';
import { BASE_NORMS, calibration, DAMAGE } from './settings';
import { SliderRow } from './SliderRow';
import { coefficientOf, promptNormsOf, streamNormsOf } from './strength';
import styles from './Panel.module.css';

const NONE: Answer<never> = { status: 'none' };
const selectGroups = (state: WorkbenchState) => state.document.interventions;
const selectDamage = (state: WorkbenchState) => selectAnalysis(state, DAMAGE, 'steered');
const selectIsTextOpen = (state: WorkbenchState) => state.document.layout.some((column) => column.panels.some((panel) => panel.id === 'text'));

/** Sliders that add directions to the stream, and what that costs. */
export default function SteeringPanel() {
  const info = useWorkbench(selectModelInfo);
  const groups = useWorkbench(selectGroups);
  const isSteering = useWorkbench(selectInterventions).length > 0;
  const damage = useWorkbench(selectDamage);
  const isTextOpen = useWorkbench(selectIsTextOpen);
  const { norms, problem: normsProblem, source, waits } = useNorms();
  const [making, setMaking] = useState<'direction' | 'feature' | null>(null);
  const actions = useActions();
  if (info === null)
    return (
      <Message tone="empty" title="No model yet">
        Directions can be made as soon as a model is loaded.
      </Message>
    );
  const isBuiltIn = info.id === BUILT_IN_MODEL;
  const offered = isBuiltIn ? presets : [];
  const offeredFeatures = isBuiltIn ? featurePresets : [];
  const addPreset = (id: string) => {
    const feature = offeredFeatures.find((one) => one.id === id);
    if (feature !== undefined) return void actions.addGroup(presetGroup(feature));
    const preset = offered.find((one) => one.id === id);
    if (preset === undefined || norms === null) return;
    const { direction, layers, rho, label } = preset;
    const group = groupOf({ direction, layers, label, site: 'hook_resid_post', positions: 'all', skipBos: true }, rho, norms);
    if (group !== null) actions.addGroup(group);
  };
  const controls = groups.filter((other) => other.label.startsWith('random ')).length;
  const compare = (group: InterventionGroup) => {
    actions.addGroup(randomControl(group, 1 + controls));
    actions.updateGroup(group.uid, { enabled: false });
    actions.notify('info', `"${group.label}" is switched off while its random control is on: use the switches to compare the two.`);
  };
  const add = (group: Omit<InterventionGroup, 'uid'>) => {
    actions.addGroup(group);
    setMaking(null);
  };
  const flip = (group: InterventionGroup) => {
    actions.dragCoefficients(group.uid, group.members.map((member) => -(coefficientOf(member) ?? 0)));
    actions.endDrag();
  };
  return (
    <div className={styles.panel}>
      <div className={styles.toolbar}>
        <Button variant="primary" onPress={() => setMaking('direction')}>
          New direction
        </Button>
        <Button onPress={() => setMaking('feature')}>New feature</Button>
        {offered.length + offeredFeatures.length > 0 ? (
          <Menu
            label="Ready-made"
            variant="plain"
            items={[
              ...offered.map(({ id, label, note }) => ({ id, label, note, isDisabled: norms === null })),
              ...offeredFeatures.map(({ id, label, note }) => ({ id, label, note })),
            ]}
            onAction={addPreset}
          />
        ) : null}
        <span className={styles.unit} role="status">
          {normsProblem ?? (norms === null ? (waits ? 'The stream is measured when there is a text.' : 'measuring how long the stream typically is…') : `ρ = ‖Δh‖ / median ‖h‖ ${source}`)}
        </span>
      </div>
      {groups.length === 0 ? (
        <Message tone="empty" title="Nothing steers the model">
          Make a direction from contrast prompts, from a token or at random, or take a feature of a dictionary. It becomes a slider: the steered text is rewritten while you drag.
        </Message>
      ) : (
        <ul className={styles.list}>
          {groups.map((group) => {
            const edit = featureEditOf(group);
            if (edit !== null) return <FeatureRow key={group.uid} group={group} edit={edit} controls={controls} />;
            const erasing = erasingOf(group);
            if (erasing !== null) return <EraseRow key={group.uid} group={group} erasing={erasing} />;
            return (
              <SliderRow
                key={group.uid}
                group={group}
                norms={norms}
                onToggle={(enabled) => actions.updateGroup(group.uid, { enabled })}
                onDrag={(coefficients) => actions.dragCoefficients(group.uid, coefficients)}
                onDragEnd={actions.endDrag}
                onCompare={() => compare(group)}
                onFlip={() => flip(group)}
                onRemove={() => actions.removeGroup(group.uid)}
              />
            );
          })}
        </ul>
      )}
      {isSteering ? <Damage answer={damage} /> : null}
      {isSteering && !isTextOpen ? <SteeredPreview /> : null}
      <Dialog title="New direction" isOpen={making === 'direction'} onClose={() => setMaking(null)}>
        <DirectionForm info={info} norms={norms} onAdd={add} />
      </Dialog>
      <Dialog title="Steer by features" isOpen={making === 'feature'} onClose={() => setMaking(null)}>
        <FeatureForm info={info} onAdd={add} />
      </Dialog>
    </div>
  );
}

function SteeredPreview() {
  return <Preview run={useWorkbench((state) => selectText(state, 'steered'))} />;
}

/** The yardstick of ρ, and what it was measured on. */
function useNorms() {
  const spec = calibration(useWorkbench(selectModelInfo));
  const calibrated = useWorkbench((state) => (spec === null ? NONE : selectAnalysis(state, spec)));
  const traced = useWorkbench((state) => (spec === null ? selectAnalysis(state, BASE_NORMS, 'base') : NONE));
  return useMemo(() => {
    const answer = spec === null ? traced : calibrated;
    return {
      norms: spec === null ? promptNormsOf(traced) : streamNormsOf(calibrated),
      problem: answer.status === 'failed' ? `the stream could not be measured: ${answer.message}` : null,
      waits: answer.status === 'none' && spec === null,
      source: spec === null ? 'of this prompt (no calibration text)' : 'of the calibration text, without BOS',
    };
  }, [spec, calibrated, traced]);
}
