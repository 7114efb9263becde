import { afterEach, describe, expect, it } from 'vitest';
import { serve, type TestServer } from '../../testing/serve';
import { fetchLabels, neuronpediaApi, neuronpediaPage } from './neuronpedia';

let server: TestServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

/** A server that answers everything with this. */
async function answering(status: number, body: string) {
  server = await serve((response) => void response.writeHead(status).end(body));
  return server.url.replace(/\/$/, '');
}

describe('Neuronpedia', () => {
  it('has a page and an address for each feature', () => {
    expect(neuronpediaPage('gpt2-small/6-res-jb', 7)).toBe('https://www.neuronpedia.org/gpt2-small/6-res-jb/7');
    expect(neuronpediaApi('a b/6-x?y', 7)).toBe('https://www.neuronpedia.org/api/feature/a%20b/6-x%3Fy/7');
  });

  it('is asked for one feature, and its labels are told with their authors', async () => {
    const host = await answering(200, JSON.stringify({ modelId: 'm', index: '7', explanations: [{ description: 'cats', explanationModelName: 'gpt-4o-mini' }] }));
    expect(await fetchLabels('gpt2-small/6-res-jb', 7, host)).toEqual([{ text: 'cats', author: 'gpt-4o-mini', method: null, auc: null, controlAuc: null }]);
    expect(server?.asked).toEqual(['api/feature/gpt2-small/6-res-jb/7']);
  });

  it.each([
    [429, '{"error":"slow down"}', 'it limits how often one address may ask in an hour'],
    [404, '', 'Neuronpedia has no feature 7 of m/s'],
    [500, '', 'Neuronpedia answered 500'],
    [200, '<html>', 'is no feature'],
    [200, '{}', 'is no feature'],
  ])('that answers %d %s is told in words', async (status, body, message) => {
    await expect(fetchLabels('m/s', 7, await answering(status, body))).rejects.toThrow(message);
  });

  it('that can’t be reached, or not from this page, is told so', async () => {
    const host = await answering(200, '{}');
    await server?.close();
    server = null;
    await expect(fetchLabels('m/s', 7, host)).rejects.toThrow('can’t be reached');
  });
});
