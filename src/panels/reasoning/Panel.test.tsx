// @vitest-environment jsdom
import { act, cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { StrictMode } from 'react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DictionaryInfo } from '../../anatomy/dictionary';
import { namedArray } from '../../anatomy/named-array';
import type { AnalysisResult, RunRequest, RunResult } from '../../anatomy/run';
import { analysisKey } from '../../store/answer-keys';
import { initialDocument } from '../../store/document';
import { WorkbenchProvider } from '../../store/react';
import { createFixtureStore, fixtureModel } from '../fixture-store';
import ReasoningPanel from './Panel';
import { activationsSpec } from './settings';

vi.stubGlobal('CSS', { escape: (text: string) => text.replace(/[^\w-]/g, '\\$&') });
beforeEach(() => void vi.stubGlobal('fetch', () => Promise.resolve(new Response('', { status: 404 }))));
afterEach(cleanup);

const info = fixtureModel(2, 2);
const DICTIONARY = 'url:https://example.org/d';
const dictionary: DictionaryInfo = {
  id: DICTIONARY,
  name: 'd',
  hash: 'h',
  spec: { encoder: 'standard', k: null, rescaleActsByDecoderNorm: false, applyBDecToInput: true, normalizeActivations: 'none', centerInput: false, hookName: 'blocks.1.hook_resid_post', hookNameOut: 'blocks.1.hook_resid_post' },
  dIn: 16,
  dOut: 16,
  dSae: 64,
  format: 'test',
  architecture: 'standard',
  storedDtype: 'float32',
  bytes: 0,
  notes: [],
  modelName: null,
  neuronpediaId: null,
  recordsUrl: null,
};

function resultOf(firing: readonly (readonly (readonly [number, number])[])[]): AnalysisResult {
  const flat = firing.flat();
  const indptr = [0, ...firing.map((_, pos) => firing.slice(0, pos + 1).flat().length)];
  const item = (values: readonly number[]) => namedArray(['item'], [values.length], Float32Array.from(values));
  return { indptr: item(indptr), indices: item(flat.map(([feature]) => feature)), values: item(flat.map(([, value]) => value)), skippedBos: true };
}

const sequence = { ids: [0, 1, 2, 3], tokens: ['<s>', ' dog', ' lake', ' ran'], promptLength: 3 };
/** At the start token everything fires; at position 3, which the model wrote, feature 9. */
const text = resultOf([[[9, 99]], [[5, 3]], [[7, 2]], [[9, 8]]]);

async function show(change: Record<string, unknown>) {
  const spec = activationsSpec(DICTIONARY);
  const store = createFixtureStore({
    model: { status: 'ready', info },
    document: { ...initialDocument, panelSettings: { reasoning: { dictionary: DICTIONARY, concepts: 'dog: 5 > 1\nwater: 7 > 1\nswim: 9, 4 > 1', rules: 'dog and water -> swim\nswim -> happy', ...change } } },
    dictionaries: new Map([[DICTIONARY, { status: 'ready', info: dictionary }]]),
    inspected: sequence,
    answers: new Map([[analysisKey(spec, null), { status: 'ready', value: text, sequence, computedBy: { backend: 'cpu', device: null, dtype: 'float32', milliseconds: 1 } }]]),
  });
  const ask = vi.fn(async (request: RunRequest): Promise<RunResult> => {
    const letter = request.ids.at(-1) ?? 0;
    return { analyses: [resultOf([[[1, 50]], [[letter % 2 === 0 ? 20 : 30, 4]]])] } as unknown as RunResult;
  });
  const { actions } = store.getState();
  store.setState({ actions: { ...actions, ask, encode: async (given) => [given.charCodeAt(given.length - 1)] } });
  await act(async () => {
    render(
      <StrictMode>
        <WorkbenchProvider store={store}>
          <ReasoningPanel />
        </WorkbenchProvider>
      </StrictMode>,
    );
  });
  return { store, ask };
}

describe('reasoning', () => {
  it('shows what the prompt says token by token, which rules fire in which round, and steers toward a conclusion', async () => {
    const { store } = await show({});
    const seen = within(screen.getByRole('list', { name: 'concepts that are active' })).getAllByRole('listitem');
    expect(seen.map((item) => item.textContent)).toEqual(['dog at ·dog', 'water at ·lake']);
    const fired = within(screen.getByRole('list', { name: 'rules that fired' })).getAllByRole('listitem');
    expect(fired).toHaveLength(2);
    expect(fired[0]?.textContent).toContain('round 1: dog and water -> swim');
    expect(fired[1]?.textContent).toContain('no features of "happy" are known');
    fireEvent.click(within(fired[0]!).getByRole('button', { name: 'Steer toward swim' }));
    expect(store.getState().document.interventions[0]).toMatchObject({
      label: 'toward swim',
      members: [{ id: 'add-norm', at: 'blocks.1.hook_resid_post', params: { coefficient: 0.5, lastOnly: true }, direction: { id: 'weighted-features', params: { dictionary: DICTIONARY, features: [9, 4] } } }],
    });
    fireEvent.click(screen.getByRole('button', { name: '·lake' }));
    expect(store.getState().document.pinned).toBe(2);
  });

  it('in order, concludes nothing from premises that come the other way round', async () => {
    await show({ ordered: true, rules: 'water and dog -> swim' });
    expect(screen.getByText('No rule fires.')).toBeTruthy();
  });

  it('names a rule that can’t be read', async () => {
    await show({ rules: 'dog and -> swim' });
    expect(screen.getByRole('alert').textContent).toContain('a name is missing');
  });

  it('finds features and thresholds for examples', async () => {
    const { store, ask } = await show({ concepts: '', examples: 'even | b\nodd | c\neven | d' });
    fireEvent.click(screen.getByRole('button', { name: 'Find features for them' }));
    await waitFor(() => expect(store.getState().document.panelSettings['reasoning']?.['concepts']).toBe('even: 20 > 2\nodd: 30 > 2'));
    expect(ask).toHaveBeenCalledTimes(3);
    expect(screen.getByText(/even 100%, odd 100%/)).toBeTruthy();
  });
});
