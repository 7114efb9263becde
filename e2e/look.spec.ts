import { AxeBuilder } from '@axe-core/playwright';
import { expect, test, type Locator, type Page } from '@playwright/test';
import { hashOf, RANDOM_SLIDER, SHORT } from './hash';
import { documentOf, openApp, panel, settled } from './lacuna';

const DOCUMENT = {
  sampling: SHORT,
  interventions: [RANDOM_SLIDER],
  layout: [
    { size: 34, panels: [{ id: 'text', size: 50 }, { id: 'steering', size: 50 }] },
    { size: 33, panels: [{ id: 'attention', size: 50 }, { id: 'voids', size: 50 }] },
    { size: 33, panels: [{ id: 'prompt-sets', size: 100 }] },
  ],
};
const PANELS = ['Prompt and text', 'Steering', 'Attention', 'Void layers', 'Prompt sets'];

/** The panels about dictionaries, and those that are opened rarely. */
const OTHER_DOCUMENT = {
  sampling: SHORT,
  layout: [
    { size: 34, panels: [{ id: 'features', size: 60 }, { id: 'experts', size: 20 }, { id: 'self-test', size: 20 }] },
    { size: 33, panels: [{ id: 'text-features', size: 60 }, { id: 'numerics', size: 40 }] },
    { size: 33, panels: [{ id: 'train-dictionary', size: 33 }, { id: 'feature-statistics', size: 33 }, { id: 'reasoning', size: 34 }] },
  ],
  feature: { dictionary: 'catalogue:lacuna-16m/blocks.6.hook_resid_post', index: 7 },
};
const OTHER_PANELS = ['Features', 'Experts', 'GPT-2 self-test', 'Features of this text', 'Numerics report', 'Train a dictionary', 'Feature statistics', 'Reasoning'];
const PHONE = { width: 390, height: 844 };

/** What a panel shows once it has something to show. */
const CONTENT: Readonly<Record<string, (of: Locator) => Locator>> = {
  Attention: (of) => of.getByRole('application'),
  'Void layers': (of) => of.getByRole('application'),
  Features: (of) => of.getByRole('grid', { name: 'features' }),
  'Features of this text': (of) => of.getByRole('list', { name: /^features, / }),
};

/** Brings each panel on screen once: what is out of sight isn't computed. */
async function seeAll(page: Page, panels: readonly string[] = PANELS): Promise<void> {
  for (const title of panels) {
    const one = panel(page, title);
    await one.scrollIntoViewIfNeeded();
    const content = CONTENT[title]?.(one);
    if (content !== undefined) await expect(content).toBeVisible();
  }
  await settled(page);
}

async function inScheme(page: Page, scheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
  await expect(page.locator('html')).toHaveAttribute('data-theme', scheme);
}

/** What axe finds, in a form that says where. */
async function violations(page: Page, within?: string): Promise<string[]> {
  const builder = within === undefined ? new AxeBuilder({ page }) : new AxeBuilder({ page }).include(within);
  const { violations } = await builder.analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')} ${node.failureSummary ?? ''}`));
}

const dialogs: readonly { name: string; open: (page: Page) => Promise<void> }[] = [
  { name: 'Model', open: (page) => page.getByRole('button', { name: /^Model / }).click() },
  { name: 'Timing', open: (page) => page.getByRole('contentinfo').getByRole('button').click() },
  { name: 'Help', open: (page) => page.getByRole('button', { name: 'Help and shortcuts' }).click() },
  { name: 'New direction', open: (page) => page.getByRole('button', { name: 'New direction' }).click() },
  {
    name: 'Void layers',
    open: async (page) => {
      await page.getByRole('button', { name: 'About Void layers' }).click();
      await page.getByRole('button', { name: 'How it is computed' }).click();
      await expect(page.getByRole('dialog').getByRole('heading').nth(1)).toBeVisible();
    },
  },
];

