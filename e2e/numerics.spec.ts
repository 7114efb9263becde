import { expect, test } from '@playwright/test';
import { QUIET_FLAGS, SOFTWARE_GPU_FLAGS } from '../scripts/lib/browser.mjs';
import { hashOf, SHORT } from './hash';
import { GOLDENS_URL, golden, openApp, panel, settled } from './lacuna';

const layout = [{ size: 100, panels: [{ id: 'numerics', size: 100 }] }];
const path = process.env['BROWSER_PATH'];
test.use({ launchOptions: { args: [...QUIET_FLAGS, ...SOFTWARE_GPU_FLAGS], ...(path ? { executablePath: path } : {}) } });

test('the built-in model on wasm is held against cpu in a second worker, which ends afterwards', async ({ page }) => {
  const workers: string[] = [];
  page.on('worker', (worker) => {
    if (!worker.url().includes('engine.worker')) return; // tokenizers have a thread of their own
    workers.push('started');
    worker.on('close', () => workers.push('ended'));
  });
  await openApp(page, hashOf({ document: { layout, sampling: SHORT, prompt: { kind: 'text', text: 'Once upon a time, there was' } } }));
  await settled(page);
  expect(workers).toEqual(['started']);
  const numerics = panel(page, 'Numerics report');
  await numerics.getByRole('button', { name: 'Compare' }).click();
  await expect(numerics.getByText('Within the tolerance: wasm agrees with cpu')).toBeVisible();
  await expect.poll(() => workers).toEqual(['started', 'started', 'ended']);
  const map = numerics.getByRole('application');
  await expect(map).toHaveAttribute('aria-label', /: 0 of \d+ hook points beyond 1\.0e-4\.$/);
  await map.focus();
  await map.press('ArrowDown');
  await expect(map.locator('[aria-live]')).toContainText('blocks.0.hook_resid_pre: ');
  await numerics.getByText('Table', { exact: true }).click();
  await expect(numerics.getByRole('row').nth(1)).toContainText('within');
});

test('a model on webgpu is held against cpu too', async ({ page }) => {
  const document = {
    layout,
    model: { kind: 'url', url: `${GOLDENS_URL}llama/`, hash: null },
    prompt: { kind: 'ids', ids: golden('llama').input_ids.slice(0, 8) },
    sampling: { ...SHORT, stopAtEnd: false },
  };
  await openApp(page, hashOf({ document }));
  await settled(page);
  await page.evaluate(() => window.lacuna.setBackend('webgpu'));
  await settled(page);
  const numerics = panel(page, 'Numerics report');
  await numerics.getByRole('button', { name: 'Compare' }).click();
  await expect(numerics.getByText(/^Within the tolerance: webgpu .*agrees with cpu$/)).toBeVisible();
  expect(await page.evaluate(() => window.lacuna.model?.backend)).toBe('webgpu');
});
