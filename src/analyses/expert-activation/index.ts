import { blockHook, isHookOf } from '../../anatomy/hook-names';
import { choice, toggle } from '../../lib/params';
import { defineAnalysis } from '../types';

export default defineAnalysis({
  id: 'expert-activation',
  title: 'Expert activation',
  summary: 'How many tokens of the prompt each expert of each layer is chosen for.',
  params: {
    phase: choice({
      label: 'tokens',
      options: [
        { value: 'prompt', label: 'of the prompt' },
        { value: 'all', label: 'of the whole text' },
      ],
      initial: 'prompt',
    }),
    divide: toggle({ label: 'divide by the number of tokens', initial: false, help: 'So that prompts of different lengths can be compared.' }),
  },
  independent: false,
  needs: (_, config) => ({
    capture: Array.from({ length: config.nLayers }, (__, layer) => blockHook(layer, 'mlp.hook_expert_weights')).filter((name) => isHookOf(name, config)),
    logits: false,
  }),
  load: () => import('./compute'),
});
