import { expect, test } from '@playwright/test';
import { hashOf, SHORT } from './hash';
import { documentOf, golden, goldenFile, openApp, panel, settled } from './lacuna';

const part = (name: string) => ({ name, mimeType: 'application/octet-stream', buffer: goldenFile('llama', name) });
const files = [part('config.json'), part('model.safetensors')];
const layout = [{ size: 100, panels: [{ id: 'numerics', size: 100 }] }];
const prompt = { kind: 'ids', ids: golden('llama').input_ids.slice(0, 8) };

test('a folder is loaded in int8, every answer says so, and the numerics report states the error; its link asks for int8 again', async ({ page, browser }) => {
  await openApp(page, hashOf({ document: { layout, prompt, sampling: { ...SHORT, stopAtEnd: false } } }));
  await settled(page);
  const inHalf = await page.evaluate(async () => (await window.lacuna.run({ ids: [1, 2, 3] })).computedBy.storage);
  expect(inHalf).toBe('float16'); // the built-in model is stored so

  await page.getByRole('button', { name: 'Model lacuna-16m' }).click();
  const dialog = page.getByRole('dialog', { name: 'Model' });
  await dialog.getByRole('radio', { name: 'int8' }).click();
  await dialog.getByLabel('Model files').setInputFiles(files);
  await expect(dialog.getByText('kept as')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Backend: wasm, float32 arithmetic, int8 weights (stored float32)', includeHidden: true })).toBeAttached();
  await page.keyboard.press('Escape');
  await settled(page);
  expect(await page.evaluate(async () => (await window.lacuna.run({ ids: [1, 2, 3] })).computedBy.storage)).toBe('int8');

  const numerics = panel(page, 'Numerics report');
  await numerics.getByRole('button', { name: 'Compare' }).click();
  await expect(numerics.getByRole('alert')).toContainText('Warning: wasm with int8 weights differs from cpu by more than the tolerance');
  await expect(numerics.getByText(/^Quantised against float: the logits are off by \d\.\de-\d at most/)).toBeVisible();
  await expect(numerics.getByText(/Stored as float32; the big matrices were rounded to int8 when loaded/)).toBeVisible();
  await expect(numerics.getByRole('application')).toHaveAttribute('aria-label', /: [1-9]\d* of \d+ hook points beyond 1\.0e-4\.$/);

  const { model } = await documentOf(page);
  expect(model).toMatchObject({ kind: 'files', storage: 'int8' });
  const link = await page.evaluate(() => window.lacuna.permalink());
  const other = await browser.newPage(); // somebody else's: nothing is kept there
  await other.goto(link);
  await expect(other.getByText(/The folder of .* is wanted/).first()).toBeVisible();
  await other.getByLabel('Model files').first().setInputFiles(files);
  await expect.poll(() => other.evaluate(() => window.lacuna.model?.storage)).toBe('int8');
  expect((await documentOf(other)).model).toEqual(model);
  await other.close();

  await page.getByRole('button', { name: /^Model / }).click();
  await dialog.getByRole('radio', { name: 'as stored' }).click();
  await dialog.getByLabel('Model files').setInputFiles(files);
  await expect.poll(() => page.evaluate(() => window.lacuna.model?.storage)).toBe('float32');
  expect((await documentOf(page)).model).not.toHaveProperty('storage');
  await page.keyboard.press('Escape');
  await settled(page);
  await expect(numerics.getByText('This report is of wasm with int8 weights')).toBeVisible();
  await numerics.getByRole('button', { name: 'Compare' }).click();
  await expect(numerics.getByText('Within the tolerance: wasm agrees with cpu')).toBeVisible();
});
