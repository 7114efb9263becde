import { expect, test } from '@playwright/test';
import { hashOf, SHORT } from './hash';
import { documentOf, openApp, panel, settled } from './lacuna';

test('a conversation is fed as the model’s template writes it, with one start of text, and a link keeps it', async ({ page }) => {
  await openApp(page, hashOf({ document: { prompt: { kind: 'text', text: 'Tell me a story.' }, sampling: SHORT } }));
  await settled(page);
  const text = panel(page, 'Prompt and text');
  await text.getByRole('button', { name: 'Chat', exact: true }).click();
  const field = text.getByRole('textbox', { name: 'User turn' });
  await expect(field).toHaveValue('Tell me a story.');
  await field.fill('Where is the cat?');
  const wanted = {
    kind: 'chat',
    messages: [{ role: 'user', content: 'Where is the cat?' }],
    text: '<|endoftext|>User: Where is the cat?\nAssistant:',
  };
  await expect.poll(async () => (await documentOf(page)).prompt).toEqual(wanted);
  await settled(page);
  const { texts } = await page.evaluate(() => window.lacuna.state());
  const bos = (await page.evaluate(() => window.lacuna.tokenize(''))).ids[0];
  expect(texts.base?.ids[0]).toBe(bos);
  expect(texts.base?.ids.slice(0, texts.base.promptLength).filter((id) => id === bos)).toHaveLength(1);

  const link = await page.evaluate(() => window.lacuna.permalink());
  // A turn of the model's and one more of the user's, through the dialog of the whole conversation.
  await text.getByRole('button', { name: 'Turns' }).click();
  const dialog = page.getByRole('dialog', { name: 'Conversation' });
  await dialog.getByRole('button', { name: 'Add a turn' }).click();
  await dialog.getByRole('textbox', { name: 'Turn 2, assistant' }).fill('On the mat.');
  await dialog.getByRole('button', { name: 'Add a turn' }).click();
  await dialog.getByRole('textbox', { name: 'Turn 3, user' }).fill('And the dog?');
  await dialog.getByRole('button', { name: 'Use it' }).click();
  await expect(dialog).toBeHidden();
  await expect(field).toHaveValue('And the dog?');
  const turns = await documentOf(page);
  expect(turns.prompt).toMatchObject({ kind: 'chat', messages: [{ role: 'user' }, { role: 'assistant', content: 'On the mat.' }, { role: 'user', content: 'And the dog?' }] });
  expect(turns.prompt.kind === 'chat' && turns.prompt.text.split('<|endoftext|>')).toHaveLength(2);
  await text.getByRole('button', { name: 'Plain text' }).click();
  await expect.poll(async () => (await documentOf(page)).prompt).toEqual({ kind: 'text', text: 'And the dog?' });
  await page.evaluate((address) => window.lacuna.open(address), link);
  expect((await documentOf(page)).prompt).toEqual(wanted);
  await expect(field).toHaveValue('Where is the cat?');
});

test('a second start of text is told, and taken away on request', async ({ page }) => {
  await openApp(page, hashOf({ document: { prompt: { kind: 'text', text: '<|endoftext|>Once upon a time' }, sampling: SHORT } }));
  await settled(page);
  await page.getByRole('button', { name: 'Remove <|endoftext|>' }).click();
  await expect.poll(async () => (await documentOf(page)).prompt).toEqual({ kind: 'text', text: 'Once upon a time' });
});
