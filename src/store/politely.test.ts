import { expect, it } from 'vitest';
import { createStore } from 'zustand/vanilla';
import { abortError } from '../lib/errors';
import { initialState } from './initial-state';
import { createPageActivity } from './page-activity';
import { politely } from './politely';
import type { Actions, WorkbenchState } from './state';

const never = new AbortController().signal;

/** The page's own activity, switched by hand. */
function page() {
  const store = createStore<WorkbenchState>()(() => ({ ...initialState, model: { status: 'needs-files', name: '', hash: '', previous: null }, actions: {} as Actions }));
  const beBusy = (isBusy: boolean) => store.setState({ drag: isBusy ? { groupUid: 'a', strength: 1 } : null });
  return { activity: createPageActivity(store), beBusy };
}

it('waits while the page is busy, also when it is busy again at once', async () => {
  const { activity, beBusy } = page();
  beBusy(true);
  const seen: boolean[] = [];
  let waits = 0;
  const asked = politely(activity, never, () => void (waits += 1), async () => void seen.push(activity.isBusy()));
  beBusy(false);
  beBusy(true); // before whoever waits could go on
  await Promise.resolve();
  await new Promise((resolve) => setImmediate(resolve));
  expect(seen).toEqual([]);
  beBusy(false);
  await asked;
  expect(seen).toEqual([false]);
  expect(waits).toBe(2);
});

it('gives way to the page, and asks again afterwards', async () => {
  const { activity, beBusy } = page();
  let asked = 0;
  const answer = politely(activity, never, () => beBusy(false), (signal) => {
    asked += 1;
    if (asked > 1) return Promise.resolve('the answer');
    return new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(abortError()));
      beBusy(true);
    });
  });
  expect(await answer).toBe('the answer');
  expect(asked).toBe(2);
});

it('ends when it is cancelled, waiting or not', async () => {
  const { activity, beBusy } = page();
  beBusy(true);
  const stop = new AbortController();
  const asked = politely(activity, stop.signal, () => undefined, () => Promise.resolve('too early'));
  stop.abort();
  await expect(asked).rejects.toMatchObject({ name: 'AbortError' });
  await expect(politely(page().activity, AbortSignal.abort(), () => undefined, () => Promise.resolve('too late'))).rejects.toMatchObject({ name: 'AbortError' });
});
