// @vitest-environment jsdom
import { act, cleanup, fireEvent, render, screen, within } from '@testing-library/react';
import { StrictMode } from 'react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { namedArray } from '../../anatomy/named-array';
import { createPromptSets } from '../../store/prompt-sets';
import { PromptSetsProvider } from '../../store/prompt-sets-react';
import { WorkbenchProvider } from '../../store/react';
import type { RunRequest, RunResult, AnalysisResult } from '../../anatomy/run';
import type { TextRun } from '../../store/state';
import { createFixtureStore, fixtureModel } from '../fixture-store';
import { answered, computedBy, DICTIONARY, fixtures, plainFiring, plainSequence, ready, resultOf } from './fixtures';
import door from './index';
import TextFeaturesPanel from './Panel';

vi.stubGlobal('CSS', { escape: (text: string) => text.replace(/[^\w-]/g, '\\$&') });
beforeEach(() => void vi.stubGlobal('fetch', () => Promise.resolve(new Response('', { status: 404 }))));
afterEach(cleanup);

const storage = { read: () => Promise.resolve(undefined), write: () => Promise.resolve(), remove: () => Promise.resolve() };

async function show(state: Parameters<typeof createFixtureStore>[0], prompts: readonly string[] = []) {
  const store = createFixtureStore(state);
  const { actions } = store.getState();
  const ask = vi.fn<(request: RunRequest, signal: AbortSignal) => Promise<RunResult>>(() => new Promise(() => undefined));
  store.setState({ actions: { ...actions, ask, openDictionary: () => Promise.resolve(null), encode: (text) => Promise.resolve([...text].map((letter) => letter.charCodeAt(0) % 64)) } });
  const page = { isBusy: () => false, onBusy: () => () => undefined, idle: () => Promise.resolve() };
  const runner = { run: ask, tokenize: () => Promise.reject(new Error('no')), pieces: () => Promise.resolve([]) };
  const promptSets = createPromptSets({ runner, storage, model: () => null, page });
  if (prompts.length > 0) promptSets.getState().actions.add('p.txt', prompts);
  await act(async () => {
    render(
      <StrictMode>
        <WorkbenchProvider store={store}>
          <PromptSetsProvider promptSets={promptSets}>
            <TextFeaturesPanel />
          </PromptSetsProvider>
        </WorkbenchProvider>
      </StrictMode>,
    );
  });
  return { store, ask };
}
const lines = () => screen.queryAllByRole('button', { pressed: false }).filter((button) => button.hasAttribute('data-line'));
const answer = (result: AnalysisResult) => Promise.resolve({ analyses: [result] } as unknown as RunResult);

