import { choice, text, toggle } from '../../lib/params';

export const settings = {
  view: choice({
    label: 'View',
    options: [
      { value: 'list', label: 'List' },
      { value: 'map', label: 'Map' },
      { value: 'feature', label: 'Feature' },
    ],
    initial: 'list',
    help: 'In a wide panel the selected feature stands beside the list or the map.',
  }),
  dictionary: text({ label: 'Dictionary (empty: all)', initial: '' }),
  activity: choice({
    label: 'Activity',
    options: [
      { value: 'all', label: 'Live and dead' },
      { value: 'live', label: 'Live' },
      { value: 'dead', label: 'Dead' },
    ],
    initial: 'all',
  }),
  labelled: choice({
    label: 'Label',
    options: [
      { value: 'any', label: 'With or without' },
      { value: 'labelled', label: 'With a label' },
      { value: 'unlabelled', label: 'No label' },
      { value: 'own', label: 'My labels' },
    ],
    initial: 'any',
  }),
  sort: choice({
    label: 'Sort by',
    options: [
      { value: 'layer', label: 'Layer' },
      { value: 'index', label: 'Index' },
      { value: 'label', label: 'Label' },
      { value: 'density', label: 'Density' },
      { value: 'auc', label: 'Score (AUC)' },
      { value: 'max', label: 'Maximum activation' },
      { value: 'norm', label: 'Decoder norm' },
    ],
    initial: 'layer',
  }),
  descending: toggle({ label: 'Largest first', initial: false }),
  colour: choice({
    label: 'Map colours',
    options: [
      { value: 'layer', label: 'Layer' },
      { value: 'density', label: 'Density' },
    ],
    initial: 'layer',
  }),
};
