// @vitest-environment jsdom
import { act, cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { StrictMode } from 'react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { analyses } from '../../analyses';
import type { RunRequest, RunResult } from '../../anatomy/run';
import { must } from '../../lib/assert';
import { initialValues } from '../../lib/params';
import { initialDocument } from '../../store/document';
import { createPromptSets } from '../../store/prompt-sets';
import { PromptSetsProvider } from '../../store/prompt-sets-react';
import { WorkbenchProvider } from '../../store/react';
import { createFixtureStore, fixtureModel } from '../fixture-store';
import FeatureStatisticsPanel from './Panel';
import { asLines } from './lines';
import { overlapOf } from './overlap';

vi.stubGlobal('CSS', { escape: (text: string) => text.replace(/[^\w-]/g, '\\$&') });
beforeEach(() => void vi.stubGlobal('fetch', () => Promise.resolve(new Response('', { status: 404 }))));
afterEach(cleanup);

const info = fixtureModel(2, 2);
const hook = 'blocks.0.mlp.hook_post';
const width = info.config.dMlp;

/** The real analyses, on a stand-in for the model: what a neuron does follows from the token alone. */
async function answer({ ids, analyses: asked }: RunRequest): Promise<RunResult> {
  const spec = must(asked[0], 'the question');
  const door = must(analyses.find(spec.id), spec.id);
  const work = await door.load();
  const run = (of: readonly number[]): RunResult => {
    const data = Float32Array.from({ length: of.length * width }, (_, i) => Math.max(0, Math.sin((of[Math.floor(i / width)] ?? 0) * (1 + (i % width)))));
    return { ids: of, promptLength: of.length, activations: { [hook]: { axes: ['pos', 'd_mlp'], shape: [of.length, width], data } } } as unknown as RunResult;
  };
  const input = {
    config: info.config,
    request: { ids } as unknown as RunRequest,
    run: run(ids),
    ask: async (question: { ids: readonly number[] }) => run(question.ids),
    encode: (text: string) => [0, ...[...text].map((letter) => letter.charCodeAt(0))],
    signal: new AbortController().signal,
  };
  return { analyses: [await work.compute(input, { ...initialValues(door.params), ...spec.params } as ReturnType<typeof initialValues>)] } as unknown as RunResult;
}

/** The panel on neurons. */
async function show(change: Record<string, unknown>, prompts: readonly string[] = []) {
  const store = createFixtureStore({
    model: { status: 'ready', info },
    document: { ...initialDocument, panelSettings: { 'feature-statistics': { dictionary: 'none', hook, ...change } } },
  });
  const { actions } = store.getState();
  store.setState({ actions: { ...actions, ask: answer } });
  const never = () => new Promise<never>(() => undefined);
  const storage = { read: async () => undefined, write: async () => undefined, remove: async () => undefined };
  const promptSets = createPromptSets({ runner: { run: never, tokenize: never, pieces: never }, storage, model: () => info, page: { isBusy: () => false, onBusy: () => () => undefined, idle: async () => undefined } });
  if (prompts.length > 0) promptSets.getState().actions.add('p.txt', prompts);
  await act(async () => {
    render(
      <StrictMode>
        <WorkbenchProvider store={store}>
          <PromptSetsProvider promptSets={promptSets}>
            <FeatureStatisticsPanel />
          </PromptSetsProvider>
        </WorkbenchProvider>
      </StrictMode>,
    );
  });
  return store;
}
/** The work of a method is fetched when it is first asked for, which takes its time on a busy machine. */
const PATIENT = { timeout: 20_000 };
const measure = async () => {
  fireEvent.click(screen.getByRole('button', { name: 'Measure' }));
  await waitFor(() => expect(screen.getByRole('status')).toBeTruthy(), PATIENT);
};

describe('feature statistics', { timeout: 60_000 }, () => {
  it('counts effective neurons of the prompt set', async () => {
    await show({ view: 'effective' }, ['Once upon a time', 'a dog\nand a cat']);
    expect(screen.getByText(/2 of the prompt set p.txt are measured/)).toBeTruthy();
    await measure();
    expect(screen.getByRole('status').textContent).toMatch(/F = \d+\.\d effective of \d+ \(\d+ ever active\), S = \d\.\d+ nats, ψ = \d\.\d+/);
    expect(screen.getByRole('img', { name: /effective F from .* at tokens 1 to/ })).toBeTruthy();
  });

  it('measures concepts, shows another unit, and attenuates it', async () => {
    const store = await show({ view: 'separability', labelled: 'a | aaaa bbbb\na | bbbb aaaa\nz | zzzz yyyy\nz | yyyy zzzz' });
    await measure();
    expect(screen.getByRole('status').textContent).toMatch(/D = \d\.\d+, mean over \d+ active neurons/);
    expect(screen.getByRole('img', { name: /exactly 0 at/ })).toBeTruthy();
    const best = screen.getByRole('table', { name: /best; press one/ });
    const second = within(best).getAllByRole('button')[1]!;
    fireEvent.click(second);
    await waitFor(() => expect(screen.getByRole('img', { name: new RegExp(`^neuron ${second.textContent ?? ''}:`) })).toBeTruthy(), PATIENT);
    fireEvent.click(screen.getByRole('button', { name: 'Attenuate it by posterior' }));
    expect(store.getState().document.interventions[0]).toMatchObject({
      label: 'attenuate a',
      members: [{ id: 'attenuate-posterior', at: hook, params: { dictionary: '', unit: Number(second.textContent), strength: 1 } }],
    });
  });

  it('ranks prompts by likeness and takes one to the workbench', async () => {
    const store = await show({ view: 'similarity', exemplars: 'the dog ran', prompts: 'zzz 999\nthe dog ran\nthe dog sat' });
    await measure();
    const found = within(screen.getByRole('table')).getAllByRole('button');
    expect(found[0]?.textContent).toBe('the dog ran');
    fireEvent.click(found[1]!);
    expect(store.getState().document.prompt).toEqual({ kind: 'text', text: found[1]?.textContent });
  });

  it('can be called off, and asked again', async () => {
    const store = await show({ view: 'effective' }, ['Once upon a time']);
    const asked: AbortSignal[] = [];
    const { actions } = store.getState();
    const wait = (_: RunRequest, signal: AbortSignal) => new Promise<RunResult>((_done, fail) => {
      asked.push(signal);
      signal.addEventListener('abort', () => fail(signal.reason));
    });
    act(() => store.setState({ actions: { ...actions, ask: wait } }));
    const button = (name: string) => screen.getByRole('button', { name }) as HTMLButtonElement;
    fireEvent.click(button('Measure'));
    expect(screen.getByText(/Running the prompts/)).toBeTruthy();
    expect(button('Measure').disabled).toBe(true);
    await act(async () => fireEvent.click(button('Cancel')));
    expect(asked.map(({ aborted }) => aborted)).toEqual([true]);
    expect(screen.queryByText(/Running the prompts/)).toBeNull();
    expect(button('Measure').disabled).toBe(false);
    expect(screen.queryByRole('alert')).toBeNull();
  });

  it('says what can’t be measured', async () => {
    await show({ view: 'separability', labelled: 'no bar here' });
    fireEvent.click(screen.getByRole('button', { name: 'Measure' }));
    await waitFor(() => expect(screen.getByRole('alert').textContent).toContain('names no concept'), PATIENT);
  });
});

it('sends as many prompts as fit, each on a line', () => {
  expect(asLines(['a\n b', ' ', 'c'])).toEqual({ text: 'a b\nc', used: ['a b', 'c'] });
  expect(asLines(Array.from({ length: 1000 }, () => 'x')).used).toHaveLength(400);
  expect(asLines(['y'.repeat(17_000), 'z'.repeat(2000)]).used).toHaveLength(1);
});

it('holds one concept against the mean of the others', () => {
  const list = (values: readonly number[]) => ({ axes: ['item' as const], shape: [values.length], data: Float32Array.from(values) });
  const shares = { axes: ['item' as const, 'item' as const], shape: [3, 2], data: Float32Array.from([1, 0, 0.5, 0.5, 0, 1]) };
  const { picture, normal } = overlapOf({ edges: list([1, 2]), shares, posterior: shares, means: list([3, 1, 2]), deviations: list([0, 1, 3]) }, 0);
  expect(picture.shares).toEqual([[1, 0], [0.25, 0.75]]);
  expect(picture.posterior).toEqual([0.8, 0]);
  expect(normal).toEqual({ targetMean: 3, targetDeviation: 0.001, otherMean: 1.5, otherDeviation: 2 });
});
