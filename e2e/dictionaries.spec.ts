import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test, type Page } from '@playwright/test';
import { unzipSync } from 'fflate';
import { hashOf, SHORT } from './hash';
import { documentOf, openApp, panel, settled } from './lacuna';

const D_MODEL = 320;
const D_SAE = 48;
const HOOK = 'blocks.6.hook_resid_post';
const part = (name: string, buffer: Buffer) => ({ name, mimeType: 'application/octet-stream', buffer });

/** Files that PyTorch wrote. They are of a width that no model here has. */
function golden(name: string) {
  const folder = fileURLToPath(new URL(`../src/dictionaries/golden/formats/${name}`, import.meta.url));
  return readdirSync(folder).filter((file) => file !== 'expected.json').map((file) => part(file, readFileSync(`${folder}/${file}`)));
}

/** A dictionary of the built-in model's width, W_enc stored the other way round. */
function own() {
  const tensors: [string, number[], (i: number) => number][] = [
    ['W_dec', [D_SAE, D_MODEL], (i) => Math.sin(i) / 4],
    ['W_enc', [D_SAE, D_MODEL], (i) => Math.sin(i) / 4],
    ['b_dec', [D_MODEL], () => 0],
    ['b_enc', [D_SAE], () => 0],
    ['threshold', [D_SAE], () => 0.5],
  ];
  const header: Record<string, unknown> = {};
  const values: number[] = [];
  for (const [name, shape, of] of tensors) {
    const count = shape.reduce((product, n) => product * n, 1);
    header[name] = { dtype: 'F32', shape, data_offsets: [4 * values.length, 4 * (values.length + count)] };
    for (let i = 0; i < count; i += 1) values.push(Math.fround(of(i)));
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const config = { architecture: 'jumprelu', d_in: D_MODEL, d_sae: D_SAE, apply_b_dec_to_input: true, normalize_activations: 'none', metadata: { sae_lens_version: '6.0.0', hook_name: HOOK } };
  return [part('cfg.json', Buffer.from(JSON.stringify(config))), part('sae_weights.safetensors', Buffer.concat([length, text, Buffer.from(Float32Array.from(values).buffer)]))];
}

async function showDialog(page: Page) {
  await openApp(page, hashOf({ document: { sampling: SHORT } }));
  await settled(page);
  await page.getByRole('button', { name: 'Dictionaries', exact: true }).click();
  return page.getByRole('dialog', { name: 'Dictionaries' });
}

test('files that do not fit, or can not be read, are named with the reason', async ({ page }) => {
  const dialog = await showDialog(page);
  for (const [files, says] of [
    [golden('saelens6-jumprelu'), /reads vectors of width 6, but those at blocks\.\d+\.hook_resid_\w+ of the loaded model have 320/],
    [golden('pt-malicious'), /names posix\.system.*nothing is run/],
    [golden('pt-legacy'), /bare pickle.*save_file/],
    [golden('saelens6-temporal'), /"temporal"/],
    [golden('gemma-scope-1'), /doesn't say which place of the model/],
  ] as const) {
    await dialog.getByLabel('Dictionary files').setInputFiles([...files]);
    await expect(dialog.getByText(says)).toBeVisible();
    await dialog.getByRole('button', { name: 'Remove from the list' }).click();
    await expect(dialog.getByText(says)).toHaveCount(0);
  }
});

test('a dictionary of one\'s own opens, says what was found, answers, and is exported', async ({ page }) => {
  const dialog = await showDialog(page);
  const files = own();
  await dialog.getByLabel('Dictionary files').setInputFiles(files);
  await expect(dialog.getByText(`${D_SAE} features at`)).toBeVisible();
  await dialog.getByRole('button', { name: 'What was found in its files' }).click();
  await expect(dialog.getByText('W_enc was stored transposed.')).toBeVisible();

  const id = await page.evaluate(() => [...Object.keys(window.lacuna.state().dictionaries)].find((one) => one.startsWith('files:')) ?? '');
  expect(id).toMatch(/^files:[0-9a-f]{64}$/);
  const { hook, dSae } = await page.evaluate((dictionary) => window.lacuna.analyse('feature-activations', { prompt: 'The cat' }, { dictionary }) as Promise<{ hook: string; dSae: number }>, id);
  expect({ hook, dSae }).toEqual({ hook: HOOK, dSae: D_SAE });

  const [download] = await Promise.all([page.waitForEvent('download'), dialog.getByRole('button', { name: 'Export as SAELens' }).click()]);
  const zip = unzipSync(new Uint8Array(readFileSync(await download.path())));
  expect(Object.keys(zip)).toEqual(['cfg.json', 'sae_weights.safetensors']);
  // What was exported is the same dictionary again, now the usual way round.
  await dialog.getByRole('listitem', { name: id }).getByRole('button', { name: 'Close' }).click();
  await expect(dialog.getByText(`${D_SAE} features at`)).toHaveCount(0);
  await dialog.getByLabel('Dictionary files').setInputFiles(Object.entries(zip).map(([name, bytes]) => part(name, Buffer.from(bytes))));
  await expect(dialog.getByRole('listitem', { name: id })).toBeVisible();
});

test('a dictionary that is read wrongly is noticed, its other readings are tried, and the right one is taken', async ({ page }) => {
  const misread = `catalogue:lacuna-16m/${HOOK}#normalize=layer_norm`;
  const layout = [{ size: 100, panels: [{ id: 'text-features', size: 100 }] }];
  await openApp(page, hashOf({ document: { layout, sampling: SHORT, panelSettings: { 'text-features': { dictionary: misread } } } }));
  const features = panel(page, 'Features of this text');
  await expect(features.getByText('This dictionary may not fit')).toBeVisible();
  await features.getByRole('button', { name: 'Try other readings' }).click();
  const readings = features.getByRole('table', { name: /read otherwise/ });
  const best = readings.getByRole('row').nth(1);
  await expect(best.getByRole('rowheader')).toHaveText('without layer norm');
  await best.getByRole('button', { name: 'Read it so' }).click();
  await expect.poll(async () => (await documentOf(page)).panelSettings['text-features']?.['dictionary']).toBe(`catalogue:lacuna-16m/${HOOK}#normalize=none`);
  await expect(features.getByText('This dictionary may not fit')).toHaveCount(0);
  await expect(features.getByRole('region', { name: 'fit of the dictionary to this text' })).toContainText(/explained variance\s*[789]\d\.\d%/);
});
