import { expect, test, type Page } from '@playwright/test';
import { serveFiles, type FileServer } from '../src/testing/file-server';
import { hashOf, SHORT } from './hash';
import { golden, goldenFile, openApp, settled } from './lacuna';

const weights = goldenFile('llama', 'model.safetensors');
const config = goldenFile('llama', 'config.json');
const FOLDER = 'models/tiny/';
const WEIGHTS = `${FOLDER}model.safetensors`;

let server: FileServer;
test.beforeEach(async () => {
  server = await serveFiles({ [`${FOLDER}config.json`]: config, [WEIGHTS]: weights });
});
test.afterEach(() => server.close());

/** Loads the model by its address in the dialog and gives what it writes, or what went wrong. */
async function loadByUrl(page: Page, url: string): Promise<void> {
  await page.getByRole('button', { name: /^Model/ }).click();
  const dialog = page.getByRole('dialog', { name: 'Model' });
  await dialog.getByRole('textbox', { name: /A folder with config\.json/ }).fill(url);
  await dialog.getByRole('textbox', { name: /A folder with config\.json/ }).press('Enter');
}

const greedy = (page: Page) =>
  page.evaluate(async (ids) => {
    const { generated } = await window.lacuna.run({ ids, generate: { maxNewTokens: 8, stopAtEnd: false } });
    return generated?.ids;
  }, golden('llama').input_ids.slice(0, 8));
const expected = golden('llama').greedy_from_8.slice(8, 16);
const family = (page: Page) => expect.poll(() => page.evaluate(() => window.lacuna.model?.family === 'llama' && window.lacuna.model.nLayers === 3)).toBe(true);
const count = (paths: readonly string[]) => paths.filter((path) => path === WEIGHTS).length;
const downloads = () => count(server.asked) - count(server.peeks);

async function openStored(page: Page) {
  await page.getByRole('dialog', { name: 'Model' }).getByRole('button', { name: 'Stored models' }).click();
  return page.getByRole('dialog', { name: 'Stored models' });
}

test('a model is downloaded once, listed with its size, and gone when it is deleted', async ({ page }) => {
  await openApp(page, hashOf({ document: { sampling: SHORT } }));
  await settled(page);
  await loadByUrl(page, `${server.url}${FOLDER}`);
  await family(page);
  expect(await greedy(page)).toEqual(expected);
  await expect(page.getByRole('dialog', { name: 'Model' })).toContainText('browser storage');
  expect(downloads()).toBe(1);

  // The document is kept, so the model comes by itself.
  await page.goto('about:blank');
  await openApp(page, hashOf({ document: { sampling: SHORT, model: { kind: 'url', url: `${server.url}${FOLDER}`, hash: null } } }));
  await family(page);
  expect(await greedy(page)).toEqual(expected);
  expect(downloads()).toBe(1);
  expect(server.sent.get(WEIGHTS)).toBe(weights.length);

  // On another backend the weights come from the storage too.
  await page.evaluate(() => window.lacuna.setBackend('cpu'));
  expect(await greedy(page)).toEqual(expected);
  expect(downloads()).toBe(1);

  await page.getByRole('button', { name: /^Model/ }).click();
  const stored = await openStored(page);
  const row = stored.getByRole('row', { name: /tiny/ });
  await expect(row).toContainText(`${server.url}${FOLDER}`);
  await expect(row).toContainText(`${((weights.length + config.length) / 1000).toFixed(0)} kB`);
  await expect(stored).toContainText(/This site uses .* that the browser grants it/);
  await row.getByRole('button', { name: 'Delete tiny' }).click();
  await expect(stored).toContainText('Nothing is stored.');
  await page.goto('about:blank');
  await openApp(page, hashOf({ document: { sampling: SHORT, model: { kind: 'url', url: `${server.url}${FOLDER}`, hash: null } } }));
  await family(page);
  expect(downloads()).toBe(2);
});

