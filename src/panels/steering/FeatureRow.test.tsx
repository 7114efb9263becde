// @vitest-environment jsdom
import { act, cleanup, fireEvent, render, screen, within } from '@testing-library/react';
import { StrictMode } from 'react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { namedArray } from '../../anatomy/named-array';
import type { DictionaryInfo } from '../../anatomy/dictionary';
import type { AnalysisResult, RunRequest, RunResult } from '../../anatomy/run';
import { analysisKey } from '../../store/answer-keys';
import { featureEditOf, featureGroup, type FeatureEdit } from '../../store/feature-group';
import { WorkbenchProvider } from '../../store/react';
import type { Answer, WorkbenchState } from '../../store/state';
import { createFixtureStore, fixtureModel } from '../fixture-store';
import { eraseGroup, erasingOf } from './erase';
import door from './index';
import SteeringPanel from './Panel';
import { activationsSpec } from './settings';

vi.stubGlobal('CSS', { escape: (text: string) => text.replace(/[^\w-]/g, '\\$&') });
beforeEach(() => void vi.stubGlobal('fetch', () => Promise.resolve(new Response('', { status: 404 }))));
afterEach(cleanup);

const DICTIONARY = 'catalogue:m/blocks.1.hook_resid_post';
const at = 'blocks.1.hook_resid_post' as const;
const edit: FeatureEdit = { dictionary: DICTIONARY, index: 7, op: 'clamp', coefficient: 4, keepError: true, skipBos: true };
const slider = { uid: 'g1', ...featureGroup(edit, at, 'dogs') };
const item = (values: readonly number[]) => namedArray(['item'], [values.length], Float32Array.from(values));
const computedBy = { backend: 'cpu', device: null, dtype: 'float32', milliseconds: 1 } as const;
/** Fires with 4 and 2 at two of three tokens. */
const fires: Answer<unknown> = {
  status: 'ready',
  value: { indptr: item([0, 1, 2, 2]), indices: item([7, 7]), values: item([4, 2]), skippedBos: false },
  sequence: null,
  computedBy,
};
const info: DictionaryInfo = {
  id: DICTIONARY, name: 'L1', hash: 'h', dIn: 16, dOut: 16, dSae: 64, format: 'SAELens', architecture: 'jumprelu', storedDtype: 'float32', bytes: 1,
  notes: [], modelName: null, neuronpediaId: null, recordsUrl: null,
  spec: { encoder: 'jumprelu', k: null, rescaleActsByDecoderNorm: false, applyBDecToInput: true, normalizeActivations: 'none', centerInput: false, hookName: at, hookNameOut: at },
};
const { document: blank } = createFixtureStore({}).getState();

function show(interventions: WorkbenchState['document']['interventions'], answer: Answer<unknown> = fires) {
  const store = createFixtureStore({
    model: { status: 'ready', info: fixtureModel(3, 2) },
    document: { ...blank, interventions, feature: { dictionary: DICTIONARY, index: 9 } },
    dictionaries: new Map([[DICTIONARY, { status: 'ready', info }]]),
    answers: new Map([[analysisKey(activationsSpec(DICTIONARY), 'base'), answer]]),
  });
  const ask = vi.fn<(request: RunRequest) => Promise<RunResult>>(() => new Promise(() => undefined));
  store.setState({ actions: { ...store.getState().actions, ask, decoderRows: () => Promise.resolve([Float32Array.from([3, 4])]) } });
  render(
    <StrictMode>
      <WorkbenchProvider store={store}>
        <SteeringPanel />
      </WorkbenchProvider>
    </StrictMode>,
  );
  return { store, ask };
}
type Store = ReturnType<typeof show>['store'];
const groupsOf = (store: Store) => store.getState().document.interventions;
const editOf = (store: Store) => featureEditOf(groupsOf(store)[0] ?? { members: [] });
const openForm = (kind?: string) => {
  fireEvent.click(screen.getByRole('button', { name: 'New feature' }));
  const dialog = within(screen.getByRole('dialog'));
  if (kind !== undefined) fireEvent.click(dialog.getByRole('radio', { name: kind }));
  return dialog;
};
const answer = (result: AnalysisResult) => Promise.resolve({ analyses: [result] } as unknown as RunResult);

