import { definePanel } from '../types';
import { activationsSpec, BASE_NORMS, calibration, DAMAGE, dictionariesOf } from './settings';

export default definePanel({
  id: 'steering',
  title: 'Steering',
  shows: 'Sliders that add a direction to the residual stream, or change features of a dictionary, while the model writes, and what that costs.',
  misleads:
    'A changed text is no evidence that a direction means what its name says: compare with a random direction of the same norm, and watch the cost.',
  settings: {},
  needs: (_settings, document, _config, _nPos, model) => {
    const spec = calibration(model);
    const features = dictionariesOf(document).map(activationsSpec);
    return {
      capture: [],
      analyses: spec === null ? [] : [spec],
      ofSlot: { base: [...(spec === null ? [BASE_NORMS] : []), ...features], steered: [DAMAGE] },
    };
  },
  load: () => import('./Panel'),
  readme: () => import('./README.md?raw').then((module) => module.default),
});
