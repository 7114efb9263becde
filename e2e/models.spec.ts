import { expect, test } from '@playwright/test';
import { hashOf, SHORT } from './hash';
import { golden, goldenFile, openApp, settled } from './lacuna';

const weights = goldenFile('llama', 'model.safetensors');
const config = goldenFile('llama', 'config.json');
const part = (name: string, buffer: Buffer) => ({ name, mimeType: 'application/octet-stream', buffer });

/** The weights with one word in their header exchanged for another of the same length. */
function withHeader(before: RegExp, after: string): Buffer {
  const length = Number(weights.readBigUInt64LE(0));
  const header = weights.subarray(8, 8 + length).toString('utf8');
  const changed = header.replace(before, after);
  if (changed === header || changed.length !== length) throw new Error('the header was not changed as meant');
  return Buffer.concat([weights.subarray(0, 8), Buffer.from(changed), weights.subarray(8 + length)]);
}

const broken = [
  { what: 'weights that are cut off', files: [part('config.json', config), part('model.safetensors', weights.subarray(0, weights.length - 100))], says: /model\.safetensors is cut off/ },
  { what: 'weights that are something else', files: [part('config.json', config), part('model.safetensors', Buffer.from('<html>no such page</html>'.repeat(20)))], says: /model\.safetensors.*not a safetensors file/i },
  { what: 'a header that lies about a size', files: [part('config.json', config), part('model.safetensors', withHeader(/"shape":\[256,32\]/, '"shape":[255,32]'))], says: /the header is wrong about "/ },
  { what: 'a family that is not known', files: [part('config.json', Buffer.from(config.toString().replace(/"model_type": *"llama"/, '"model_type": "mamba"'))), part('model.safetensors', weights)], says: /family "mamba".*Known families: llama, gpt2/ },
  { what: 'a model without a config', files: [part('model.safetensors', weights)], says: /no config\.json/ },
];

test('a broken model is named with what is wrong, and the one before still answers', async ({ page }) => {
  await openApp(page, hashOf({ document: { sampling: SHORT } }));
  await settled(page);
  const answer = () =>
    page.evaluate(async () => {
      const { lacuna } = window;
      const { generated } = await lacuna.run({ prompt: 'The cat', generate: { maxNewTokens: 4 } });
      return { id: lacuna.model?.id, ids: generated?.ids };
    });
  const before = await answer();
  expect(before.ids).toHaveLength(4);
  await page.getByRole('button', { name: 'Model lacuna-16m' }).click();
  const dialog = page.getByRole('dialog', { name: 'Model' });
  for (const { what, files, says } of broken)
    await test.step(what, async () => {
      await dialog.getByLabel('Model files').setInputFiles(files);
      await expect(dialog.getByText(says)).toBeVisible();
      await expect(dialog.getByText(/lacuna-16m stays in use/)).toBeVisible();
      expect(await answer()).toEqual(before);
    });
});

test('a model dropped on the window runs, by ids where it has no tokenizer', async ({ page }) => {
  await openApp(page, hashOf({ document: { sampling: SHORT } }));
  await settled(page);
  const files = { 'config.json': config.toString('base64'), 'model.safetensors': weights.toString('base64') };
  const transfer = await page.evaluateHandle((files) => {
    const transfer = new DataTransfer();
    for (const [name, base64] of Object.entries(files))
      transfer.items.add(new File([Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))], name));
    return transfer;
  }, files);
  await page.locator('main').dispatchEvent('drop', { dataTransfer: transfer });
  await expect.poll(() => page.evaluate(() => window.lacuna.model?.family)).toBe('llama');
  await expect.poll(() => page.evaluate(() => window.lacuna.model?.nLayers)).toBeLessThan(12);
  const reference = golden('llama');
  const prompt = page.getByRole('textbox', { name: 'Prompt as token ids' });
  await prompt.fill(reference.input_ids.slice(0, 8).join(' '));
  const expected = reference.greedy_from_8.slice(8, 8 + SHORT.maxNewTokens);
  await expect.poll(() => page.evaluate(() => window.lacuna.state().texts.base?.newIds)).toEqual(expected);
});

/** A tokenizer whose tokens are the printable characters, split by a pattern that backtracks without end on a row of a's. */
function evilTokenizer(): string {
  const characters = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i));
  return JSON.stringify({
    version: '1.0', truncation: null, padding: null, added_tokens: [], normalizer: null, post_processor: null,
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        { type: 'Split', pattern: { Regex: '(a+)+$| ' }, behavior: 'Isolated', invert: false },
        { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false },
      ],
    },
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: { type: 'BPE', dropout: null, unk_token: null, fuse_unk: false, byte_fallback: false, vocab: Object.fromEntries([...characters, 'Ġ'].map((char, id) => [char, id])), merges: [] },
  });
}

test('a tokenizer that goes on without end is stopped and named, and the next text is answered', async ({ page }) => {
  await openApp(page, hashOf({ document: { sampling: SHORT } }));
  await page.getByRole('button', { name: /^Model/ }).click();
  const dialog = page.getByRole('dialog', { name: 'Model' });
  await dialog.getByLabel('Model files').setInputFiles([part('config.json', config), part('model.safetensors', weights), part('tokenizer.json', Buffer.from(evilTokenizer()))]);
  await expect.poll(() => page.evaluate(() => window.lacuna.model?.nLayers)).toBe(3);
  await page.keyboard.press('Escape');
  const prompt = page.getByRole('textbox', { name: 'Prompt' });
  await prompt.fill(`${'a'.repeat(60)}b`);
  await expect(page.getByText(/tokenizer of this model goes on without end/).first()).toBeVisible();
  await prompt.fill('The cat');
  await expect.poll(() => page.evaluate(() => window.lacuna.state().texts.base?.promptLength)).toBe(7);
  await expect(page.getByText(/tokenizer of this model goes on without end/)).toHaveCount(0);
});
