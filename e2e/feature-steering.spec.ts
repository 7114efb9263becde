import { expect, test, type Locator, type Page } from '@playwright/test';
import { featureStopOf, MAX_FEATURE_STOP } from '../src/panels/steering/feature-strength';
import { hashOf, SHORT } from './hash';
import { documentOf, openApp, panel, settled, textsOf } from './lacuna';

const STEPS = 40;
const SECONDS = 2;
const DICTIONARY = 'catalogue:lacuna-16m/blocks.6.hook_resid_post';

const layoutOf = (...columns: readonly (readonly string[])[]) =>
  columns.map((ids) => ({ size: 100 / columns.length, panels: ids.map((id) => ({ id, size: 100 / ids.length })) }));

/** Where on the screen the middle of the thumb stands at a multiple of the maximum. */
async function placeOf(slider: Locator, multiple: number): Promise<{ x: number; y: number }> {
  const box = await slider.evaluate((input) => {
    // The thumb is placed in percents of the track, which is its parent.
    let thumb: HTMLElement | null = input as HTMLElement;
    while (thumb !== null && !thumb.style.left.endsWith('%')) thumb = thumb.parentElement;
    const { x = 0, y = 0, width = 0, height = 0 } = thumb?.parentElement?.getBoundingClientRect() ?? {};
    return { x, y, width, height };
  });
  return { x: box.x + (box.width * (featureStopOf(multiple) + MAX_FEATURE_STOP)) / (2 * MAX_FEATURE_STOP), y: box.y + box.height / 2 };
}

/** One step of the hand: when it is due is part of the gesture. A browser that can't draw that fast has a slower hand. */
const due = (page: Page, at: number) =>
  page.evaluate((at) => new Promise<void>((done) => {
    const look = () => (performance.now() >= at ? done() : void requestAnimationFrame(look));
    look();
  }), at);

test('a feature is found by search and read, its slider is dragged beside the base text, and a link brings both back', async ({ page, browser }) => {
  test.slow(); // two pages, each with the records of all dictionaries
  await openApp(page, hashOf({ document: { layout: layoutOf(['text', 'steering'], ['features']), sampling: { ...SHORT, maxNewTokens: 16 } } }));
  await settled(page);
  const { base } = await textsOf(page);
  const features = panel(page, 'Features');
  const steering = panel(page, 'Steering');

  await test.step('found and read', async () => {
    await features.getByRole('textbox', { name: 'Search features' }).fill('dog');
    await expect(features.getByText(/found in \d+ ms/)).toBeVisible();
    await features.getByRole('grid', { name: 'features' }).getByRole('row').nth(1).click();
    await expect(features.getByRole('article').getByRole('listbox', { name: /context \d+, Top activations/ }).first()).toBeVisible();
  });
  const feature = (await documentOf(page)).feature;
  expect(feature).not.toBeNull();

  const slider = steering.getByRole('slider', { name: /^strength of / });
  await test.step('made a slider', async () => {
    await steering.getByRole('button', { name: 'New feature' }).click();
    const form = page.getByRole('dialog');
    await expect(form.getByRole('textbox', { name: /^feature, 0 to/ })).toHaveValue(String(feature?.index));
    await form.getByRole('button', { name: 'Add slider' }).click();
    await expect(slider).toHaveAttribute('aria-valuetext', '1.0× max');
    await expect(steering.getByText(/maximum \S+ in its records/)).toBeVisible();
    await settled(page);
  });

  await test.step('dragged: texts come while the hand moves, and the last is the answer to where it ends', async () => {
    await slider.scrollIntoViewIfNeeded();
    const from = await placeOf(slider, 1);
    const to = await placeOf(slider, 6);
    const before = await page.evaluate(() => window.lacuna.state().timing.painted.length);
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    const began = await page.evaluate(() => performance.now());
    for (let step = 1; step <= STEPS; step += 1) {
      await due(page, began + (step * SECONDS * 1000) / STEPS);
      await page.mouse.move(from.x + ((to.x - from.x) * step) / STEPS, from.y);
    }
    const during = await page.evaluate(() => ({ timing: window.lacuna.state().timing, took: performance.now() }));
    await page.mouse.up();
    const painted = during.timing.painted.slice(before);
    console.log(`${painted.length} texts painted in ${((during.took - began) / 1000).toFixed(2)} s, ${during.timing.dropped} requests dropped`);
    expect(new Set(painted.map(({ strength }) => strength)).size).toBeGreaterThanOrEqual(8);
    for (const { newTokens, text } of painted) {
      expect(newTokens).toBeGreaterThanOrEqual(8);
      expect(text.length).toBeGreaterThan(0);
    }
    await expect(slider).toHaveAttribute('aria-valuetext', '6.0× max');
    await settled(page);
  });

  const texts = await textsOf(page);
  expect(texts.base).toEqual(base);
  expect(texts.steered).not.toEqual(base);
  await expect(panel(page, 'Prompt and text').getByTestId('text-steered')).toBeVisible();
  await expect(steering.getByLabel('cost of steering')).toContainText(/KL, next token\s*\d/);

  await test.step('shared', async () => {
    const link = await page.evaluate(() => window.lacuna.permalink());
    const fresh = await (await browser.newContext()).newPage();
    await openApp(fresh, link.slice(link.indexOf('#')));
    await expect.poll(() => fresh.evaluate(() => window.lacuna.state().verdict?.kind)).toMatch(/^same/);
    await settled(fresh);
    expect(await textsOf(fresh)).toEqual(texts);
    expect((await documentOf(fresh)).interventions).toEqual((await documentOf(page)).interventions);
    await expect(panel(fresh, 'Steering').getByRole('slider', { name: /^strength of / })).toHaveAttribute('aria-valuetext', '6.0× max');
    await fresh.context().close();
  });
});

