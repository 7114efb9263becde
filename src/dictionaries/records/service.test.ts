import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { notFound, serve, type TestServer } from '../../testing/serve';
import { createFeatureService, type ServiceProgress } from './service';

const SAMPLE = fileURLToPath(new URL('../golden/records-sample/', import.meta.url));
const ID = 'catalogue:made-up/blocks.0.hook_resid_post';
const VOCABULARY = Array.from({ length: 512 }, (_, id) => ` w${id}`);
const signal = new AbortController().signal;

let server: TestServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

/** The sample at `dictionaries/made-up/`, on a server that knows ranges or doesn't. Lists what was sent. */
async function open(knowsRanges = true) {
  const sent: string[] = [];
  server = await serve((response, path, request) => {
    if (!path.startsWith('dictionaries/made-up/')) return notFound(response);
    const bytes = readFileSync(join(SAMPLE, path.slice('dictionaries/made-up/'.length)));
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    const isPart = knowsRanges && from !== undefined && to !== undefined;
    const body = isPart ? bytes.subarray(Number(from), Number(to) + 1) : bytes;
    sent.push(`${path.split('/').at(-1)} ${body.length}`);
    response.writeHead(isPart ? 206 : 200, { 'content-length': body.length });
    response.end(body);
  });
  const service = createFeatureService(server.url);
  const dictionaries = await service.open('made-up', VOCABULARY, signal);
  return { service, dictionaries, sent };
}