for (const screen of ['desktop', 'phone'] as const) {
  test(`axe finds nothing: ${screen}`, async ({ page }) => {
    if (screen === 'phone') await page.setViewportSize(PHONE);
    await openApp(page, hashOf({ document: DOCUMENT }));
    await expect(panel(page, 'Steering').getByRole('slider')).toHaveCount(1);
    await settled(page);
    await seeAll(page);
    await page.getByTestId('prompt-files').setInputFiles([{ name: 'two.txt', mimeType: 'text/plain', buffer: Buffer.from('One\nTwo') }]);
    await expect(page.getByRole('table', { name: 'prompts of two.txt' })).toBeVisible();
    for (const scheme of ['light', 'dark'] as const) {
      await inScheme(page, scheme);
      expect(await violations(page), scheme).toEqual([]);
      for (const { name, open } of dialogs) {
        await open(page);
        await expect(page.getByRole('dialog', { name })).toBeVisible();
        expect(await violations(page, '[role="dialog"]'), `${name}, ${scheme}`).toEqual([]);
        await page.keyboard.press('Escape');
        await expect(page.getByRole('dialog')).toHaveCount(0);
      }
    }
  });

  test(`axe finds nothing in the panels about features: ${screen}`, async ({ page }) => {
    if (screen === 'phone') await page.setViewportSize(PHONE);
    await openApp(page, hashOf({ document: OTHER_DOCUMENT }));
    await seeAll(page, OTHER_PANELS);
    const features = panel(page, 'Features');
    for (const scheme of ['light', 'dark'] as const) {
      await inScheme(page, scheme);
      await features.getByRole('radio', { name: 'All features' }).click();
      expect(await violations(page), scheme).toEqual([]);
      await features.getByRole('radio', { name: 'Selected feature' }).click();
      await expect(features.getByRole('article').getByRole('listbox', { name: /^context / }).first()).toBeVisible();
      expect(await violations(page), `the selected feature, ${scheme}`).toEqual([]);
    }
  });
}

test.describe('a phone', () => {
  test.use({ viewport: PHONE, hasTouch: true, isMobile: true });

  test('nothing runs over the side, and it works by touch', async ({ page }) => {
    await openApp(page, hashOf({ document: DOCUMENT }));
    await settled(page);
    const widths = () => page.evaluate(() => [document.scrollingElement?.scrollWidth ?? Infinity, innerWidth]);
    const [content = Infinity, screen = 0] = await widths();
    expect(screen).toBe(PHONE.width);
    expect(content).toBeLessThanOrEqual(screen);
    const stack = [];
    for (const title of PANELS) {
      const box = await panel(page, title).boundingBox();
      expect(box?.width, title).toBeLessThanOrEqual(screen);
      stack.push(box?.y ?? NaN);
    }
    expect(stack).toEqual([...stack].sort((a, b) => a - b));

    await page.getByTestId('text-base').locator('[data-pos="2"]').tap();
    await expect.poll(async () => (await documentOf(page)).pinned).toBe(2);
    // Still below the fold: nobody has asked for it.
    const captures = () => page.evaluate(() => Object.keys(window.lacuna.state().answers).filter((key) => key.startsWith('capture ')).length);
    expect(await captures()).toBe(0);
    await seeAll(page);
    await panel(page, 'Attention').getByRole('option', { name: 'L0H1', exact: true }).tap();
    await expect.poll(async () => (await documentOf(page)).panelSettings['attention']?.['head']).toBe(1);
    await panel(page, 'Void layers').getByRole('radio', { name: 'Delta' }).tap();
    await expect.poll(async () => (await documentOf(page)).panelSettings['voids']?.['view']).toBe('delta');
    await page.getByRole('button', { name: /^Model / }).tap();
    const dialog = await page.getByRole('dialog', { name: 'Model' }).boundingBox();
    expect((dialog?.x ?? -1) >= 0 && (dialog?.x ?? 0) + (dialog?.width ?? Infinity) <= screen).toBe(true);
    expect((await widths())[0]).toBeLessThanOrEqual(screen);
  });
});
