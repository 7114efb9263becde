// @vitest-environment jsdom
import { File as NodeFile } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { act, cleanup, configure, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { StrictMode } from 'react';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { RunResult } from '../../anatomy/run';
import { createFeatureService } from '../../dictionaries/records';
import { initialDocument } from '../../store/document';
import { createPageActivity } from '../../store/page-activity';
import { createPromptSets } from '../../store/prompt-sets';
import { PromptSetsProvider } from '../../store/prompt-sets-react';
import { WorkbenchProvider } from '../../store/react';
import type { WorkbenchState } from '../../store/state';
import { notFound, serve, type TestServer } from '../../testing/serve';
import { createFixtureStore, fixtureModel } from '../fixture-store';
import { createFeatureLibrary } from './library';
import FeaturesPanel from './Panel';
import { FeaturesProvider } from './port';

// Files are read over HTTP here: a busy machine takes its time.
configure({ asyncUtilTimeout: 20_000 });
vi.setConfig({ testTimeout: 60_000 });
// jsdom has no CSS.escape, which menus and dialogs look elements up with.
vi.stubGlobal('CSS', { escape: (text: string) => text.replace(/[^\w-]/g, '\\$&') });
const size = { width: 900, height: 500 };
for (const [side, name] of [['clientWidth', 'width'], ['clientHeight', 'height'], ['offsetWidth', 'width'], ['offsetHeight', 'height']] as const)
  Object.defineProperty(HTMLElement.prototype, side, { configurable: true, get: () => size[name] });

const SAMPLE = join(process.cwd(), 'src/dictionaries/golden/records-sample');
const ID = 'catalogue:made-up/blocks.0.hook_resid_post';
const base = fixtureModel(2, 2);
const info = { ...base, id: 'made-up', config: { ...base.config, dVocab: 512 } };

let server: TestServer;
beforeAll(async () => {
  server = await serve((response, path) => {
    if (!path.startsWith('dictionaries/made-up/')) return notFound(response);
    response.end(readFileSync(join(SAMPLE, path.slice('dictionaries/made-up/'.length))));
  });
});
afterAll(() => server.close());
afterEach(() => {
  cleanup();
  size.width = 900;
});

async function show(state: Partial<Omit<WorkbenchState, 'actions'>> = {}, model = info) {
  const store = createFixtureStore({ model: { status: 'ready', info: model }, ...state });
  const never = () => new Promise<never>(() => undefined);
  const storage = { read: async () => undefined, write: async () => undefined, remove: async () => undefined };
  const promptSets = createPromptSets({ runner: { run: never, tokenize: never, pieces: never }, storage, model: () => model, page: createPageActivity(store) });
  const library = createFeatureLibrary({ openRecords: () => createFeatureService(server.url) });
  render(
    <StrictMode>
      <WorkbenchProvider store={store}>
        <PromptSetsProvider promptSets={promptSets}>
          <FeaturesProvider library={library}>
            <FeaturesPanel />
          </FeaturesProvider>
        </PromptSetsProvider>
      </WorkbenchProvider>
    </StrictMode>,
  );
  await waitFor(() => expect(library.getState().status).not.toBe('reading'));
  return { store, library };
}
const grid = () => screen.getByRole('grid', { name: 'features' });
const rows = () => within(grid()).getAllByRole('row').slice(1);
const selected = (index: number) => ({ document: { ...initialDocument, feature: { dictionary: ID, index } } });

describe('features panel', () => {
  it('lists all features, of which only those in sight are drawn', async () => {
    await show();
    expect(grid().getAttribute('aria-rowcount')).toBe('65');
    expect(rows().length).toBeGreaterThan(5);
    expect(rows().length).toBeLessThan(50);
    expect(screen.getByText('64 features')).toBeTruthy();
    expect(screen.getByText('No feature selected')).toBeTruthy();
  });

  it('is read with the keyboard: arrows and End move, Enter selects', async () => {
    const { store } = await show();
    act(() => grid().focus());
    fireEvent.keyDown(grid(), { key: 'ArrowDown' });
    fireEvent.keyDown(grid(), { key: 'Enter' });
    expect(store.getState().document.feature).toEqual({ dictionary: ID, index: 1 });
    fireEvent.keyDown(grid(), { key: 'End' });
    fireEvent.keyDown(grid(), { key: 'Enter' });
    expect(store.getState().document.feature).toEqual({ dictionary: ID, index: 63 });
  });

  it('in a narrow panel the focus follows from the list to the feature', async () => {
    size.width = 500;
    const { store } = await show();
    act(() => grid().focus());
    fireEvent.keyDown(grid(), { key: 'ArrowDown' });
    fireEvent.keyDown(grid(), { key: 'Enter' });
    expect(store.getState().document.feature).toEqual({ dictionary: ID, index: 1 });
    await waitFor(() => expect(document.activeElement).toBe(screen.getByRole('article')));
    expect(screen.queryByRole('grid')).toBeNull();
  });

  it('sorts by a header and keeps that in the document', async () => {
    const { store } = await show();
    fireEvent.click(within(grid()).getByRole('button', { name: /density/ }));
    expect(store.getState().document.panelSettings['features']).toMatchObject({ sort: 'density', descending: true });
    expect(within(grid()).getByRole('columnheader', { name: /density/ }).getAttribute('aria-sort')).toBe('descending');
  });

  it('shows the selected feature: figures, tokens, contexts, neighbours that select', async () => {
    const { store } = await show(selected(3));
    const dashboard = screen.getByRole('article');
    await within(dashboard).findByText('Top activations');
    expect(within(dashboard).getByText(/not logits of the model/)).toBeTruthy();
    expect(within(dashboard).getByText(/Over 12,345 tokens/)).toBeTruthy();
    expect(within(dashboard).getAllByRole('listbox').length).toBeGreaterThan(0);
    fireEvent.click(within(within(dashboard).getByRole('region', { name: 'Nearest features' })).getByRole('button', { name: /^29/ }));
    expect(store.getState().document.feature).toEqual({ dictionary: ID, index: 29 });
  });

  it('takes a person’s label, which the list shows first', async () => {
    const { store } = await show(selected(3));
    fireEvent.change(screen.getByRole('textbox', { name: 'My label' }), { target: { value: ' cats ' } });
    fireEvent.click(screen.getByRole('button', { name: 'Save label' }));
    expect(store.getState().document.featureLabels).toEqual({ [ID]: { '3': 'cats' } });
    expect(within(grid()).getByText('cats')).toBeTruthy();
  });

  it('finds features and says where', async () => {
    await show();
    fireEvent.change(screen.getByRole('textbox', { name: 'Search features' }), { target: { value: 't430' } });
    await waitFor(() => expect(screen.getByText(/found in \d+ ms/)).toBeTruthy());
    expect(rows().length).toBeGreaterThan(0);
    expect(within(rows()[0]!).getByText('t430', { selector: 'mark' })).toBeTruthy();
    fireEvent.change(screen.getByRole('textbox', { name: 'Search features' }), { target: { value: 'nothing of the kind' } });
    await waitFor(() => expect(screen.getByText(/Nothing found/)).toBeTruthy());
  });

  it('says of a dead feature that it is dead', async () => {
    await show(selected(63));
    expect(await screen.findByText('A dead feature')).toBeTruthy();
  });

  it('tests a text as it is typed', async () => {
    const { store } = await show(selected(3));
    const array = (...values: number[]) => ({ axes: ['item'], shape: [values.length], data: Float32Array.from(values) });
    const asked: unknown[] = [];
    act(() => {
      const { actions } = store.getState();
      store.setState({
        actions: {
          ...actions,
          openDictionary: async () => ID,
          encode: async (text) => [...text].map((_, at) => at + 1),
          ask: async (request) => {
            asked.push(request.analyses);
            const nPos = request.ids.length;
            return { analyses: [{ indptr: array(...Array.from({ length: nPos + 1 }, (_, at) => at)), indices: array(...Array.from({ length: nPos }, () => 3)), values: array(...Array.from({ length: nPos }, (_, at) => at)) }] } as unknown as RunResult;
          },
        },
      });
    });
    fireEvent.change(screen.getByRole('textbox', { name: /Text to test/ }), { target: { value: 'ab' } });
    const strip = await screen.findByRole('listbox', { name: 'activations on your text' });
    expect(within(strip).getAllByRole('option').map((token) => token.getAttribute('aria-label'))).toEqual([expect.stringContaining('no value here'), expect.stringContaining('activation 1.00'), expect.stringContaining('activation 2.00')]);
    expect(asked).toEqual([[{ id: 'feature-activations', params: { dictionary: ID } }]]);
  });

  it('shows one thing at a time where it is narrow', async () => {
    size.width = 360;
    const { store } = await show();
    expect(screen.queryByRole('article')).toBeNull();
    fireEvent.click(rows()[4]!);
    expect(store.getState().document.panelSettings['features']).toMatchObject({ view: 'feature' });
    expect(screen.getByRole('article', { name: /feature 4 of L0 resid_post/ })).toBeTruthy();
    expect(screen.queryByRole('grid')).toBeNull();
  });

  it('says what can be done where nothing ships for the model', async () => {
    await show({}, { ...info, id: 'another', hash: 'another' });
    expect(screen.getByText('No dictionary here yet')).toBeTruthy();
  });

  it('takes dropped records, which stand alone', async () => {
    const { store, library } = await show();
    const batch = { model_id: 'gpt2-small', layer: 6, sae_set: 'res-jb', features: [{ feature_index: 12, frac_nonzero: 0.01, activations: [{ bin_min: -1, bin_max: 2, bin_contains: -1, tokens: [' a', ' b'], values: [0, 2], qualifying_token_index: 1 }] }] };
    // jsdom's files give no bytes.
    const file = new NodeFile([JSON.stringify(batch)], 'batch.json') as unknown as File;
    await act(async () => {
      await library.importFiles([file], { dictionary: 'files:x', title: 'mine', hook: 'blocks.6.hook_resid_pre', layer: 6 });
    });
    act(() => store.getState().actions.selectFeature({ dictionary: 'files:x', index: 12 }));
    expect(await screen.findByRole('article', { name: 'feature 12 of mine' })).toBeTruthy();
    expect(await screen.findByText('Its page on Neuronpedia')).toBeTruthy();
  });
});
