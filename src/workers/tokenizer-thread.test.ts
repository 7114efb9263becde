import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { createTokenizer, type ModelTokenizer } from '../models';
import { nodeTokenizerThreads } from './test-threads';
import { threadedTokenizers } from './tokenizer-thread';

const start = await nodeTokenizerThreads();
const read = (kind: string) => readFileSync(join(import.meta.dirname, '../models/golden/tokenizers', kind, 'tokenizer.json'), 'utf8');
const good = JSON.parse(read('byte_level')) as Record<string, unknown>;
const file = (value: unknown) => new Blob([typeof value === 'string' ? value : JSON.stringify(value)]);
const split = (Regex: string) => ({ ...good, pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'Split', pattern: { Regex }, behavior: 'Isolated', invert: false }, good['pre_tokenizer']] } });
const replace = (Regex: string) => ({ ...good, normalizer: { type: 'Replace', pattern: { Regex }, content: 'b' } });

/** A thread and how often one was started and ended. */
function counted() {
  const counts = { started: 0, ended: 0 };
  const open = threadedTokenizers(() => {
    counts.started += 1;
    const thread = start();
    const { terminate } = thread;
    return Object.assign(thread, {
      terminate: () => {
        counts.ended += 1;
        return terminate();
      },
    });
  });
  return { counts, open };
}

async function using<T>(tokenizer: ModelTokenizer, work: (tokenizer: ModelTokenizer) => Promise<T>): Promise<T> {
  try {
    return await work(tokenizer);
  } finally {
    tokenizer.close();
  }
}

/** Patterns as families ship them. */
const SHIPPED = [
  "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+", // GPT-2, GPT-NeoX, StarCoder2
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+", // Llama 3, SmolLM3, OLMo 2
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+", // Qwen
  ' ?[^(\\s|[.,!?…。，、।۔،])]+', // BLOOM
];

describe('a tokenizer in a thread of its own', () => {
  it.each(['byte_level', 'llama3', 'spm'])('says what it says in this one: %s', async (kind) => {
    const here = createTokenizer(read(kind), null);
    const { open } = counted();
    await using(await open(file(read(kind)), null), async (tokenizer) => {
      for (const text of ['', 'Once upon a time, there was “a” cat 🐈.', ' \n\n\t x', 'a'.repeat(5000)]) {
        const ids = await tokenizer.encode(text);
        expect(ids).toEqual(here.encode(text));
        expect(await tokenizer.encodePlain(text)).toEqual(here.encodePlain(text));
        expect(await tokenizer.decode(ids)).toBe(here.decode(ids));
        expect(await tokenizer.pieces(ids)).toEqual(here.pieces(ids));
      }
    });
  });

  it.each(SHIPPED)('takes a pattern as it is shipped, and a long text: %s', async (pattern) => {
    await using(await counted().open(file(split(pattern)), null), async (tokenizer) => {
      const text = `${'  It’s 1234 words\n\n\t— and more!  '.repeat(1000)}${' '.repeat(20_000)}`;
      expect(await tokenizer.decode(await tokenizer.encodePlain(text))).toBe(text);
    });
  });

  it('refuses a broken file in the same words, and ends its thread', async () => {
    const { open, counts } = counted();
    await expect(open(file('{"model":'), null)).rejects.toMatchObject({ code: 'bad-tokenizer', message: expect.stringContaining('tokenizer.json') as string });
    expect(counts).toEqual({ started: 1, ended: 1 });
  });

  it.each([
    ['a pre-tokenizer', split('(a+)+$'), 'a'.repeat(60)],
    ['a normalizer', replace('(a|a)*c'), 'a'.repeat(60)],
    ['a pattern of a power only', split('a*a*a*a*a*a*b'), 'a'.repeat(5000)],
  ])('is ended when %s goes on without end, and takes the next text', async (_, tokenizerJson, evil) => {
    const { open, counts } = counted();
    await using(await open(file(tokenizerJson), null), async (tokenizer) => {
      const ids = await tokenizer.encodePlain('hello');
      const waits = vi.spyOn(globalThis, 'setTimeout');
      const refused = expect(tokenizer.encode(`${evil}!`)).rejects.toMatchObject({ code: 'endless-tokenizer', message: expect.stringContaining('tokenizer.json') as string });
      const next = tokenizer.encodePlain('hello'); // asked meanwhile: waits its turn
      await refused;
      // Two clocks one after the other, of this text: how late a busy machine looks at them is nobody's fault here.
      const [patience = NaN, grace = NaN] = waits.mock.calls.map(([, ms]) => ms ?? NaN);
      waits.mockRestore();
      expect(patience + grace).toBeLessThan(2000);
      expect(await next).toEqual(ids);
      expect(counts).toEqual({ started: 2, ended: 1 });
    });
    expect(counts.ended).toBe(2);
  });

  it('closed while it is asked, it says so at once, blames no pattern and starts no thread again', async () => {
    const { open, counts } = counted();
    const tokenizer = await open(file(split('(a+)+$')), null);
    const answers = [tokenizer.encode(`${'a'.repeat(60)}!`), tokenizer.encodePlain('hello')].map((one) => expect(one).rejects.toMatchObject({ code: 'other-model' }));
    tokenizer.close();
    await Promise.all(answers);
    await expect(tokenizer.pieces([1])).rejects.toMatchObject({ code: 'other-model' });
    expect(counts).toEqual({ started: 1, ended: 1 });
  });
});
