import { expect, test } from '@playwright/test';
import { hashOf, SHORT } from './hash';
import { documentOf, openApp, panel, settled, textsOf } from './lacuna';

const beside = (id: string) => [
  { size: 45, panels: [{ id: 'text', size: 100 }] },
  { size: 55, panels: [{ id, size: 100 }] },
];

test('rules over features: concepts are found for examples, a rule fires on the prompt, and its conclusion steers the text', async ({ page }) => {
  test.setTimeout(400_000);
  await openApp(page, hashOf({ document: { sampling: SHORT, layout: beside('reasoning') } }));
  await settled(page);
  const reasoning = panel(page, 'Reasoning');
  await reasoning.getByRole('button', { name: 'Set up the demonstration' }).click();
  await reasoning.getByRole('button', { name: 'Find features for them' }).click();
  await expect(reasoning.getByText(/Balanced accuracy of the first feature/)).toBeVisible({ timeout: 120_000 });
  await settled(page);
  const seen = reasoning.getByRole('list', { name: 'concepts that are active' });
  await expect(seen.getByRole('listitem').filter({ hasText: 'night' })).toBeVisible({ timeout: 60_000 });
  const fired = reasoning.getByRole('list', { name: 'rules that fired' });
  await expect(fired.getByRole('listitem').first()).toContainText('night and dog -> sleep');
  const before = await textsOf(page);
  // By the keyboard: a notice may lie over the end of the panel.
  await fired.getByRole('button', { name: 'Steer toward sleep' }).press('Enter');
  await settled(page);
  const [group] = (await documentOf(page)).interventions;
  expect(group?.members[0]).toMatchObject({ id: 'add-norm', direction: { id: 'weighted-features' } });
  await expect.poll(async () => (await textsOf(page)).steered).not.toBeNull();
  expect((await textsOf(page)).steered).not.toEqual(before.base);
});

test('statistics of features: effective features of the text, concepts told apart, prompts ranked', async ({ page }) => {
  test.setTimeout(400_000);
  await openApp(page, hashOf({ document: { sampling: SHORT, layout: beside('feature-statistics') } }));
  await settled(page);
  const statistics = panel(page, 'Feature statistics');
  const measure = async () => {
    await statistics.getByRole('button', { name: 'Measure' }).click();
    await expect(statistics.getByRole('status')).toBeVisible({ timeout: 120_000 });
  };
  await measure();
  await expect(statistics.getByRole('status')).toContainText(/F = \d+\.\d effective of 2560/);
  await statistics.getByRole('radio', { name: 'concepts' }).click();
  await measure();
  await expect(statistics.getByRole('status')).toContainText(/D = 0\.\d+, mean over \d+ active features/);
  await expect(statistics.getByRole('img', { name: /exactly 0 at/ })).toBeVisible();
  await statistics.getByRole('radio', { name: 'by gradient' }).click();
  await measure();
  await expect(statistics.getByRole('table')).toContainText(/both|only/);
});
