import { expect, it } from 'vitest';
import { Trainer, type TrainingSettings } from '../dictionaries/page-training';
import { loadTraining, saveTraining, type StoredTraining } from './training-storage';

const D = 8;
const data = Float32Array.from({ length: 40 * D }, (_, i) => Math.sin(i * i * 0.7));
const settings: TrainingSettings = { k: 2, dSae: 16, batch: 8, steps: 500, lr: 1e-3, seed: 1, deadAfter: 100 };

function stored(given: TrainingSettings): StoredTraining {
  const trainer = new Trainer(data, D, given);
  for (let i = 0; i < 5; i += 1) trainer.advance();
  const request = { hook: 'blocks.0.hook_resid_post', settings: given, promptsName: 'p', prompts: ['a'], model: 'm', modelId: 'm' } as const;
  return { request, data: { prompts: 1, tokens: 40, heldOutPrompts: [], heldOutTokens: 0, leftOut: 0, cut: 0, empty: 0 }, state: trainer.state() };
}
function memory(value?: unknown) {
  let kept = value;
  return { read: async () => structuredClone(kept), write: async (_key: string, written: unknown) => void (kept = structuredClone(written)), remove: async () => void (kept = undefined) };
}

it.each([
  ['TopK', settings],
  ['vSAE', { ...settings, variational: { klCoefficient: 2, variance: 'learned' } }],
] as const)('gives a %s training back as it was, so that it goes on alike', async (_, given) => {
  const storage = memory();
  const training = stored(given);
  await saveTraining(storage, training);
  const read = await loadTraining(storage);
  expect(read?.state).toEqual(training.state);
  const [whole, after] = [new Trainer(data, D, given, training.state), new Trainer(data, D, given, read!.state)];
  whole.advance();
  after.advance();
  expect(after.state()).toEqual(whole.state());
});

it('reads a training that was stored before there were variational ones', async () => {
  const { state, ...rest } = stored(settings);
  const { kl, ...pending } = state.pending;
  expect(kl).toBe(0);
  const read = await loadTraining(memory({ ...rest, state: { ...state, pending } }));
  expect(read?.state).toEqual(state);
});

it('takes nothing for a training that isn’t one', async () => {
  const { state, ...rest } = stored({ ...settings, variational: { klCoefficient: 2, variance: 'unit' } });
  const broken = { ...state, settings: { ...state.settings, variational: { klCoefficient: 2, variance: 'some' } } };
  expect(await loadTraining(memory({ ...rest, state: broken }))).toBeNull();
  expect(await loadTraining(memory())).toBeNull();
});
