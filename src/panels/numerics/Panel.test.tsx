// @vitest-environment jsdom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { StrictMode } from 'react';
import { afterEach, describe, expect, it } from 'vitest';
import { hookAxes, hookShape, parseHook, type HookName } from '../../anatomy/hook-names';
import { namedArray } from '../../anatomy/named-array';
import type { BackendName, RunRequest, RunResult } from '../../anatomy/run';
import { WorkbenchProvider } from '../../store/react';
import type { WorkbenchState } from '../../store/state';
import { createFixtureStore, fixtureModel } from '../fixture-store';
import { shifted } from './fixtures';
import { createNumericsJob } from './job';
import { NumericsProvider, type NumericsPort } from './port';
import NumericsPanel from './Panel';

afterEach(cleanup);

// jsdom lays nothing out: every box is as large as a small panel. The canvas stays dark; layout and words are what is tested.
for (const [side, size] of [
  ['clientWidth', 560],
  ['clientHeight', 330],
] as const)
  Object.defineProperty(HTMLElement.prototype, side, { configurable: true, value: size });
HTMLCanvasElement.prototype.getContext = () => null;

const info = { ...fixtureModel(3, 2), storedDtype: 'float16', parameters: 5000 };
const ids = [1, 2, 3, 4, 5, 6];
const backend = { name: 'wasm', usable: true, software: false, device: null, problem: null } as const;
const text = { status: 'done', message: null, promptLength: 6, ids: [...ids, 9], tokens: ids.map(String), ended: false } as const;
const ready: Partial<WorkbenchState> = {
  model: { status: 'ready', info },
  backend: { current: backend, all: [], switching: false },
  texts: { base: { ...text, interventions: [], computedBy: null, dragged: null }, steered: null },
};

/** An engine of which only the shapes are those of a model: its numbers go by hook name and place alone. */
const answer = (name: BackendName) => (request: RunRequest): Promise<RunResult> => {
  const array = (hook: HookName) => {
    const { point } = parseHook(hook)!;
    const shape = hookShape(point, info.config, request.ids.length);
    const size = shape.reduce((product, n) => product * n, 1);
    return namedArray(hookAxes(point), shape, Float32Array.from({ length: size }, (_, i) => Math.sin(i + hook.length)));
  };
  const activations = Object.fromEntries(request.capture.map((hook) => [hook, array(hook)]));
  const computedBy = { backend: name, device: null, dtype: 'float32', storage: 'float16', milliseconds: 2 } as const;
  return Promise.resolve({ request, ids: request.ids, promptLength: 6, logits: null, activations, recorded: {}, analyses: [], generated: null, computedBy });
};

async function show(state: Partial<WorkbenchState>, change: Partial<NumericsPort> = {}) {
  const store = createFixtureStore(state);
  const job = createNumericsJob({
    run: answer('wasm'),
    openSecond: () => ({ setBackend: () => Promise.resolve(), load: () => Promise.resolve(info), run: answer('cpu'), dispose: () => undefined }),
    sourceOf: () => ({ kind: 'catalogue', id: 'fixture' }),
    memoryBytes: () => 8e9,
    breathe: () => Promise.resolve(),
    ...change,
  });
  await act(async () => {
    render(
      <StrictMode>
        <WorkbenchProvider store={store}>
          <NumericsProvider job={job}>
            <NumericsPanel />
          </NumericsProvider>
        </WorkbenchProvider>
      </StrictMode>,
    );
  });
  return { store, job };
}
const compare = () => screen.getByRole('button', { name: 'Compare' }) as HTMLButtonElement;
async function pressCompare(job: Awaited<ReturnType<typeof show>>['job']) {
  const ended = new Promise<void>((resolve) => {
    const stop = job.subscribe(() => {
      if (job.state().status === 'running') return;
      stop();
      resolve();
    });
  });
  await act(async () => {
    fireEvent.click(compare());
    await ended;
  });
}
const wrong: Partial<NumericsPort> = {
  run: async (request) => shifted(await answer('wasm')(request), 'blocks.2.hook_mlp_out', 16 * 4, 0.25),
};

describe('before a comparison', () => {
  it('says that there is no model, and no prompt', async () => {
    await show({});
    expect(screen.getByText('No model yet')).toBeTruthy();
    cleanup();
    await show({ ...ready, texts: { base: null, steered: null } });
    expect(screen.getByText('Waiting for a prompt')).toBeTruthy();
    expect(compare().disabled).toBe(true);
  });

  it('says what it will take, and starts nothing by itself', async () => {
    let opened = 0;
    const openSecond = (): never => {
      opened += 1;
      throw new Error('not asked for');
    };
    await show(ready, { openSecond });
    expect(screen.getByText(/the first 6 of 6 tokens of the prompt with cpu and float32 weights too/)).toBeTruthy();
    expect(opened).toBe(0);
  });

  it('says why a model cannot be loaded twice', async () => {
    await show(ready, { memoryBytes: () => 1000 });
    expect(screen.getByText(/would have to be held twice/)).toBeTruthy();
    expect(compare().disabled).toBe(true);
  });
});

