// @vitest-environment jsdom
import { act, cleanup, configure, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { useEffect, type ReactNode } from 'react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { OpenSource } from '../anatomy/dictionary';
import { createWorkbench } from '../store';
import { createFakeRunner, fakePorts, settle, type FakeRunner } from '../store/fake-runner';
import { WorkbenchProvider } from '../store/react';
import { completeJsdom } from '../ui/jsdom';
import { DictionaryDialog } from './DictionaryDialog';
import { WorkbenchPort, type Wiring } from './port';
import { ShellProvider, useShell } from './shell-context';
import { useShellValue } from './use-shell-value';

completeJsdom();
// A busy machine takes its time.
configure({ asyncUtilTimeout: 20_000 });
afterEach(cleanup);

let runner: FakeRunner;
let store: ReturnType<typeof createWorkbench>;
let opened: OpenSource[];
let exported: string[];

beforeEach(async () => {
  runner = createFakeRunner();
  opened = [];
  exported = [];
  const open = runner.openDictionary.bind(runner);
  runner.openDictionary = async (source, ...rest) => {
    opened.push(source);
    const info = await open(source, ...rest);
    return { ...info, notes: ['W_enc was stored transposed.'] };
  };
  // The list of what ships: this page has none.
  vi.spyOn(globalThis, 'fetch').mockResolvedValue(new Response('', { status: 404 }));
  store = createWorkbench(fakePorts(runner));
  await act(async () => {
    store.start();
    await settle();
    await settle();
  });
});
afterEach(() => {
  store.dispose();
  vi.restoreAllMocks();
});

function Providers({ children }: { children: ReactNode }) {
  const wiring = {
    store,
    exportDictionary: (id: string) => {
      exported.push(id);
      return Promise.resolve(new Uint8Array([1, 2]));
    },
  } as unknown as Wiring;
  return (
    <WorkbenchPort value={wiring}>
      <WorkbenchProvider store={store}>
        <Within>{children}</Within>
      </WorkbenchProvider>
    </WorkbenchPort>
  );
}

function Within({ children }: { children: ReactNode }) {
  return <ShellProvider value={useShellValue()}>{children}</ShellProvider>;
}

/** The dialog, opened as a button of the page would. */
function Shown() {
  const { openDialog } = useShell();
  useEffect(() => openDialog('dictionaries'), [openDialog]);
  return <DictionaryDialog />;
}

const type = (label: string | RegExp, value: string) => fireEvent.change(screen.getByLabelText(label), { target: { value } });

it('opens what an address names, says what was found, exports it and closes it', async () => {
  render(<Shown />, { wrapper: Providers });
  const dialog = await screen.findByRole('dialog', { name: 'Dictionaries' });
  type('Folder or file of one dictionary', 'nothing of the kind');
  expect(within(dialog).getByText(/write owner\/name\/folder/)).toBeTruthy();
  type('Folder or file of one dictionary', 'owner/name/layers.3');
  fireEvent.click(within(dialog).getByRole('button', { name: 'Open' }));
  expect(await within(dialog).findByText(/8 features at/)).toBeTruthy();
  expect(opened).toEqual([{ kind: 'id', id: 'hub:owner/name@main/layers.3' }]);
  fireEvent.click(within(dialog).getByRole('button', { name: 'What was found in its files' }));
  expect(within(dialog).getByText('W_enc was stored transposed.')).toBeTruthy();

  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockReturnValue(undefined);
  const saved = vi.fn(() => 'blob:made');
  Object.assign(URL, { createObjectURL: saved, revokeObjectURL: () => undefined });
  fireEvent.click(within(dialog).getByRole('button', { name: 'Export as SAELens' }));
  await waitFor(() => expect(saved).toHaveBeenCalled());
  expect(exported).toEqual(['hub:owner/name@main/layers.3']);

  // The dialog has a button of that name too.
  fireEvent.click(within(within(dialog).getByRole('listitem', { name: 'hub:owner/name@main/layers.3' })).getByRole('button', { name: 'Close' }));
  await waitFor(() => expect(store.getState().dictionaries.size).toBe(0));
});

it('shows why one could not be opened, and takes the message away', async () => {
  runner.failDictionaries('the file is damaged.');
  render(<Shown />, { wrapper: Providers });
  type('Folder or file of one dictionary', 'https://example.org/sae/');
  fireEvent.click(screen.getByRole('button', { name: 'Open' }));
  expect(await screen.findByText('the file is damaged.')).toBeTruthy();
  fireEvent.click(screen.getByRole('button', { name: 'Remove from the list' }));
  await waitFor(() => expect(screen.queryByText('the file is damaged.')).toBeNull());
});

it('gives what the files leave open along with what is opened', async () => {
  render(<Shown />, { wrapper: Providers });
  fireEvent.click(await screen.findByRole('button', { name: 'Say what the files leave open' }));
  type('Hook point it reads', 'blocks.1.hook_resid_post');
  type('k (TopK)', '32');
  type('Folder or file of one dictionary', 'owner/name/layer1.sae.pt');
  fireEvent.click(screen.getByRole('button', { name: 'Open' }));
  await waitFor(() => expect(opened).toHaveLength(1));
  expect(opened[0]).toEqual({ kind: 'id', id: 'hub:owner/name@main/layer1.sae.pt#hook=blocks.1.hook_resid_post&k=32' });

  const file = Object.assign(new File(['x'], 'layer1.sae.pt'), { webkitRelativePath: '' });
  fireEvent.drop(screen.getByTestId('dictionary-drop'), { dataTransfer: { items: [], files: [file], types: ['Files'] } });
  await waitFor(() => expect(opened).toHaveLength(2));
  expect(opened[1]).toMatchObject({ kind: 'files', name: 'layer1.sae', files: [file], as: { hookName: 'blocks.1.hook_resid_post', k: 32 } });
});

it('lists what ships with the model', async () => {
  const index = { dictionaries: [{ folder: 'blocks.1.hook_resid_post', hook: 'blocks.1.hook_resid_post', layer: 1, d_in: 4, d_sae: 8, l0: 3.25, explained_variance: 0.9 }] };
  vi.mocked(fetch).mockResolvedValue(new Response(JSON.stringify(index), { headers: { 'content-type': 'application/json' } }));
  render(<Shown />, { wrapper: Providers });
  expect(await screen.findByText(/8 features, L0 3\.3, explained variance 0\.900/)).toBeTruthy();
  fireEvent.click(screen.getByRole('button', { name: 'Open blocks.1.hook_resid_post' }));
  await waitFor(() => expect(opened).toEqual([{ kind: 'id', id: expect.stringMatching(/^catalogue:.*\/blocks\.1\.hook_resid_post$/) as string }]));
});