test('features of this text: listed while it is written, compared, steered with, and two sliders act together', async ({ page }) => {
  const written = (maxNewTokens: number) => hashOf({ document: { layout: layoutOf(['text', 'steering'], ['text-features']), sampling: { ...SHORT, stopAtEnd: false, maxNewTokens } } });
  await openApp(page, written(60));
  const features = panel(page, 'Features of this text');
  const list = features.getByRole('list', { name: /^features, / });
  const lines = list.locator('[data-line]');
  await expect(list).toBeVisible();
  await settled(page);

  await test.step('the list follows a longer text while it is written', async () => {
    await page.evaluate(() => {
      const seen = new Set<string>();
      const strip = () => document.querySelector('[role="listbox"][aria-label^="text by"]');
      new MutationObserver(() => {
        if (strip()?.getAttribute('aria-busy') === 'true') seen.add(String(strip()?.querySelectorAll('[data-pos]').length));
      }).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ['aria-busy'] });
      Object.assign(window, { seenWhileWriting: seen });
    });
    // Long enough for the slowest painter: it is stopped once it has been followed.
    const open = (link: string) => page.evaluate((hash) => void window.lacuna.open(hash), link);
    await open(written(480));
    await expect.poll(() => page.evaluate(() => (window as unknown as { seenWhileWriting: Set<string> }).seenWhileWriting.size)).toBeGreaterThanOrEqual(3);
    await panel(page, 'Prompt and text').getByRole('button', { name: 'Stop' }).click();
    await open(written(60));
    await expect.poll(async () => (await documentOf(page)).sampling.maxNewTokens).toBe(60);
    await settled(page);
  });

  await test.step('a press selects a feature and marks its strongest token', async () => {
    await lines.first().click();
    const { feature, pinned } = await documentOf(page);
    expect(feature?.dictionary).toBe(DICTIONARY);
    expect(pinned).not.toBeNull();
    await expect(features.getByRole('listbox', { name: `text by feature ${feature?.index}` })).toBeVisible();
  });

  await test.step('against another prompt', async () => {
    await features.getByRole('radio', { name: 'two prompts' }).click();
    await features.getByLabel('the other prompt (unchanged model)').fill('The government said on Tuesday that the new law will take effect next month.');
    await expect(features.locator('li[data-negative]').first()).toBeVisible();
    await features.getByRole('radio', { name: 'this text' }).click();
  });

  await test.step('the loss recovered is measured', async () => {
    await features.getByRole('button', { name: 'Measure loss recovered' }).click();
    const fit = features.getByRole('region', { name: 'fit of the dictionary to this text' });
    await expect(fit).toContainText(/recovered, mean\s*\d+\.\d%/);
  });

  await test.step('two sliders of one dictionary act together', async () => {
    await features.getByRole('button', { name: /^Steer with feature/ }).first().click();
    await settled(page);
    const one = (await textsOf(page)).steered;
    await features.getByRole('button', { name: /^Steer with feature/ }).nth(1).click();
    await settled(page);
    const sliders = panel(page, 'Steering').getByRole('slider');
    await expect(sliders).toHaveCount(2);
    await sliders.nth(1).focus();
    await page.keyboard.press('End');
    await settled(page);
    const both = (await textsOf(page)).steered;
    expect(both).not.toEqual(one);
    const asked = await page.evaluate(async () => {
      const { document: doc } = window.lacuna.state();
      if (doc.prompt.kind !== 'text') throw new Error('the prompt is a text');
      const interventions = doc.interventions.filter((group) => group.enabled).flatMap((group) => group.members);
      return (await window.lacuna.run({ prompt: doc.prompt.text, interventions, generate: doc.sampling })).generated?.ids;
    });
    expect(both).toEqual(asked);
  });
});
