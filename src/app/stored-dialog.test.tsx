// @vitest-environment jsdom
import { readdirSync } from 'node:fs';
import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openLibrary } from '../models/storage/library';
import { diskStore, type DiskStore } from '../testing/disk-store';
import { completeJsdom } from '../ui/jsdom';
import type { StoredModels } from '../workers';
import { unwrap } from '../workers/protocol';
import { createStorageApi } from '../workers/storage-api';
import { ShellProvider, type ShellContextValue } from './shell-context';
import { StoredDialog } from './StoredDialog';

completeJsdom();

/** What a browser grants, which jsdom doesn't know. */
const grants = { isPersistent: false, agrees: false };
let store: DiskStore;
beforeEach(() => {
  store = diskStore();
  Object.assign(grants, { isPersistent: false, agrees: false });
  const storage = {
    estimate: () => Promise.resolve({ usage: store.bytes(), quota: 5_000_000 }),
    persisted: () => Promise.resolve(grants.isPersistent),
    persist: () => Promise.resolve((grants.isPersistent = grants.agrees)),
  };
  Object.defineProperty(navigator, 'storage', { configurable: true, value: storage });
});
afterEach(() => {
  cleanup();
  Reflect.deleteProperty(navigator, 'storage');
  store.dispose();
});

/** The storage's own side, without the worker around it. */
function open(): StoredModels {
  const api = createStorageApi(() => Promise.resolve(store));
  return { list: async () => unwrap(await api.list()), remove: async (from) => unwrap(await api.remove(from)), dispose: () => undefined };
}

async function keep(owner: string, file: string, bytes: number): Promise<void> {
  const library = await openLibrary(store);
  const origin = { url: `https://example.org/${owner}/${file}`, validator: null, owner, file };
  const writer = await library.write(origin, bytes);
  writer.write(new Uint8Array(bytes));
  writer.close();
  await library.finish(origin, `${owner.length}${bytes}`.padEnd(64, 'a'));
}

function show(): void {
  const shell = { dialog: 'stored', openDialog: () => undefined } as unknown as ShellContextValue;
  render(
    <ShellProvider value={shell}>
      <StoredDialog open={open} />
    </ShellProvider>,
  );
}

it('lists what is stored, with sizes, and deletes all of it', async () => {
  await keep('hf:ours/tiny', 'model.safetensors', 200_000);
  await keep('https://example.org/m/', 'model.safetensors', 1_000_000);
  show();
  const row = await screen.findByRole('row', { name: /ours\/tiny/ });
  expect(within(row).getByText('Hugging Face Hub')).toBeTruthy();
  expect(within(row).getByText('200 kB')).toBeTruthy();
  expect(screen.getByText(/Together 1\.2 MB/)).toBeTruthy();
  expect(screen.getByText(/of the 5\.0 MB that the browser grants it/)).toBeTruthy();
  fireEvent.click(screen.getByRole('button', { name: 'Delete all' }));
  expect(await screen.findByText('Nothing is stored.')).toBeTruthy();
  expect(readdirSync(store.folder)).toEqual([]);
  expect(screen.queryByRole('button', { name: 'Delete all' })).toBeNull();
});

it('asks the browser to keep it, and says what the browser answers', async () => {
  await keep('hf:ours/tiny', 'model.safetensors', 1000);
  show();
  const button = await screen.findByRole('button', { name: 'Keep it' });
  expect(screen.getByText(/may be cleared by the browser when the disk runs full/)).toBeTruthy();
  fireEvent.click(button);
  expect(await screen.findByText(/did not agree to keep it/)).toBeTruthy();
  grants.agrees = true;
  fireEvent.click(screen.getByRole('button', { name: 'Keep it' }));
  expect(await screen.findByText(/keeps it until you delete it/)).toBeTruthy();
  await waitFor(() => expect(screen.queryByRole('button', { name: 'Keep it' })).toBeNull());
});
