// @vitest-environment jsdom
import { act, cleanup, fireEvent, render, screen, within } from '@testing-library/react';
import { StrictMode } from 'react';
import { afterEach, describe, expect, it } from 'vitest';
import { namedArray } from '../../anatomy/named-array';
import type { ModelInfo } from '../../anatomy/model-info';
import type { RunRequest, RunResult } from '../../anatomy/run';
import { initialDocument } from '../../store/document';
import { WorkbenchProvider } from '../../store/react';
import { analysisKey } from '../../store/answer-keys';
import type { Answer, WorkbenchState } from '../../store/state';
import { completeJsdom } from '../../ui/jsdom';
import { createFixtureStore, fixtureModel } from '../fixture-store';
import { expertNeeds, expertSpec } from './needs';
import ExpertsPanel from './Panel';

completeJsdom();
afterEach(cleanup);

const dense = fixtureModel(2, 2);
const moe: ModelInfo = { ...dense, config: { ...dense.config, experts: { count: 3, perToken: 1, normalised: true } } };
const mapAnswer = (values: readonly number[]) => ({ activation: namedArray(['layer', 'expert'], [2, 3], Float32Array.from(values)), tokens: 4 });
const computedBy = { backend: 'cpu', device: null, dtype: 'float32', milliseconds: 1 } as const;

function show(info: ModelInfo | null, answer: Answer<ReturnType<typeof mapAnswer>> = { status: 'none' }, actions: Partial<WorkbenchState['actions']> = {}) {
  const document = { ...initialDocument, panelSettings: { experts: { first: 'xa\nxb', second: 'ya\nyb', count: 2 } } };
  const store = createFixtureStore({ document, answers: new Map([[analysisKey(expertSpec(false)), answer]]), ...(info === null ? {} : { model: { status: 'ready', info } }) });
  store.setState({ actions: { ...store.getState().actions, ...actions } });
  render(
    <StrictMode>
      <WorkbenchProvider store={store}>
        <ExpertsPanel />
      </WorkbenchProvider>
    </StrictMode>,
  );
  return store;
}

describe('the panel of experts', () => {
  it('explains itself where there is no model, or one without experts, and asks nothing then', () => {
    show(null);
    expect(screen.getByText('No model yet')).toBeTruthy();
    cleanup();
    show(dense);
    expect(screen.getByText('This model has no experts')).toBeTruthy();
    expect(expertNeeds(true, dense.config).analyses).toEqual([]);
    expect(expertNeeds(true, moe.config).analyses).toEqual([expertSpec(true)]);
  });

  it('waits, says what went wrong, and shows the map', () => {
    show(moe);
    expect(screen.getByText('Waiting for a text')).toBeTruthy();
    cleanup();
    show(moe, { status: 'failed', message: 'out of memory.', stale: null, sequence: null });
    expect(screen.getByText('out of memory.')).toBeTruthy();
    cleanup();
    show(moe, { status: 'ready', value: mapAnswer([4, 0, 0, 2, 2, 0]), sequence: null, computedBy });
    expect(screen.queryByText('Waiting for a text')).toBeNull();
    expect(screen.getByText('1 of 3 experts for each token')).toBeTruthy();
  });

  it('ranks the experts of two sets of prompts and overrides them', async () => {
    // The known answers of the method, in layer 1; layer 0 is the same for all.
    const layer1: Record<string, number[]> = { xa: [4, 0, 0], xb: [2, 2, 0], ya: [0, 2, 2], yb: [0, 4, 0] };
    const prompts: string[] = [];
    const asked: RunRequest[] = [];
    const store = show(moe, { status: 'none' }, {
      encode: async (text) => [prompts.push(text)],
      ask: async (request) => {
        asked.push(request);
        const result = mapAnswer([1, 1, 1, ...layer1[prompts.at(-1)!]!]);
        return { request, ids: request.ids, promptLength: 2, logits: null, activations: {}, recorded: {}, analyses: [result], generated: null, computedBy } as unknown as RunResult;
      },
    });
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'Compare' })));
    await act(async () => undefined);
    expect(prompts).toEqual(['xa', 'xb', 'ya', 'yb']);
    expect(asked[0]).toMatchObject({ ids: [0, 1], interventions: [], analyses: [expertSpec(false)] });
    const rows = within(screen.getByRole('table')).getAllByRole('row').slice(1);
    expect(rows.map((row) => [...row.children].map(({ textContent }) => textContent))).toEqual([
      ['layer 1, expert 0', '3.00', '0.00', '3.00'],
      ['layer 0, expert 0', '1.00', '1.00', '0.00'],
    ]);
    fireEvent.click(screen.getByRole('button', { name: 'Override them' }));
    fireEvent.click(screen.getByRole('button', { name: 'As many random ones' }));
    const [own, random] = store.getState().document.interventions;
    expect(own?.members).toEqual([
      { id: 'route-experts', at: 'blocks.0.mlp.hook_router_logits', positions: 'all', params: { experts: [0], how: 'suppress' } },
      { id: 'route-experts', at: 'blocks.1.mlp.hook_router_logits', positions: 'all', params: { experts: [0], how: 'suppress' } },
    ]);
    expect(random?.label).toBe('2 random experts suppressed');
    expect(random?.members).not.toEqual(own?.members);
  });

  it('says why prompts could not be compared', async () => {
    show(moe, { status: 'none' }, { encode: async () => Array.from({ length: 600 }, () => 1) });
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'Compare' })));
    await act(async () => undefined);
    expect(screen.getByText(/“xa” has 601 tokens; this model takes 512/)).toBeTruthy();
  });
});
