// Pictures of the real app for the README, in light and dark.
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { chromium } from '@playwright/test';
import { build, createServer } from 'vite';
import { QUIET_FLAGS, findBrowser } from './lib/browser.mjs';
import { serve } from './lib/serve.mjs';

const folder = process.argv[2] ?? 'docs/pictures';
mkdirSync(folder, { recursive: true });
const executablePath = await findBrowser();
await build({ logLevel: 'warn' });
const site = await serve({ '/': resolve('dist') });
const browser = await chromium.launch({ executablePath, args: QUIET_FLAGS });

// The app's own way of writing links, which only the bundler can read.
const bundler = await createServer({ configFile: false, logLevel: 'error', appType: 'custom', server: { middlewareMode: true, ws: false, watch: null } });
const { hashOf } = await bundler.ssrLoadModule('/e2e/hash.ts');
await bundler.close();

/** A feature of the built-in model's sixth layer, read, steered with, and seen in the text. */
const DICTIONARY = 'catalogue:lacuna-16m/blocks.6.hook_resid_post';
const FEATURES = hashOf({
  document: {
    layout: [
      { size: 30, panels: [{ id: 'text', size: 62 }, { id: 'steering', size: 38 }] },
      { size: 30, panels: [{ id: 'text-features', size: 100 }] },
      { size: 40, panels: [{ id: 'features', size: 100 }] },
    ],
    feature: { dictionary: DICTIONARY, index: 788 },
    interventions: [
      {
        label: 'feature 788: food',
        enabled: true,
        members: [
          { id: 'edit-features', at: 'blocks.6.hook_resid_post', positions: 'all', params: { dictionary: DICTIONARY, feature: 788, op: 'clamp', coefficient: 24.2, keepError: true, skipBos: true } },
        ],
      },
    ],
    shown: 'steered',
  },
});

async function picture(name, { width, height, scheme, hash = '', prepare }) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, deviceScaleFactor: 1.5 });
  const page = await context.newPage();
  await page.goto(`${site.url}/index.html${hash}`);
  await page.evaluate(() => window.lacuna.ready);
  if (prepare) await prepare(page);
  // Quiet: nothing is being computed and two frames have passed.
  await page.waitForFunction(() => window.lacuna.state().busy === false, null, { timeout: 120_000 });
  // That a link made by hand can't be compared is no news here.
  if (hash !== '') await page.getByRole('region', { name: 'Notices' }).getByText('Can’t be compared').locator('xpath=ancestor::*[.//button][1]').getByRole('button').click();
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  await page.screenshot({ path: `${folder}/${name}.png` });
  console.log(`${folder}/${name}.png`);
  await context.close();
}

for (const scheme of ['light', 'dark']) {
  await picture(`app-${scheme}`, { width: 1280, height: 800, scheme });
}
await picture('features', {
  width: 1440,
  height: 900,
  scheme: 'light',
  hash: FEATURES,
  async prepare(page) {
    await page.getByRole('radio', { name: 'Selected feature' }).click();
    await page.getByRole('article').getByRole('listbox', { name: /^context / }).first().waitFor();
  },
});
await picture('phone', { width: 390, height: 844, scheme: 'light' });
await browser.close();
await site.close();
