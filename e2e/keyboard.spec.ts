import { expect, test, type Locator, type Page } from '@playwright/test';
import { documentOf, openApp, panel, settled, textsOf } from './lacuna';

/** More stops than a page of controls has: beyond it the control can't be reached. */
const MOST_STOPS = 120;

/** Goes on with Tab until a control has the focus. */
async function tabTo(page: Page, target: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  const isThere = () => target.evaluateAll((found) => found.some((element) => element === document.activeElement));
  for (let stop = 0; stop < MOST_STOPS; stop += 1) {
    if (await isThere()) return;
    await page.keyboard.press(key);
  }
  throw new Error(`${String(target)} can't be reached with ${key}`);
}

test('everything with the keyboard alone', async ({ page }) => {
  await openApp(page);
  await settled(page);
  const press = (...keys: string[]) => keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve());
  const button = (name: string | RegExp) => page.getByRole('button', { name });

  await test.step('the first stop skips to the panels', async () => {
    await press('Tab');
    await expect(page.getByRole('link', { name: 'Skip to the panels' })).toBeFocused();
    await press('Enter');
    await expect(page.getByRole('main')).toBeFocused();
  });
  await test.step('a prompt, and generate', async () => {
    await tabTo(page, page.getByRole('textbox', { name: 'Prompt' }));
    await press('Control+a');
    await page.keyboard.type('The king');
    await expect.poll(async () => (await documentOf(page)).prompt).toEqual({ kind: 'text', text: 'The king' });
    await settled(page);
    const before = await textsOf(page);
    await tabTo(page, button('Generate'));
    await press('Enter');
    await settled(page);
    expect(await textsOf(page)).toEqual(before);
  });
  await test.step('through the tokens, and pin one', async () => {
    await tabTo(page, page.getByTestId('text-base').getByRole('option'));
    await press('ArrowRight', 'ArrowRight', 'Enter');
    await expect.poll(async () => (await documentOf(page)).pinned).toBe(2);
  });
  await test.step('a direction, and its slider', async () => {
    await tabTo(page, button('New direction'));
    await press('Enter');
    await tabTo(page, page.getByRole('dialog').getByRole('button', { name: 'Add slider' }));
    await press('Enter');
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await settled(page);
    const before = (await textsOf(page)).steered;
    const slider = panel(page, 'Steering').getByRole('slider');
    await tabTo(page, slider);
    await press('End');
    await expect(slider).toHaveAttribute('aria-valuetext', 'ρ +2.00');
    await settled(page);
    expect((await textsOf(page)).steered).not.toEqual(before);
  });
  await test.step('another head', async () => {
    await tabTo(page, page.getByRole('listbox', { name: /^Heads by/ }));
    await press('ArrowRight', 'Enter');
    await expect.poll(async () => (await documentOf(page)).panelSettings['attention']?.['head']).toBe(1);
    await expect(panel(page, 'Attention').getByRole('application')).toHaveAttribute('aria-label', /Attention of L0H1 /);
  });
  await test.step('a cell of the map read aloud', async () => {
    const map = panel(page, 'Attention').getByRole('application');
    await tabTo(page, map);
    await press('ArrowDown', 'ArrowDown');
    await expect(map.locator('[aria-live]')).not.toBeEmpty();
  });
  await test.step('alpha', async () => {
    await tabTo(page, panel(page, 'Void layers').getByRole('slider', { name: 'alpha' }));
    await press('ArrowRight');
    await expect.poll(async () => (await documentOf(page)).panelSettings['voids']?.['alpha']).toBeCloseTo(0.85);
  });
  await test.step('close a panel, undo, redo, open it again', async () => {
    await tabTo(page, button('Move or close Void layers'), 'Shift+Tab');
    await press('Enter');
    await expect(page.getByRole('menuitem', { name: 'Close' })).toBeVisible();
    await press('End', 'Enter');
    await expect(panel(page, 'Void layers')).toHaveCount(0);
    await tabTo(page, button('Undo'));
    await press('Enter');
    await expect(panel(page, 'Void layers')).toBeVisible();
    await tabTo(page, button('Redo'));
    await press('Enter');
    await expect(panel(page, 'Void layers')).toHaveCount(0);
    await tabTo(page, button('Panels'));
    await press('Enter');
    const entry = page.getByRole('menuitem', { name: /^Void layers/ });
    await expect(entry).toBeVisible();
    for (let step = 0; step < MOST_STOPS && !(await entry.evaluate((one) => one === document.activeElement)); step += 1) await press('ArrowDown');
    await press('Enter');
    await expect(panel(page, 'Void layers')).toBeVisible();
  });
});