describe('a comparison', () => {
  it('that agrees says so, with what was compared and how it is kept', async () => {
    const { job } = await show(ready);
    await pressCompare(job);
    expect(screen.getByText('Within the tolerance: wasm agrees with cpu')).toBeTruthy();
    expect(screen.queryByRole('alert')).toBeNull();
    expect(screen.getByText(/Next token: the same at 6 of 6 positions/)).toBeTruthy();
    expect(screen.getByText(/Stored as float16; the big matrices are kept so/)).toBeTruthy();
  });

  it('warns beyond the tolerance and names the place', async () => {
    const { job } = await show(ready, wrong);
    await pressCompare(job);
    const warning = screen.getByRole('alert').textContent;
    expect(warning).toContain('wasm differs from cpu by more than the tolerance');
    expect(warning).toContain('First in the forward pass: blocks.2.hook_mlp_out at position 4');
    expect(screen.getByRole('application').getAttribute('aria-label')).toMatch(/: 1 of \d+ hook points beyond 1\.0e-4\.$/);
  });

  it('is read cell by cell with the keyboard', async () => {
    const { job } = await show(ready, wrong);
    await pressCompare(job);
    const map = screen.getByRole('application');
    fireEvent.keyDown(map, { key: 'ArrowDown' }); // puts the cursor on the first cell
    const read = () => map.querySelector('[aria-live]')!.textContent!;
    expect(read()).toMatch(/^blocks\.0\.hook_resid_pre: equal bit by bit/);
    fireEvent.keyDown(map, { key: 'End' });
    while (!read().includes('hook_mlp_out')) fireEvent.keyDown(map, { key: 'ArrowDown' });
    expect(read()).toMatch(/^blocks\.2\.hook_mlp_out: error 2\.5e-1 at position 4, .* beyond the tolerance of 1\.0e-4$/);
  });

  it('stands in a table too, the worst first', async () => {
    const { job, store } = await show(ready, wrong);
    await pressCompare(job);
    fireEvent.click(screen.getByRole('radio', { name: 'Table' }));
    expect(store.getState().document.panelSettings['numerics']).toEqual({ view: 'table' });
    const [, first, second] = screen.getAllByRole('row').map((row) => row.textContent!);
    expect(first).toMatch(/^blocks\.2\.hook_mlp_out2\.5e-1.*4beyond$/);
    expect(second).toMatch(/within$/);
  });

  it('shows how far it is and can be cancelled', async () => {
    const { job } = await show(ready, { run: (_, signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))) });
    await act(async () => void fireEvent.click(compare()));
    expect(screen.getByRole('progressbar')).toBeTruthy();
    await act(async () => void fireEvent.click(screen.getByRole('button', { name: 'Cancel' })));
    expect(job.state()).toEqual({ status: 'idle' });
    expect(compare().disabled).toBe(false);
  });

  it('says what failed', async () => {
    const { job } = await show(ready, { run: () => Promise.reject(new Error('the GPU was lost.')) });
    await pressCompare(job);
    expect(screen.getByText('the GPU was lost.')).toBeTruthy();
  });

  it('of rounded weights says how far they are from the stored numbers, and what that means', async () => {
    const rounded = { ...backend, storage: 'int8' } as const;
    const int8 = async (request: RunRequest) => {
      const result = await answer('wasm')(request);
      const given: RunResult = { ...result, computedBy: { ...result.computedBy, storage: 'int8' } };
      return request.capture.includes('logits') ? shifted(given, 'logits', 3, 0.01) : given;
    };
    const { job } = await show({ ...ready, backend: { current: rounded, all: [], switching: false } }, { run: int8 });
    await pressCompare(job);
    expect(screen.getByRole('alert').textContent).toMatch(/Warning: wasm with int8 weights differs from cpu.*Load it as stored for the numbers of the file/s);
    expect(screen.getByText(/Quantised against float: the logits are off by 1\.0e-2 at most/)).toBeTruthy();
    expect(screen.getByText(/Stored as float16; the big matrices were rounded to int8/)).toBeTruthy();
  });

  it('of another backend is marked as such', async () => {
    const { job, store } = await show(ready);
    await pressCompare(job);
    act(() => store.setState({ backend: { current: { ...backend, name: 'webgl' }, all: [], switching: false } }));
    expect(screen.getByText('This report is of wasm with float16 weights')).toBeTruthy();
  });
});
