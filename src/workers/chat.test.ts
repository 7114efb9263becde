import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ModelSource } from '../anatomy/model-info';
import { filesOf, goldenFolder } from '../testing/golden';
import { nodeStarter } from '../testing/open-model';
import { openSession } from './test-session';

const tokenizer = readFileSync(join(import.meta.dirname, '../models/golden/tokenizers/llama3/tokenizer.json'));
const messages = [{ role: 'user', content: 'Hi' }];

/** A tiny model with a tokenizer and these files beside it. */
async function open(more: Readonly<Record<string, string>>) {
  const files = [...filesOf(goldenFolder('llama')), new File([tokenizer], 'tokenizer.json'), ...Object.entries(more).map(([name, text]) => new File([text], name))];
  const source: ModelSource = { kind: 'files', name: 'tiny', files };
  const { session } = openSession(nodeStarter());
  await session.setBackend('cpu');
  return { session, info: await session.load(source, () => undefined, new AbortController().signal) };
}

describe('the chat template of a loaded model', () => {
  it('comes from tokenizer_config.json, or from the file of its own', async () => {
    const config = { bos_token: '<s>', chat_template: '{{ bos_token }}{% for m in messages %}{{ m.role }}: {{ m.content }}{% endfor %}' };
    const { session, info } = await open({ 'tokenizer_config.json': JSON.stringify(config) });
    expect(info.hasChat).toBe(true);
    expect(session.renderChat(messages)).toBe('<s>user: Hi');
    const own = await open({ 'tokenizer_config.json': JSON.stringify(config), 'chat_template.jinja': '[{{ messages[0].content }}]' });
    expect(own.session.renderChat(messages)).toBe('[Hi]');
  });

  it('may be missing or broken, and the model loads all the same', async () => {
    const none = await open({});
    expect(none.info.hasChat).toBe(false);
    expect(() => none.session.renderChat(messages)).toThrow(expect.objectContaining({ code: 'no-chat' }));
    const broken = await open({ 'chat_template.jinja': '{% for' });
    expect(broken.info.hasChat).toBe(true);
    expect(() => broken.session.renderChat(messages)).toThrow(expect.objectContaining({ code: 'bad-template' }));
    expect((await broken.session.tokenize('Hi', false)).ids.length).toBeGreaterThan(0);
  });
});
