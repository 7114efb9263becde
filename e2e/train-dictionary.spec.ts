import { expect, test } from '@playwright/test';
import { hashOf, SHORT } from './hash';
import { documentOf, openApp, panel, settled } from './lacuna';

const LAYOUT = [
  { size: 50, panels: [{ id: 'prompt-sets', size: 100 }] },
  { size: 50, panels: [{ id: 'train-dictionary', size: 100 }] },
];
const NAMES = ['Lily', 'Tom', 'Sara', 'Ben', 'Mia'];
const THINGS = ['ball', 'dog', 'cake', 'boat', 'tree', 'hat'];
const PROMPTS = NAMES.flatMap((name) => THINGS.map((thing) => `One day ${name} found a ${thing} in the garden. ${name} was happy and took the ${thing} home to show it to mother.`));

/** The value a curve ends at, as a screen reader hears it. */
const lossRange = (text: string | null): readonly [number, number] => {
  const match = /loss from ([\d.]+) at step \d+ to ([\d.]+) at step/.exec(text ?? '');
  return [Number(match?.[1]), Number(match?.[2])];
};

test('a dictionary is trained on a prompt set: the loss falls, it pauses, survives a reload, goes on, and is used', async ({ page }) => {
  test.setTimeout(300_000);
  const settings = { 'train-dictionary': { layer: 3, width: '2', k: 8, batch: '64', steps: 400, seed: 3 } };
  await openApp(page, hashOf({ document: { sampling: SHORT, layout: LAYOUT, panelSettings: settings } }));
  await settled(page);
  await page.getByTestId('prompt-files').setInputFiles([{ name: 'garden.txt', mimeType: 'text/plain', buffer: Buffer.from(PROMPTS.join('\n')) }]);
  const training = panel(page, 'Train a dictionary');
  await training.getByRole('button', { name: 'Train', exact: true }).click();

  const curve = training.getByRole('img', { name: /^Error, share of the variance/ });
  const status = training.getByRole('status');
  await expect(status).toContainText('3 prompts');
  await expect(curve).toHaveAccessibleName(/loss from [\d.]+ at step \d+ to/, { timeout: 60_000 });
  await training.getByRole('button', { name: 'Pause' }).click();
  await expect(status).toContainText('goes on after a reload too');
  const stepOf = async () => Number(/at step (\d+), lowest/.exec((await curve.getAttribute('aria-label')) ?? '')?.[1]);
  const paused = await stepOf();
  expect(paused).toBeLessThan(400);
  // The workbench answers as ever, and nothing goes on meanwhile.
  await page.evaluate(() => window.lacuna.analyse('next-tokens', { prompt: 'Once upon a time' }, { top: 1 }));
  expect(await stepOf()).toBeLessThanOrEqual(paused + 40); // the slice that was under way

  await expect(async () => {
    const stored = await page.evaluate(
      () =>
        new Promise<boolean>((resolve) => {
          const open = indexedDB.open('keyval-store');
          open.onsuccess = () => {
            const get = open.result.transaction('keyval').objectStore('keyval').getKey('lacuna.dictionary-training');
            get.onsuccess = () => resolve(get.result !== undefined);
          };
        }),
    );
    expect(stored).toBe(true);
  }).toPass();
  await page.reload();
  await page.evaluate(() => window.lacuna.ready);
  await expect(curve).toHaveAccessibleName(/loss from/);
  expect(await stepOf()).toBeGreaterThanOrEqual(paused);
  await training.getByRole('button', { name: 'Resume' }).click();

  await expect(training.getByText(/A teaching dictionary: \d of 3 gates reached/)).toBeVisible({ timeout: 200_000 });
  const [first, last] = lossRange(await curve.getAttribute('aria-label'));
  expect(last).toBeLessThan(0.6 * first);
  expect(await stepOf()).toBe(400);
  await training.getByRole('button', { name: 'Use it' }).click();
  await expect.poll(async () => (await documentOf(page)).feature?.dictionary ?? '').toMatch(/^trained:[0-9a-f]{64}$/);
  await expect(training.getByText('Trained here before (1)')).toBeVisible();

  // It answers like any other dictionary, also after a reload.
  const answers = async () => {
    const { feature } = await documentOf(page);
    return page.evaluate(async (dictionary) => {
      const result = await window.lacuna.analyse('reconstruction-loss', { prompt: 'One day Lily found a ball in the garden.' }, { dictionary, baseline: 'zero' });
      return [result['lossClean'], result['lossSae'], result['lossZero']].map(Number);
    }, feature?.dictionary ?? '');
  };
  const [clean = NaN, sae = NaN, zero = NaN] = await answers();
  expect(sae).toBeLessThan(clean + 0.5 * (zero - clean));

  // The other architecture: its divergence is drawn too, and what came out says what it is.
  await training.getByRole('button', { name: 'architecture' }).click();
  await page.getByRole('option', { name: 'vSAE' }).click();
  await expect(training.getByText(/worse than TopK on core metrics/)).toBeVisible();
  await training.getByRole('button', { name: 'Train another' }).click();
  await expect(status).toContainText('vSAE, variance 1, c_KL 500');
  await expect(training.getByRole('img', { name: /^KL, nats per token/ })).toHaveAccessibleName(/KL from [\d.]+\S* at step 1 /, { timeout: 60_000 });
  await training.getByRole('button', { name: 'Finish here' }).click();
  await expect(training.getByText(/SAELens has no such architecture/)).toBeVisible({ timeout: 60_000 });
  await training.getByRole('button', { name: 'Use it' }).click();
  await expect(training.getByText('Trained here before (2)')).toBeVisible();
});
