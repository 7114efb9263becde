import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it, vi } from 'vitest';
import { notFound, serve, type TestServer } from '../../testing/serve';
import { createFeatureService } from './service';
import { readColumns } from './read-columns';

const SAMPLE = fileURLToPath(new URL('../golden/records-sample/', import.meta.url));
const ID = 'catalogue:made-up/blocks.0.hook_resid_post';
const VOCABULARY = Array.from({ length: 512 }, (_, id) => ` w${id}`);
const { signal } = new AbortController();

let server: TestServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

it('one dictionary’s columns are those that all together have, and cost no more than its own files', async () => {
  const sent: string[] = [];
  server = await serve((response, path) => {
    sent.push(path);
    if (!path.startsWith('dictionaries/made-up/')) return notFound(response);
    response.end(readFileSync(join(SAMPLE, path.slice('dictionaries/made-up/'.length))));
  });
  const vocabulary = vi.fn(async () => VOCABULARY);
  const columns = await readColumns(ID, server.url, vocabulary, signal);
  expect(sent.map((path) => path.split('/').at(-1))).toEqual(['records.json', 'records.bin']);
  expect(columns?.labels.some((label) => label !== null)).toBe(true);
  const service = createFeatureService(server.url);
  await service.open('made-up', VOCABULARY, signal);
  expect(columns).toEqual((await service.columns(signal))[0]);

  vocabulary.mockClear();
  expect(await readColumns('catalogue:made-up/blocks.9.hook_resid_post', `${server.url}other/`, vocabulary, signal)).toBeNull();
  expect(await readColumns('hub:a/b@main/c', server.url, vocabulary, signal)).toBeNull();
  expect(vocabulary).not.toHaveBeenCalled();
});