describe('features of this text', () => {
  it.each(Object.keys(fixtures))('draws the state "%s"', async (name) => {
    await show(fixtures[name] ?? {});
    const words: Readonly<Record<string, string | RegExp>> = {
      'no model': 'No model yet',
      'no dictionary': 'No dictionary for this model',
      opening: 'Reading features',
      'cannot be opened': 'it has another width.',
      failed: 'the GPU was lost.',
      'nothing fires': 'No feature fires here',
      'one token': 'No feature fires here',
    };
    const said = words[name];
    if (said !== undefined) expect(screen.getByText(said)).toBeTruthy();
    else expect(screen.getByRole('list', { name: /^features, highest/ })).toBeTruthy();
  });

  it('asks for the chosen dictionary, that of the selected feature, or the built-in one', () => {
    const info = fixtureModel(3, 4);
    const ask = (dictionary: string, feature: { dictionary: string; index: number } | null, id = 'other') => {
      const document = { ...(answered(ready(plainFiring)).document as never as Parameters<typeof door.needs>[1]), feature };
      const values = { dictionary, scope: 'text', by: 'max', compare: 'mean', other: '', top: 20, least: 0, hideDense: false, strip: 'feature' } as const;
      return door.needs(values, document, info.config, 4, { ...info, id }).analyses.map(({ params }) => params['dictionary']);
    };
    expect(ask('', null)).toEqual([]);
    expect(ask('', { dictionary: DICTIONARY, index: 1 })).toEqual([DICTIONARY]);
    expect(ask('hub:x', { dictionary: DICTIONARY, index: 1 })).toEqual(['hub:x']);
    expect(ask('', null, 'lacuna-16m')).toEqual(['catalogue:lacuna-16m/blocks.6.hook_resid_post']);
  });

  it('lists the features of the text; a press selects one everywhere and marks its strongest token', async () => {
    const { store } = await show(fixtures['typical'] ?? {});
    expect(lines().map((line) => line.textContent)).toEqual(['7×16.00', '5×32.00']);
    fireEvent.click(lines()[1] ?? document.body);
    expect(store.getState().document).toMatchObject({ feature: { dictionary: DICTIONARY, index: 5 }, pinned: 2 });
    expect(screen.getByRole('listbox', { name: 'text by feature 5' })).toBeTruthy();
  });

  it('goes from line to line by keyboard', async () => {
    await show(fixtures['typical'] ?? {});
    const [first, second] = lines();
    first?.focus();
    fireEvent.keyDown(first ?? document.body, { key: 'ArrowDown' });
    expect(document.activeElement).toBe(second);
    fireEvent.keyDown(second ?? document.body, { key: 'Home' });
    expect(document.activeElement).toBe(first);
  });

  it('shows what fires at the marked token', async () => {
    await show(answered(ready(plainFiring), plainSequence, { scope: 'token' }));
    expect(screen.getByText(/at ·a \(3\), the last token/)).toBeTruthy();
    expect(lines().map((line) => line.textContent)).toEqual(['5×31.50']);
  });

  it('names a feature without a label by the tokens that it speaks for', async () => {
    const { ask, store } = await show(answered({ status: 'loading', stale: null, sequence: null }));
    ask.mockImplementation(({ analyses }) => answer({ topIds: namedArray(['item'], [2], Float32Array.from([Number(analyses[0]?.params['feature']), 1])) }));
    // Features of no other test: what one speaks for is kept.
    await act(async () => store.setState(answered(ready([[], [[40, 2]], [[41, 1]], []]))));
    expect(await within(lines()[0] ?? document.body).findByText('→ ·t40 ·t1')).toBeTruthy();
  });

  it('calls a feature what the person calls it', async () => {
    const state = answered(ready(plainFiring));
    await show({ ...state, document: { ...(state.document as NonNullable<typeof state.document>), featureLabels: { [DICTIONARY]: { '7': 'beginnings' } } } });
    expect(within(lines()[0] ?? document.body).getByText('beginnings')).toBeTruthy();
  });

  it('makes a slider at the maximum of this text', async () => {
    const { store } = await show(fixtures['typical'] ?? {});
    fireEvent.click(screen.getByRole('button', { name: 'Steer with feature 7' }));
    expect(store.getState().document.interventions[0]).toMatchObject({
      label: 'feature 7',
      members: [{ id: 'edit-features', at: 'blocks.1.hook_resid_post', params: { dictionary: DICTIONARY, feature: 7, op: 'clamp', coefficient: 6 } }],
    });
  });

  it('compares with another prompt, read in the unchanged model', async () => {
    const { ask } = await show(answered(ready(plainFiring), plainSequence, { scope: 'difference', compare: 'max', other: 'ab' }));
    expect(ask.mock.lastCall?.[0]).toMatchObject({ ids: [0, 33, 34], interventions: [], analyses: [{ id: 'feature-activations' }] });
    cleanup();
    const second = await show(answered(ready(plainFiring), plainSequence, { scope: 'difference', compare: 'max', other: '' }));
    second.ask.mockImplementation(() => answer(resultOf([[], [[9, 8]]])));
    await act(async () => second.store.getState().actions.setPanelSettings('text-features', { other: 'x' }));
    expect(lines().map((line) => line.textContent)).toEqual(['9×1−8.00', '7×1+6.00', '5×3+2.00']);
  });

  it('encodes a prompt set when asked to', async () => {
    const { ask } = await show(answered(ready(plainFiring), plainSequence, { scope: 'set', by: 'max' }), ['ab', 'cd']);
    ask.mockImplementation((request) => answer(resultOf(request.ids.map((id) => [[id, 1]]))));
    expect(screen.getByText('Nothing run yet')).toBeTruthy();
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'Encode 2 prompts' })));
    expect(await screen.findByText('over 2 of 2 prompts')).toBeTruthy();
    expect(lines()).toHaveLength(4);
  });

  it('measures the loss recovered with zeros and with the mean, when asked to', async () => {
    const { ask } = await show(fixtures['typical'] ?? {});
    ask.mockImplementation((request) => {
      const isZero = request.analyses[0]?.params['baseline'] === 'zero';
      return answer(isZero ? { lossClean: 2, lossSae: 2.5, lossZero: 8, deltaLoss: 0.5, recoveredZero: 0.9167 } : { lossMean: 6, recoveredMean: 0.875 });
    });
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'Measure loss recovered' })));
    const fit = within(screen.getByRole('region', { name: 'fit of the dictionary to this text' }));
    expect(fit.getByText('0.500')).toBeTruthy();
    expect(fit.getByText('91.7%')).toBeTruthy();
    expect(fit.getByText('87.5%')).toBeTruthy();
    expect(fit.getByText(/mean over this text, not over a/)).toBeTruthy();
  });

  it('tries other readings of a dictionary that does not fit, best first, and reads it so', async () => {
    const firing = Array.from({ length: 10 }, () => [[3, 1]] as const);
    const sequence = { ids: firing.map((_, id) => id), tokens: firing.map((_, id) => ` t${id}`), promptLength: 10 };
    const { ask, store } = await show(answered({ status: 'ready', value: resultOf(firing, true, 0.1), sequence, computedBy }, sequence));
    ask.mockImplementation(() =>
      answer({
        readings: [
          { label: 'as it is read now', overrides: '', fvu: 0.9, l0: 1 },
          { label: 'without layer norm', overrides: '#normalize=none', fvu: 1.2, l0: 30.25 },
          { label: 'with b_dec subtracted', overrides: '#bdec=yes', fvu: 0.0432, l0: 2 },
          { label: 'without the start token', overrides: null, fvu: NaN, l0: NaN },
        ],
        skippedBos: true,
      }),
    );
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'Try other readings' })));
    expect(ask.mock.lastCall?.[0]).toMatchObject({ ids: sequence.ids, analyses: [{ id: 'dictionary-readings', params: { dictionary: DICTIONARY } }] });
    const rows = within(screen.getByRole('table', { name: /read otherwise/ })).getAllByRole('row');
    expect(rows.map((row) => within(row).queryAllByRole('cell').map((cell) => cell.textContent))).toEqual([[], ['4.3%', '2.0', 'Read it so'], ['90.0%', '1.0', ''], ['120.0%', '30.3', 'Read it so'], ['–', '–', '']]);
    await act(async () => fireEvent.click(screen.getAllByRole('button', { name: 'Read it so' })[0]!));
    expect(store.getState().document.panelSettings['text-features']?.['dictionary']).toBe(`${DICTIONARY}#bdec=yes`);
  });

  it('follows a text while it is written', async () => {
    const { store, ask } = await show(answered({ status: 'loading', stale: null, sequence: null }));
    ask.mockImplementation((request) => answer(resultOf(request.ids.map((id, pos) => (pos === 0 ? [] : [[id, pos]])))));
    const running = (ids: readonly number[]): TextRun => ({ status: 'running', message: null, promptLength: 1, ids, tokens: ids.map((id) => ` t${id}`), ended: false, interventions: [], computedBy: null, dragged: null });
    await act(async () => store.setState({ texts: { base: running([0, 21]), steered: null } }));
    expect(lines().map((line) => line.textContent)).toEqual(['21×11.00']);
    await act(async () => store.setState({ texts: { base: running([0, 21, 22]), steered: null } }));
    expect(lines().map((line) => line.textContent)).toEqual(['22×12.00', '21×11.00']);
  });
});