describe('feature records', () => {
  it('of one feature are one row and the excerpts it names', async () => {
    const { service, dictionaries, sent } = await open();
    expect(dictionaries).toMatchObject([{ dictionary: ID, title: 'L0 resid_post', layer: 0, dSae: 64, live: 58 }]);
    const record = await service.record(ID, 3, signal);
    expect(record.index).toBe(3);
    expect(record.topLogits).toHaveLength(10);
    expect(record.histogram?.values).toHaveLength(16);
    // Stored in few steps each, they are made to sum to 1 again; so do the four intervals.
    const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
    expect(sum(record.histogram?.heights ?? [])).toBeCloseTo(1, 10);
    expect(sum(record.groups.flatMap(({ share }) => share ?? []))).toBeCloseTo(1, 10);
    expect(sent.filter((file) => file.startsWith('records.bin'))).toEqual(['records.bin 94']);
    // Bins of equal width over (0, max], each by its middle; the intervals are quarters of the same range, from high to low, and
    // hold what the bins in them hold.
    const max = record.maxActivation ?? NaN;
    const heights = record.histogram?.heights ?? [];
    record.histogram?.values.forEach((value, bin) => expect(value).toBeCloseTo(((bin + 0.5) / 16) * max, 5));
    for (const { low, high, share } of record.groups.filter(({ kind }) => kind === 'interval')) {
      const first = Math.round((low / max) * 16);
      expect(high - low).toBeCloseTo(max / 4, 5);
      expect(share).toBeCloseTo(sum(heights.slice(first, first + 4)), 10);
    }
    expect(record.groups.filter(({ kind }) => kind === 'interval').length).toBeGreaterThan(1);
    const [top] = record.groups;
    expect(top).toMatchObject({ kind: 'top', share: null });
    for (const { tokens, ids, values, chosen, source } of record.groups.flatMap((group) => group.excerpts)) {
      expect(tokens).toHaveLength(40);
      expect(ids?.map((id) => VOCABULARY[id])).toEqual(tokens);
      expect(values.filter((value) => !Number.isNaN(value))).toEqual([values[chosen ?? -1]]);
      expect(['stories', 'news']).toContain(source);
    }
    await service.record(ID, 3, signal);
    expect(sent.filter((file) => file.startsWith('records.bin'))).toHaveLength(1);
  });

  it('are the same from a server that ignores ranges, which is asked once', async () => {
    const { service } = await open();
    const record = await service.record(ID, 17, signal);
    await server?.close();
    const whole = await open(false);
    expect(await whole.service.record(ID, 17, signal)).toEqual(record);
    await whole.service.record(ID, 18, signal);
    expect(whole.sent.filter((file) => file.startsWith('records.bin'))).toHaveLength(1);
  });

  it('make the rows of a list', async () => {
    const { service } = await open();
    const seen: ServiceProgress[] = [];
    const [columns] = await service.columns(signal, (progress) => seen.push(progress));
    expect(columns?.index).toHaveLength(64);
    expect([...(columns?.density ?? [])].filter((density) => density > 0)).toHaveLength(58);
    const dead = columns?.density.findIndex((density) => density === 0) ?? -1;
    expect(await service.record(ID, dead, signal)).toMatchObject({ density: 0, maxActivation: null, groups: [], labels: [] });
    for (const [row, label] of (columns?.labels ?? []).entries()) if (label !== null) expect(columns?.auc[row]).toBeGreaterThanOrEqual(0.7);
    expect(seen.at(-1)).toMatchObject({ stage: 'records', done: 1, total: 1 });
  });

  it('are found by label, token and context', async () => {
    const { service } = await open();
    await service.prepare(signal);
    const [columns] = await service.columns(signal);
    const row = columns?.labels.findIndex((label) => label !== null) ?? -1;
    const label = columns?.labels[row] ?? '';
    const ask = (text: string, where: ('labels' | 'tokens' | 'contexts')[]) =>
      service.search({ text, where, dictionary: null, own: [{ dictionary: ID, index: 9, text: 'my very own' }], limit: 100 }, signal);
    const byLabel = await ask(label.slice(0, 12).toUpperCase(), ['labels']);
    expect(byLabel.found.map(({ index }) => index)).toContain(row);
    for (const { text, from, to } of byLabel.found) expect(text.slice(from, to).toLowerCase()).toBe(label.slice(0, 12).toLowerCase());

    const record = await service.record(ID, row, signal);
    const token = record.topLogits[0]?.token.trim() ?? '';
    expect((await ask(token, ['tokens'])).found.map(({ index }) => index)).toContain(row);
    const excerpt = record.groups[0]?.excerpts[0];
    const phrase = excerpt?.tokens.slice(4, 7).join('') ?? '';
    const byContext = await ask(phrase, ['contexts']);
    const hit = byContext.found.find(({ index }) => index === row);
    expect(hit).toMatchObject({ kind: 'context' });
    expect(hit?.text.slice(hit.from, hit.to)).toBe(phrase.trim());
    expect((await ask('MY VERY', ['labels'])).found[0]).toMatchObject({ index: 9, kind: 'own' });
    expect((await ask('no such words', ['labels', 'tokens', 'contexts'])).total).toBe(0);
    expect((await ask('  ', ['labels'])).total).toBe(0);
  });

  it('may be missing for a dictionary that ships: it is listed all the same', async () => {
    server = await serve((response, path) => {
      if (path !== 'dictionaries/made-up/index.json') return notFound(response);
      response.end(readFileSync(join(SAMPLE, 'index.json')));
    });
    const service = createFeatureService(server.url);
    await service.open('made-up', VOCABULARY, signal);
    const [columns] = await service.columns(signal);
    expect(columns).toMatchObject({ dictionary: ID, origin: 'weights' });
    expect(columns?.index).toHaveLength(64);
    expect(await service.search({ text: 'w1', where: ['labels', 'tokens', 'contexts'], dictionary: null, own: [], limit: 9 }, signal)).toMatchObject({ total: 0 });
    await expect(service.record(ID, 0, signal)).rejects.toThrow('this dictionary has no feature records');
  });

  it('say what is missing', async () => {
    const { service } = await open();
    await expect(service.record(ID, 64, signal)).rejects.toThrow('L0 resid_post has 64 features; there is no feature 64.');
    await expect(service.record('catalogue:made-up/other', 0, signal)).rejects.toThrow('no records ship for');
    expect(await service.open('another-model', [], signal)).toEqual([]);
    await expect(service.record(ID, 0, signal)).rejects.toThrow('there are no feature records');
  });
});