describe('a slider of a feature', () => {
  it('asks what the feature does in the base text, once per dictionary', () => {
    const model = fixtureModel(3, 2);
    const { ofSlot } = door.needs({}, { ...blank, interventions: [slider, { ...slider, uid: 'g2' }] }, model.config, 0, model);
    expect(ofSlot?.base?.filter(({ id }) => id === 'feature-activations')).toEqual([activationsSpec(DICTIONARY)]);
  });

  it('shows its strength in units of the maximum of this text, and says so', () => {
    show([slider]);
    expect(screen.getByText('1.0× max')).toBeTruthy();
    expect(screen.getByText(/maximum 4.00 in this text \(no records\), fires at 2 of 3 tokens here/)).toBeTruthy();
  });

  it('moves by keyboard, one step for undo', () => {
    const { store } = show([slider]);
    const thumb = screen.getByRole<HTMLInputElement>('slider');
    act(() => thumb.focus());
    fireEvent.change(thumb, { target: { value: String(thumb.valueAsNumber + 1) } });
    expect(editOf(store)?.coefficient).toBeCloseTo(4.4, 5);
    act(() => store.getState().actions.undo());
    expect(editOf(store)?.coefficient).toBe(4);
  });

  it('changes what is done, with a strength that fits it', () => {
    const { store } = show([slider]);
    fireEvent.click(screen.getByRole('button', { name: /^what is done to dogs|clamp what is done to dogs/ }));
    fireEvent.click(screen.getByRole('option', { name: 'scale' }));
    expect(editOf(store)).toMatchObject({ op: 'scale', coefficient: 2 });
    expect(screen.getByText('2.0× f')).toBeTruthy();
  });

  it('leaves out the error term when told to', () => {
    const { store } = show([slider]);
    fireEvent.click(screen.getByRole('button', { name: 'More for dogs' }));
    fireEvent.click(screen.getByRole('menuitem', { name: /Keep the error term/ }));
    expect(editOf(store)?.keepError).toBe(false);
    expect(screen.getByText(/without the error term/)).toBeTruthy();
  });

  it('is compared with a random direction that goes as far on average', async () => {
    const { store } = show([slider]);
    fireEvent.click(screen.getByRole('button', { name: 'More for dogs' }));
    await act(async () => fireEvent.click(screen.getByRole('menuitem', { name: /Compare with random/ })));
    const [original, control] = groupsOf(store);
    expect([original?.enabled, control?.enabled]).toEqual([false, true]);
    // |4 − 4|, |4 − 2| and |4 − 0| have the mean 2; ‖(3, 4)‖ = 5.
    expect(control?.members[0]).toMatchObject({ id: 'add', at, params: { coefficient: 10 }, direction: { id: 'random', params: { seed: 1 } } });
  });

  it('cannot slide while its maximum is unknown', () => {
    show([slider], { status: 'loading', stale: null, sequence: null });
    expect(screen.getByRole<HTMLInputElement>('slider').disabled).toBe(true);
    expect(screen.getByText('…')).toBeTruthy();
  });
});

