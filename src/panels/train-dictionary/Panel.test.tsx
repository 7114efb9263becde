// @vitest-environment jsdom
import { act, cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { StrictMode } from 'react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { RunRequest, RunResult } from '../../anatomy/run';
import { createDictionaryTraining } from '../../store/dictionary-training';
import { DictionaryTrainingProvider } from '../../store/dictionary-training-react';
import type { DictionaryTrainingPorts } from '../../store/dictionary-training-ports';
import { createPageActivity } from '../../store/page-activity';
import { createPromptSets } from '../../store/prompt-sets';
import { PromptSetsProvider } from '../../store/prompt-sets-react';
import { WorkbenchProvider } from '../../store/react';
import { Trainer, evaluateOn, type TrainingState, type TrainingSettings } from '../../dictionaries/page-training';
import { createFixtureStore, fixtureModel } from '../fixture-store';
import TrainDictionaryPanel from './Panel';

afterEach(cleanup);
// jsdom has no CSS.escape, which menus and dialogs look elements up with.
vi.stubGlobal('CSS', { escape: (text: string) => text.replace(/[^\w-]/g, '\\$&') });

const info = fixtureModel(2, 2);
const d = info.config.dModel;
const PROMPTS = Array.from({ length: 10 }, (_, index) => `prompt ${index}`);

/** The real trainer in this thread, one step at a time, each when it is let. */
function inThisThread() {
  let trainer: Trainer | null = null;
  let held = new Float32Array(0);
  let told = 0;
  const gates: (() => void)[] = [];
  const slice = () => {
    const { points, step, isDone } = trainer!;
    const fresh = points.slice(told);
    told = points.length;
    return { step, isDone, points: fresh };
  };
  return {
    let: () => act(async () => gates.shift()?.()),
    open: () => ({
      async begin(activations: Float32Array, heldOut: Float32Array, width: number, settings: TrainingSettings, from: TrainingState | null) {
        trainer = new Trainer(activations, width, settings, from);
        held = heldOut as Float32Array<ArrayBuffer>;
        return slice();
      },
      async advance() {
        await new Promise<void>((resolve) => gates.push(resolve));
        trainer!.advance();
        return slice();
      },
      state: async () => trainer!.state(),
      finish: async () => ({ trained: trainer!.result(), evaluation: evaluateOn(trainer!.result(), held) }),
      dispose: () => undefined,
    }),
  };
}

async function show(prompts: readonly string[] | null = PROMPTS) {
  const store = createFixtureStore({ model: { status: 'ready', info } });
  const never = () => new Promise<never>(() => undefined);
  const kept = new Map<string, unknown>();
  const storage = {
    read: async (key: string) => structuredClone(kept.get(key)),
    write: async (key: string, value: unknown) => void kept.set(key, structuredClone(value)),
    remove: async (key: string) => void kept.delete(key),
  };
  const page = createPageActivity(store);
  const promptSets = createPromptSets({ runner: { run: never, tokenize: never, pieces: never }, storage, model: () => info, page });
  const thread = inThisThread();
  const run = async (request: RunRequest): Promise<RunResult> => {
    const hook = request.capture[0];
    const data = Float32Array.from({ length: request.ids.length * d }, (_, i) => Math.sin(i + (request.ids[1] ?? 0)));
    const activations = hook === undefined ? {} : { [hook]: { axes: ['pos', 'd_model'] as const, shape: [request.ids.length, d], data } };
    const analyses = request.analyses.map(() => ({ lossClean: 2, lossSae: 2.1, lossZero: 9 }));
    return { request, ids: request.ids, promptLength: request.ids.length, logits: null, activations, recorded: {}, analyses, generated: null, computedBy: { backend: 'cpu', device: null, dtype: 'float32', milliseconds: 1 } };
  };
  const opened: string[] = [];
  const ports: DictionaryTrainingPorts = {
    runner: { run, tokenize: async (text) => ({ ids: [0, text.length, text.charCodeAt(7)], tokens: ['', 'a', 'b'] }) },
    storage,
    page,
    model: () => info,
    openThread: thread.open,
    openDictionary: async (dictionary) => (opened.push(dictionary.info.id), dictionary.info.id),
    now: () => 0,
  };
  const training = createDictionaryTraining(ports);
  render(
    <StrictMode>
      <WorkbenchProvider store={store}>
        <PromptSetsProvider promptSets={promptSets}>
          <DictionaryTrainingProvider training={training}>
            <TrainDictionaryPanel />
          </DictionaryTrainingProvider>
        </PromptSetsProvider>
      </WorkbenchProvider>
    </StrictMode>,
  );
  await waitFor(() => expect(promptSets.getState().isRestored && training.getState().isRestored).toBe(true));
  if (prompts !== null) act(() => promptSets.setState({ sets: [{ id: 's', name: 's.txt', prompts, run: null }], currentId: 's' }));
  return { store, training, thread, opened, kept };
}
const press = (name: string) => act(async () => void fireEvent.click(screen.getByRole('button', { name })));

describe('train a dictionary', () => {
  it('says where prompts come from while there are none', async () => {
    const { store } = await show(null);
    expect(screen.getByText('No prompts yet')).toBeTruthy();
    await press('Open prompt sets');
    expect(store.getState().document.layout.flatMap(({ panels }) => panels.map(({ id }) => id))).toContain('prompt-sets');
  });

  it('trains with curves, pauses, goes on, gives a verdict, and hands it to the workbench', async () => {
    const { store, training, thread, opened } = await show();
    act(() => store.getState().actions.setPanelSettings('train-dictionary', { steps: 4, k: 2, width: '1', batch: '64' }));
    await press('Train');
    await waitFor(() => expect(training.getState().status).toBe('running'));
    expect(screen.getByText(/18 tokens of 9 prompts, start tokens left out; 1 prompt \(2 tokens\) held back/)).toBeTruthy();
    expect(screen.getByText(/each token is seen 14 times/)).toBeTruthy();
    await thread.let();
    await waitFor(() => expect(screen.getByRole('img', { name: /^Error, share of the variance: loss from/ })).toBeTruthy());
    await press('Pause');
    await thread.let();
    expect(screen.getByText(/goes on after a reload too/)).toBeTruthy();
    expect(training.getState().step).toBe(2);
    await press('Resume');
    await thread.let();
    await thread.let();
    await waitFor(() => expect(training.getState().status).toBe('done'));
    expect(screen.getByRole('img', { name: /L0 from .* at step 4/ })).toBeTruthy();
    expect(screen.getByText(/A teaching dictionary: \d of 3 gates reached, measured on 2 tokens that were held back. In its place in the model it costs 0.100 nats/)).toBeTruthy();
    expect(screen.getByText(/Loss recovered against zero ablation 0.986, to be above 0.9: reached/)).toBeTruthy();
    await press('Use it');
    const { id } = training.getState().result!.dictionary.info;
    expect(opened.at(-1)).toBe(id);
    expect(store.getState().document.feature).toMatchObject({ dictionary: id });
    await waitFor(() => expect(screen.getByText('Trained here before (1)')).toBeTruthy());
  });

  it('trains a vSAE when asked to, with its divergence drawn, and says what it is and what was found about it', async () => {
    const { store, training, thread } = await show();
    expect(screen.queryByText(/worse than TopK/)).toBeNull();
    act(() => store.getState().actions.setPanelSettings('train-dictionary', { architecture: 'vsae', steps: 2, k: 2, width: '1', batch: '64', klCoefficient: 0.1, variance: 'learned' }));
    expect(screen.getByText(/worse than TopK on core metrics and has many more dead features/)).toBeTruthy();
    expect(screen.getByRole('textbox', { name: 'c_KL, cost of a nat' })).toHaveProperty('value', '0.1');
    expect(screen.getByRole('textbox', { name: 'learning rate' })).toHaveProperty('value', '0.0005');
    await press('Train');
    await waitFor(() => expect(training.getState().status).toBe('running'));
    expect(training.getState().request!.settings).toMatchObject({ lr: 0.0005, variational: { klCoefficient: 0.1, variance: 'learned' } });
    expect(screen.getByText(/vSAE, learned variance, c_KL 0.1, 16 features of which 2 a token/)).toBeTruthy();
    await thread.let();
    await waitFor(() => expect(screen.getByRole('img', { name: /^KL, nats per token: KL from [\d.]+ at step 1/ })).toBeTruthy());
    await thread.let();
    await waitFor(() => expect(training.getState().status).toBe('done'));
    expect(screen.getByText(/SAELens has no such architecture; the export is the TopK dictionary/)).toBeTruthy();
    expect(training.getState().result!.dictionary.info.architecture).toBe('vsae');
  });

  it('finishes early and forgets', async () => {
    const { store, training, thread } = await show();
    act(() => store.getState().actions.setPanelSettings('train-dictionary', { steps: 500, width: '1' }));
    await press('Train');
    await waitFor(() => expect(training.getState().status).toBe('running'));
    await thread.let();
    await waitFor(() => expect(training.getState().step).toBe(1));
    fireEvent.click(screen.getByRole('button', { name: 'Finish here' }));
    await thread.let();
    await waitFor(() => expect(training.getState().status).toBe('done'));
    await press('Discard');
    expect(training.getState().status).toBe('idle');
    expect(screen.queryByText(/teaching dictionary:/)).toBeNull();
  });

  it('shows why it stopped', async () => {
    const { training } = await show();
    act(() => training.setState({ status: 'failed', message: 'no room' }));
    expect(screen.getByRole('alert').textContent).toContain('no room');
  });
});
