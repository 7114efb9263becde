import { expect, test } from '@playwright/test';
import { QUIET_FLAGS, SOFTWARE_GPU_FLAGS } from '../scripts/lib/browser.mjs';
import { contentOf, hashOf, SHORT } from './hash';
import { GOLDENS_URL, golden, openApp, settled, textsOf } from './lacuna';

const TINY = {
  model: { kind: 'url', url: `${GOLDENS_URL}llama/`, hash: null },
  prompt: { kind: 'ids', ids: golden('llama').input_ids.slice(0, 8) },
  sampling: { ...SHORT, stopAtEnd: false },
};

// WebGPU and WebGL, both computed by software.
const path = process.env['BROWSER_PATH'];
test.use({ launchOptions: { args: [...QUIET_FLAGS, ...SOFTWARE_GPU_FLAGS], ...(path ? { executablePath: path } : {}) } });

test('a WebGPU adapter that is only software is not chosen by itself, is marked as software, and can be chosen', async ({ page }) => {
  await openApp(page, hashOf({ document: TINY }));
  await settled(page);
  expect(await page.evaluate(async () => (await navigator.gpu.requestAdapter()) !== null)).toBe(true);
  expect(await page.evaluate(() => window.lacuna.model?.backend)).toBe('wasm');
  const before = await textsOf(page);
  await page.getByRole('button', { name: 'Backend: wasm' }).click();
  await page.getByRole('menuitem', { name: 'Try which ones work here' }).click();
  await expect.poll(() => page.evaluate(() => window.lacuna.state().backend.all.length)).toBe(4);
  await settled(page);
  await page.getByRole('button', { name: 'Backend: wasm' }).click();
  const webgpu = page.getByRole('menuitem', { name: /^webgpu/ });
  await expect(webgpu).toContainText('software adapter');
  await webgpu.click();
  await expect(page.getByRole('button', { name: 'Backend: webgpu' })).toBeVisible();
  await settled(page);
  const after = await page.evaluate(() => window.lacuna.state().texts.base);
  expect(after?.computedBy?.backend).toBe('webgpu');
  expect(after?.newIds).toEqual(before.base);
});

test('a link made on wasm opens as the same within 1e-3 on webgl', async ({ page }) => {
  await openApp(page, hashOf({ document: { prompt: { kind: 'text', text: 'The cat sat' }, sampling: { ...SHORT, maxNewTokens: 4 } } }));
  await settled(page);
  const link = await page.evaluate(() => window.lacuna.permalink());
  const { digest } = contentOf(link);
  expect(digest?.backend).toBe('wasm');
  const other = await (await page.context().browser()?.newContext())?.newPage();
  if (other === undefined) throw new Error('no browser');
  await other.goto('./');
  await other.evaluate(() => window.lacuna.setBackend('webgl'));
  const { problems, verdict } = await other.evaluate((link) => window.lacuna.open(link), link);
  expect(problems).toEqual([]);
  expect(verdict).toMatchObject({ kind: 'same-within' });
  expect(verdict?.kind === 'same-within' && verdict.difference).toBeLessThanOrEqual(1e-3);
  const text = await other.evaluate(() => window.lacuna.state().texts.base);
  expect(text?.computedBy?.backend).toBe('webgl');
  expect(text?.newIds).toEqual(digest?.base.ids);
  await expect(other.locator('[data-verdict="same-within"]')).toContainText('Same within');
  await other.context().close();
});

test('when the graphics device is lost the page says so, goes on with another backend, and the text stays', async ({ page, browser }) => {
  await openApp(page, hashOf({ document: TINY }));
  await settled(page);
  const before = await textsOf(page);
  await page.evaluate(() => window.lacuna.setBackend('webgl'));
  await expect(page.getByRole('button', { name: 'Backend: webgl' })).toBeVisible();
  await settled(page);
  const document = await page.evaluate(() => window.lacuna.state().document);

  // Every context of the browser goes with its graphics process.
  const cdp = await browser.newBrowserCDPSession();
  await cdp.send('Browser.crashGpuProcess').catch(() => undefined);
  const notices = page.getByRole('region', { name: 'Notices' });
  await expect(notices).toContainText(/webgl failed: .*Nothing of your work is lost: computing goes on with (wasm|webgl|cpu)/);
  await expect(page.getByRole('button', { name: 'Backend: wasm' })).toBeVisible();
  await settled(page);
  expect(await page.evaluate(() => window.lacuna.state().document)).toEqual(document);
  expect(await textsOf(page)).toEqual(before);
  await expect(page.getByTestId('text-base').getByRole('option')).toHaveCount(8 + SHORT.maxNewTokens);
  const { generated } = await page.evaluate((ids) => window.lacuna.run({ ids, generate: { maxNewTokens: 3, stopAtEnd: false } }), TINY.prompt.ids);
  expect(generated?.ids).toEqual(before.base?.slice(0, 3));
});