describe('the form', () => {
  it('begins with the selected feature, clamped; without a maximum one unit is 1', () => {
    const { store } = show([]);
    const form = openForm();
    expect(form.getByRole<HTMLInputElement>('textbox', { name: 'feature, 0 to 63' }).value).toBe('9');
    fireEvent.click(form.getByRole('button', { name: 'Add slider' }));
    expect(editOf(store)).toEqual({ ...edit, index: 9, coefficient: 1 });
    expect(groupsOf(store)[0]?.members[0]?.at).toBe(at);
  });

  it('finds the features of a concept and makes an eraser of them', async () => {
    const { store, ask } = show([]);
    ask.mockImplementation(() => answer({ features: item([3, 5]), strengths: item([2, 1]), conceptScores: item([2]), retainScores: item([1, 9]), threshold: 1.98, falsePositives: 1 }));
    const form = openForm('erase a concept');
    fireEvent.change(form.getByLabelText('prompts about the concept, one a line'), { target: { value: 'A dog barked.' } });
    fireEvent.change(form.getByLabelText('prompts to be kept, one a line'), { target: { value: 'A girl sang.\nA dogma.' } });
    await act(async () => fireEvent.click(form.getByRole('button', { name: 'Find the features' })));
    expect(ask.mock.lastCall?.[0].analyses[0]).toMatchObject({ id: 'feature-set', params: { dictionary: DICTIONARY, concept: 'A dog barked.', top: 32, coefficient: -8 } });
    expect(form.getByText(/1 of 2 prompts/)).toBeTruthy();
    fireEvent.click(form.getByRole('button', { name: 'Erase where detected' }));
    expect(erasingOf(groupsOf(store)[0] ?? { members: [] })).toEqual({ features: 2, coefficient: -8, threshold: 1.98, scored: -8 });
  });

  it('asks what comes back of a changed run, and shows every arm', async () => {
    const { ask, store } = show([slider]);
    const arm = { logprob: -1, kl: 0.5, rate: 0.25 };
    ask.mockImplementation(() => answer({ answerId: 3, original: arm, changed: arm, saeOnly: arm, experts: { ...arm, rate: 0.75 }, all: arm, randomRates: item([0, 0.5]), expertFeatures: item([1]), moved: 2 }));
    const text = { status: 'done', message: null, promptLength: 2, ids: [0, 1, 2], tokens: ['<s>', ' a', ' b'], ended: false, interventions: [], computedBy: null, dragged: null } as const;
    act(() => store.setState({ texts: { base: text, steered: null } }));
    const form = openForm('suppressed or deleted?');
    await act(async () => fireEvent.click(form.getByRole('button', { name: 'Push back' })));
    expect(ask.mock.lastCall?.[0]).toMatchObject({ ids: [0, 1], interventions: slider.members, analyses: [{ id: 'feature-restoration', params: { alpha: 1, top: 20 } }] });
    expect(form.getByRole('row', { name: /experts pushed back/ }).textContent).toContain('0.75');
    expect(form.getByRole('row', { name: /random features, 2 draws/ }).textContent).toContain('0.25 (0.00 to 0.50)');
  });

  it('writes no share of a loss where the change made the answer likelier', async () => {
    const { ask, store } = show([slider]);
    const arm = { logprob: -1, kl: 0.5, rate: 9.5 };
    ask.mockImplementation(() => answer({ answerId: 3, original: arm, changed: { ...arm, logprob: -0.9 }, saeOnly: arm, experts: arm, all: arm, randomRates: item([9, 11]), expertFeatures: item([1]), moved: 2 }));
    const text = { status: 'done', message: null, promptLength: 2, ids: [0, 1, 2], tokens: ['<s>', ' a', ' b'], ended: false, interventions: [], computedBy: null, dragged: null } as const;
    act(() => store.setState({ texts: { base: text, steered: null } }));
    const form = openForm('suppressed or deleted?');
    await act(async () => fireEvent.click(form.getByRole('button', { name: 'Push back' })));
    expect(form.getByText(/Nothing was lost: the change makes this answer likelier/)).toBeTruthy();
    expect(form.getByRole('row', { name: /experts pushed back/ }).textContent).not.toContain('9.5');
    expect(form.getByRole('row', { name: /random features, 2 draws/ }).textContent).not.toMatch(/9|11/);
  });

  it('has nothing to push back while nothing is changed', () => {
    show([]);
    const form = openForm('suppressed or deleted?');
    expect(form.getByRole('button', { name: 'Push back' }).hasAttribute('disabled')).toBe(true);
    expect(form.getByText(/Nothing is changed yet/)).toBeTruthy();
  });
});

it('a concept that is erased has a factor, and an arm that only reconstructs', () => {
  const group = { uid: 'g1', ...eraseGroup({ features: [3, 5], threshold: 2 }, { dictionary: DICTIONARY, at, factor: -8, label: 'without dogs' }) };
  const { store } = show([group]);
  const press = (name: RegExp) => {
    fireEvent.click(screen.getByRole('button', { name: 'More for without dogs' }));
    fireEvent.click(screen.getByRole('menuitem', { name }));
  };
  const erasing = () => erasingOf(groupsOf(store)[0] ?? { members: [] });
  expect(screen.getByText('−8.0× f')).toBeTruthy();
  press(/SAE only/);
  expect(erasing()?.coefficient).toBe(1);
  press(/SAE only/);
  expect(erasing()?.coefficient).toBe(-8);
  press(/Erase in every text/);
  expect(erasing()?.threshold).toBe(0);
});