test('a download that was left in the middle goes on at the next visit', async ({ page }) => {
  await openApp(page, hashOf({ document: { sampling: SHORT } }));
  // The beginning was looked at before: the download goes on from there.
  server.manners.stallAfter = [100_000];
  await loadByUrl(page, `${server.url}${FOLDER}`);
  await expect(page.getByRole('dialog', { name: 'Model' })).toContainText('166 kB of');
  await page.goto('about:blank');
  await openApp(page, hashOf({ document: { sampling: SHORT } }));
  await page.getByRole('button', { name: /^Model/ }).click();
  await expect((await openStored(page)).getByRole('row', { name: /tiny/ })).toContainText('unfinished');
  await page.goto('about:blank');
  await openApp(page, hashOf({ document: { sampling: SHORT, model: { kind: 'url', url: `${server.url}${FOLDER}`, hash: null } } }));
  await family(page);
  expect(await greedy(page)).toEqual(expected);
  expect(server.ranges).toEqual([`${WEIGHTS} 65536`, `${WEIGHTS} 165536`]);
  expect(server.sent.get(WEIGHTS)).toBe(weights.length);
});

test('a model of the Hub is loaded by its name, and a gated one says what to do', async ({ page, baseURL }) => {
  server.files = { 'ours/tiny/resolve/main/config.json': config, 'ours/tiny/resolve/main/model.safetensors': weights };
  await page.route(`${baseURL ?? ''}*`, async (route) => {
    const response = await route.fetch();
    const body = await response.text();
    await route.fulfill({ response, body: body.replace('name="hub-url" content=""', `name="hub-url" content="${server.url}"`) });
  });
  await openApp(page, hashOf({ document: { sampling: SHORT } }));
  await page.getByRole('button', { name: /^Model/ }).click();
  const dialog = page.getByRole('dialog', { name: 'Model' });
  const field = dialog.getByRole('textbox', { name: /Name of a public model/ });
  server.manners.refuse = (path) => (path.startsWith('theirs/') ? { status: 401, headers: { 'x-error-code': 'GatedRepo' } } : null);
  await field.fill('theirs/large');
  await field.press('Enter');
  await expect(dialog).toContainText(/theirs\/large may only be read by people who have signed in/);
  await field.fill('ours/tiny');
  await field.press('Enter');
  await family(page);
  expect(await page.evaluate(() => window.lacuna.state().document.model)).toMatchObject({ kind: 'hub', id: 'ours/tiny', revision: 'main' });
  expect(await greedy(page)).toEqual(expected);
});

/** The weights with a vocabulary of more than a million: the header says so, and the bytes are there, all zero. */
function largeWeights(): Buffer {
  const end = 8 + Number(weights.readBigUInt64LE(0));
  const header = JSON.parse(weights.subarray(8, end).toString()) as Record<string, { shape: number[]; data_offsets: [number, number] }>;
  let at = 0;
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    entry.shape = entry.shape.map((n) => (n === 256 ? 1_200_000 : n));
    const bytes = entry.shape.reduce((product, n) => product * n, 4);
    entry.data_offsets = [at, at + bytes];
    at += bytes;
  }
  const text = Buffer.from(JSON.stringify(header));
  const file = Buffer.alloc(8 + text.length + at);
  file.writeBigUInt64LE(BigInt(text.length), 0);
  text.copy(file, 8);
  return file;
}

