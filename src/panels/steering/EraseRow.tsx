import type { InterventionGroup } from '../../store/document';
import { useActions } from '../../store/react';
import { IconButton, Menu, Slider, Toggle } from '../../ui';
import { MoreIcon, TrashIcon } from '../../ui/icons';
import type { Erasing } from './erase';
import { placeLine } from './recipe';
import styles from './Panel.module.css';

/** A slider of a concept that is erased: the factor of its features, and the arm that only reconstructs. */
export function EraseRow({ group, erasing }: { readonly group: InterventionGroup; readonly erasing: Erasing }) {
  const { uid, label, enabled, members } = group;
  const { features, coefficient, threshold } = erasing;
  const actions = useActions();
  const set = (params: Readonly<Record<string, unknown>>) => actions.updateGroup(uid, { members: members.map((member) => ({ ...member, params: { ...member.params, ...params } })) });
  return (
    <li className={styles.row} data-off={!enabled || undefined}>
      <div className={styles.head}>
        <Toggle label={label} isOn={enabled} onChange={(isOn) => actions.updateGroup(uid, { enabled: isOn })} />
        <span className={styles.actions}>
          <Menu
            label={`More for ${label}`}
            icon={<MoreIcon />}
            items={[
              { id: 'sae', label: 'SAE only', note: 'factor 1: the plain reconstruction, what is lost without any erasing', isOn: coefficient === 1 },
              { id: 'always', label: 'Erase in every text', note: 'threshold 0; undo brings the old one back', isOn: threshold === 0 },
            ]}
            onAction={(id) => {
              if (id === 'sae') set({ coefficient: coefficient === 1 ? erasing.scored : 1 });
              else set({ threshold: 0 });
            }}
          />
          <IconButton label={`Remove ${label}`} icon={<TrashIcon />} onPress={() => actions.removeGroup(uid)} />
        </span>
      </div>
      <Slider
        hideLabel
        label={`factor of ${label}`}
        value={coefficient}
        min={-16}
        max={2}
        step={0.5}
        tone="steer"
        format={(value) => `${value < 0 ? '−' : ''}${Math.abs(value).toFixed(1)}× f`}
        onChange={(value) => actions.dragCoefficients(uid, [value])}
        onChangeEnd={actions.endDrag}
      />
      <div className={styles.place}>
        {features} features of a concept, no error term{coefficient === 1 ? ' (SAE only)' : ''}; {threshold === 0 ? 'in every text' : `where the prompt scores at least ${threshold.toPrecision(3)}`}; {placeLine(members)}
      </div>
    </li>
  );
}
