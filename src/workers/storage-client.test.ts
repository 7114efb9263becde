import * as Comlink from 'comlink';
import { afterEach, expect, it } from 'vitest';
import { diskStore } from '../testing/disk-store';
import { createStorageApi } from './storage-api';
import { connectStoredModels } from './storage-client';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

function connect(isAnswering: boolean) {
  const store = diskStore();
  const { port1, port2 } = new MessageChannel();
  if (isAnswering) Comlink.expose(createStorageApi(() => Promise.resolve(store)), port2);
  closing.push(() => port1.close(), () => port2.close(), () => store.dispose());
  return { store, port: port1, models: connectStoredModels(port1) };
}

it('lists what is stored and deletes it, across the wall', async () => {
  const { store, models } = connect(true);
  expect(await models.list()).toMatchObject({ models: [] });
  await store.put('left-over', new Uint8Array(3));
  expect(await models.remove(null)).toMatchObject({ models: [] });
});

it('says so when its worker can’t be started, instead of waiting for ever', async () => {
  const { port, models } = connect(false);
  const waiting = models.list();
  port.dispatchEvent(new Event('error'));
  await expect(waiting).rejects.toMatchObject({ code: 'worker-failed' });
  await expect(models.remove(null)).rejects.toMatchObject({ code: 'worker-failed' });
});