test('a large model says what it takes by its own headers, and is loaded only when somebody agrees', async ({ page }) => {
  const large = { ...(JSON.parse(config.toString()) as Record<string, unknown>), vocab_size: 1_200_000 };
  server.files[`${FOLDER}config.json`] = Buffer.from(JSON.stringify(large));
  await openApp(page, hashOf({ document: { sampling: SHORT } }));
  await loadByUrl(page, `${server.url}${FOLDER}`);
  const dialog = page.getByRole('dialog', { name: 'Model' });
  // The weights are those of the small one: that is told before they are downloaded.
  await expect(dialog).toContainText(/config\.json calls for \[1200000, 32\]/);
  server.files[WEIGHTS] = largeWeights();
  server.manners.etag = 'large';
  const field = dialog.getByRole('textbox', { name: /A folder with config\.json/ });
  await field.press('Enter');
  await expect(dialog).toContainText('is large.');
  await expect(dialog).toContainText('307 MB as float32, 154 MB as float16, 86.4 MB as int8');
  await expect(dialog).toContainText('float32, 30 tensors');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(dialog).not.toContainText('is large.');
  expect(downloads()).toBe(0);
  await field.press('Enter');
  server.manners.stallAfter = [100_000];
  await dialog.getByRole('button', { name: 'Load it' }).click();
  await expect(dialog).toContainText('of 307 MB');
  expect(downloads()).toBe(1);
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(dialog).toContainText('In use: lacuna-16m');
});

test('a full storage is told in words, and nothing that is stored is lost', async ({ page, context }) => {
  const other = Buffer.from(weights);
  other[other.length - 1] = (other.at(-1) ?? 0) ^ 1;
  for (const name of ['second', 'third']) Object.assign(server.files, { [`models/${name}/config.json`]: config, [`models/${name}/model.safetensors`]: other });
  const cdp = await context.newCDPSession(page);
  const limit = (quotaSize: number) => cdp.send('Storage.overrideQuotaForOrigin', { origin: new URL(page.url()).origin, quotaSize });
  const used = () => page.evaluate(async () => (await navigator.storage.estimate()).usage ?? 0);
  const notices = page.getByRole('region', { name: 'Notices' });
  await openApp(page, hashOf({ document: { sampling: SHORT } }));
  await loadByUrl(page, `${server.url}${FOLDER}`);
  await family(page);
  await expect.poll(() => downloads()).toBe(1);

  // A download that finds no room from the beginning.
  await limit((await used()) + 60_000);
  const dialog = page.getByRole('dialog', { name: 'Model' });
  const field = dialog.getByRole('textbox', { name: /A folder with config\.json/ });
  await field.fill(`${server.url}models/second/`);
  await field.press('Enter');
  await expect(dialog).toContainText('weights re-read frommemory');
  await expect(notices).toContainText(/model\.safetensors is not stored in this browser: (it needs 189 kB|this browser's storage is full)/);
  expect(await greedy(page)).toHaveLength(8);

  // One that was begun while there was room, and goes on when there is none.
  await limit((await used()) + 10_000_000);
  server.manners.stallAfter = [100_000];
  await field.fill(`${server.url}models/third/`);
  await field.press('Enter');
  await expect(dialog).toContainText('166 kB of');
  await page.goto('about:blank');
  await openApp(page, hashOf({ document: { sampling: SHORT } }));
  await limit((await used()) + 5_000);
  await loadByUrl(page, `${server.url}models/third/`);
  await expect(notices).toContainText("model.safetensors is not stored in this browser: this browser's storage is full.");
  await family(page); // what was there before is in memory too
  await expect(dialog).toContainText('weights re-read frommemory');
  expect(server.ranges.at(-1)).toBe('models/third/model.safetensors 165536');
  expect(await greedy(page)).toHaveLength(8);

  // What was stored before is still there, and is all that room is made of.
  await page.goto('about:blank');
  await openApp(page, hashOf({ document: { sampling: SHORT, model: { kind: 'url', url: `${server.url}${FOLDER}`, hash: null } } }));
  await family(page);
  expect(await greedy(page)).toEqual(expected);
  expect(downloads()).toBe(1);
  await page.getByRole('button', { name: /^Model/ }).click();
  const stored = await openStored(page);
  await stored.getByRole('button', { name: 'Delete all' }).click();
  await expect(stored).toContainText('Nothing is stored.');

  // The browser decides whether it keeps what is stored; it is asked, and its answer is told.
  await stored.getByRole('button', { name: 'Keep it' }).click();
  await expect(stored).toContainText('The browser did not agree to keep it');
});
