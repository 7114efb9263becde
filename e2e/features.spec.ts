import { expect, test, type Page } from '@playwright/test';
import { hashOf, SHORT } from './hash';
import { documentOf, openApp, panel, settled } from './lacuna';

const ONLY_FEATURES = { sampling: SHORT, layout: [{ size: 100, panels: [{ id: 'features', size: 100 }] }] };
const featureOf = async (page: Page) => (await documentOf(page)).feature;

test('a feature is found by search, read, another is taken from the map, labelled, and a link brings all of it back', async ({ page, browser }) => {
  await openApp(page, hashOf({ document: ONLY_FEATURES }));
  const features = panel(page, 'Features');
  const grid = features.getByRole('grid', { name: 'features' });
  const dashboard = features.getByRole('article');
  await expect(features.getByText(/^[\d,]+ features$/)).toBeVisible();
  const all = Number(await grid.getAttribute('aria-rowcount')) - 1;
  expect(all).toBeGreaterThan(20_000);
  // Only what is in sight exists.
  expect(await grid.getByRole('row').count()).toBeLessThan(100);

  await test.step('found by search', async () => {
    await features.getByRole('textbox', { name: 'Search features' }).fill('once upon');
    await expect(features.getByText(/found in \d+ ms/)).toBeVisible();
    const first = grid.getByRole('row').nth(1);
    await expect(first.locator('mark')).toHaveText(/once.upon/i);
    await first.click();
    await expect.poll(() => featureOf(page)).not.toBeNull();
  });
  await test.step('its contexts are read', async () => {
    await expect(dashboard.getByText('Top activations')).toBeVisible();
    const strips = dashboard.getByRole('listbox', { name: /context \d+, Top activations/ });
    expect(await strips.count()).toBeGreaterThan(0);
    const chosen = strips.first().locator('[data-chosen]');
    await chosen.click();
    await expect(chosen).toHaveAttribute('aria-selected', 'true');
    await expect(dashboard.locator('p').filter({ hasText: /activation \d.*of max/ })).toBeVisible();
  });
  await test.step('a text of one’s own', async () => {
    await dashboard.getByRole('textbox', { name: 'Text to test this feature on' }).fill('Once upon a time');
    const strip = dashboard.getByRole('listbox', { name: 'activations on your text' });
    await expect(strip.getByRole('option').nth(1)).toHaveAccessibleName(/Once, activation/);
  });
  const found = await featureOf(page);
  await test.step('another is taken from the map by keyboard', async () => {
    await features.getByRole('textbox', { name: 'Search features' }).fill('');
    await features.getByRole('radio', { name: 'Map' }).click();
    const map = features.getByRole('application', { name: /^Map of/ });
    await map.focus();
    await page.keyboard.press('+');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await expect.poll(() => featureOf(page)).not.toEqual(found);
  });
  await test.step('it is labelled', async () => {
    await dashboard.getByRole('textbox', { name: 'My label' }).fill('my own words');
    await dashboard.getByRole('button', { name: 'Save label' }).click();
    await expect(dashboard.getByRole('heading', { level: 3 }).locator('..')).toContainText('my own words');
  });
  await test.step('a link brings it back', async () => {
    await settled(page);
    const before = await documentOf(page);
    const fresh = await (await browser.newContext()).newPage();
    const link = await page.evaluate(() => window.lacuna.permalink());
    await openApp(fresh, link.slice(link.indexOf('#')));
    const { feature, featureLabels } = await documentOf(fresh);
    expect({ feature, featureLabels }).toEqual({ feature: before.feature, featureLabels: before.featureLabels });
    await expect(panel(fresh, 'Features').getByRole('article')).toContainText('my own words');
    await panel(fresh, 'Features').getByRole('textbox', { name: 'Search features' }).fill('own words');
    await panel(fresh, 'Features').getByRole('radio', { name: 'List' }).click();
    await expect(panel(fresh, 'Features').getByRole('grid').getByRole('row').nth(1)).toContainText('my label');
    await fresh.context().close();
  });
});

test('records of a SAEDashboard file are dropped, shown and exported', async ({ page }) => {
  await openApp(page, hashOf({ document: ONLY_FEATURES }));
  const features = panel(page, 'Features');
  await expect(features.getByRole('grid', { name: 'features' })).toBeVisible();
  const batch = {
    model_id: 'gpt2-small',
    layer: 6,
    sae_set: 'res-jb',
    features: [
      { feature_index: 12, frac_nonzero: 0.01, pos_str: [' cat'], pos_values: [1.5], activations: [{ bin_min: -1, bin_max: 2, bin_contains: -1, tokens: ['The', ' cat'], values: [0, 2], qualifying_token_index: 1 }] },
      { feature_index: 13, frac_nonzero: 0 },
    ],
  };
  const transfer = await page.evaluateHandle((text) => {
    const data = new DataTransfer();
    data.items.add(new File([text], 'batch.json', { type: 'application/json' }));
    return data;
  }, JSON.stringify(batch));
  await features.getByRole('grid').dispatchEvent('drop', { dataTransfer: transfer });
  const dashboard = features.getByRole('article', { name: 'feature 12 of gpt2-small/6-res-jb' });
  await expect(dashboard).toBeVisible();
  await expect(dashboard.getByRole('listbox', { name: /context 1/ }).getByRole('option').nth(1)).toHaveAccessibleName(/cat, activation 2.00/);
  await expect(dashboard.getByRole('link', { name: 'Its page on Neuronpedia' })).toHaveAttribute('href', 'https://www.neuronpedia.org/gpt2-small/6-res-jb/12');
  await dashboard.getByRole('button', { name: 'Next feature' }).click();
  await expect(features.getByText('A dead feature')).toBeVisible();

  await features.getByRole('button', { name: 'More for this feature' }).click();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: /Export all records/ }).click()]);
  const written = JSON.parse(await streamText(await download.createReadStream())) as { features: { feature_index: number; pos_str: string[] }[] };
  expect(written.features.map(({ feature_index: index, pos_str: tokens }) => [index, tokens])).toEqual([[12, [' cat']], [13, []]]);
});

async function streamText(stream: AsyncIterable<Uint8Array | string>): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(Buffer.from(part));
  return Buffer.concat(parts).toString('utf8');
}
