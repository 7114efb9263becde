import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as Comlink from 'comlink';
import { afterEach, expect, it } from 'vitest';
import { UserError } from '../lib/errors';
import type { ServiceProgress } from '../dictionaries/records';
import { notFound, serve, type TestServer } from '../testing/serve';
import { createFeaturesApi } from './features-api';
import { connectFeatureRecords } from './features-client';

const SAMPLE = join(process.cwd(), 'src/dictionaries/golden/records-sample');
const ID = 'catalogue:made-up/blocks.0.hook_resid_post';
const { signal } = new AbortController();
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function open() {
  const server: TestServer = await serve((response, path) => {
    if (!path.startsWith('dictionaries/made-up/')) return notFound(response);
    response.end(readFileSync(join(SAMPLE, path.slice('dictionaries/made-up/'.length))));
  });
  const { port1, port2 } = new MessageChannel();
  Comlink.expose(createFeaturesApi(), port2);
  port1.start();
  closing.push(() => server.close(), () => port1.close(), () => port2.close());
  return connectFeatureRecords(port1, server.url);
}

it('records, searches and their progress cross the wall', async () => {
  const records = await open();
  expect(await records.open('made-up', Array.from({ length: 512 }, (_, id) => ` w${id}`), signal)).toMatchObject([{ dictionary: ID }]);
  const seen: ServiceProgress[] = [];
  await records.prepare(signal, (progress) => seen.push(progress));
  expect(await records.columns(signal)).toMatchObject([{ dictionary: ID, origin: 'shipped' }]);
  const { found, total } = await records.search({ text: 'w430', where: ['tokens'], dictionary: null, own: [], limit: 5 }, signal);
  expect(total).toBeGreaterThan(0);
  expect(found[0]).toMatchObject({ kind: 'token', text: ' w430', from: 1, to: 5 });
  expect((await records.record(ID, found[0]?.index ?? -1, signal)).topLogits).toHaveLength(10);
  // Progress comes by messages of its own; the answers behind it came through the same port.
  expect(seen.map(({ stage }) => stage)).toContain('index');
});

it('errors keep their words and codes, and a question that was given up stays unanswered', async () => {
  const records = await open();
  await records.open('made-up', [], signal);
  const failed = await records.record(ID, 9999, signal).catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(UserError);
  expect(failed).toMatchObject({ code: 'no-feature', message: expect.stringContaining('there is no feature 9999') });
  const given = new AbortController();
  const asked = records.record(ID, 3, given.signal);
  given.abort();
  await expect(asked).rejects.toThrow(/abort/i);
});
