// Runs the reference models in a real browser on every backend and compares with PyTorch's activations.
//   npm run parity                         all folders and backends; exits 1 when an error is too large or a token differs
//   npm run parity -- --model gpt2 --backend wasm
//   npm run parity -- --no-storage          leaves out the models kept in float16 and int8
//   npm run parity -- --write              also writes the table to docs/parity.md
// Reads ../shared/goldens; without it, the copies in src/engine/golden.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { build } from 'vite';
import { QUIET_FLAGS, SOFTWARE_GPU_FLAGS, findBrowser } from './lib/browser.mjs';
import { readFloat32 } from './lib/safetensors.mjs';
import { STORAGES, storageFolders, STORAGE_MODELS } from './lib/storage-parity.mjs';
import { serve } from './lib/serve.mjs';

/** Largest allowed |error| as a share of the largest |value| of the tensor. */
const TOLERANCE = 1e-4;
const BACKENDS = ['cpu', 'wasm', 'webgl', 'webgpu'];

const { values: args } = parseArgs({
  options: {
    model: { type: 'string', multiple: true },
    backend: { type: 'string', multiple: true, default: BACKENDS },
    write: { type: 'boolean', default: false },
    'no-storage': { type: 'boolean', default: false },
  },
});

const shared = resolve('../shared/goldens');
const root = existsSync(shared) ? shared : resolve('src/engine/golden');
const modelsRoot = existsSync(join(root, 'models')) ? join(root, 'models') : root;
const folders = readdirSync(modelsRoot)
  .filter((name) => existsSync(join(modelsRoot, name, 'golden.json')) && existsSync(join(modelsRoot, name, 'config.json')))
  .map((name) => ({ name, path: join(modelsRoot, name), url: `/goldens/${name}/` }));
if (existsSync(join(root, 'stories260k'))) folders.push({ name: 'stories260k', path: join(root, 'stories260k'), url: '/stories260k/' });
const chosen = folders.filter(({ name }) => args.model === undefined || args.model.includes(name));

const executablePath = await findBrowser();
await build({ logLevel: 'warn' });
const rounded = args['no-storage'] ? null : storageFolders(chosen.filter(({ name }) => STORAGE_MODELS.includes(name)));
const site = await serve({
  '/app/': resolve('dist'),
  '/goldens/': modelsRoot,
  '/stories260k/': join(root, 'stories260k'),
  ...(rounded === null ? {} : { '/rounded/': rounded.path }),
});
const browser = await chromium.launch({ executablePath, args: [...QUIET_FLAGS, ...SOFTWARE_GPU_FLAGS] });

/** In the page: runs a model over the golden's ids and gives every compared array as base64. */
async function inPage({ url, storage, ids, greedyFrom, greedyCount }) {
  const base64 = (array) => {
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    let text = '';
    for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
    return btoa(text);
  };
  await window.lacuna.loadModel(url, storage === undefined ? {} : { storage });
  const { nLayers, backend, storage: kept, storedDtype } = window.lacuna.model;
  const arrays = {};
  if (ids !== null) {
    const blocks = Array.from({ length: nLayers }, (_, l) => l);
    const resid = blocks.map((l) => `blocks.${l}.hook_resid_post`);
    const pattern = blocks.map((l) => `blocks.${l}.attn.hook_pattern`);
    const run = await window.lacuna.run({ ids, logits: true, capture: ['blocks.0.hook_resid_pre', ...resid, ...pattern] });
    arrays['logits'] = base64(run.logits.data);
    arrays['resid_pre.0'] = base64(run.activations['blocks.0.hook_resid_pre'].data);
    blocks.forEach((l) => {
      arrays[`resid_post.${l}`] = base64(run.activations[resid[l]].data);
      arrays[`pattern.${l}`] = base64(run.activations[pattern[l]].data);
    });
  }
  const before = window.lacuna.numTensors();
  const greedy = await window.lacuna.run({ ids: greedyFrom, generate: { maxNewTokens: greedyCount, temperature: 0, stopAtEnd: false } });
  const leaked = (await window.lacuna.numTensors()) - (await before);
  return { backend, kept, storedDtype, arrays, greedy: greedy.generated.ids, leaked };
}

const decode = (text) => {
  const bytes = Uint8Array.from(Buffer.from(text, 'base64'));
  return new Float32Array(bytes.buffer);
};

/** Largest |difference|, and the same as a share of the largest |value|. Infinite when the sizes or a NaN don't fit. */
function compare(actual, expected) {
  if (actual === undefined || actual.length !== expected.length) return { error: Infinity, share: Infinity };
  let error = 0;
  let largest = 0;
  for (let i = 0; i < expected.length; i += 1) {
    const difference = Math.abs(actual[i] - expected[i]);
    error = Number.isNaN(difference) ? Infinity : Math.max(error, difference);
    largest = Math.max(largest, Math.abs(expected[i]));
  }
  return { error, share: error / largest };
}

const rows = [];
/** Models kept otherwise than they are stored. */
const storageRows = [];
for (const backend of args.backend) {
  const page = await browser.newPage();
  await page.goto(`${site.url}/app/`);
  await page.evaluate((name) => window.lacuna.setBackend(name), backend);
  for (const { name, path, url } of chosen) {
    const golden = JSON.parse(readFileSync(join(path, 'golden.json'), 'utf8'));
    const tensors = existsSync(join(path, 'golden.safetensors')) ? readFloat32(join(path, 'golden.safetensors')) : {};
    // stories260K has tokens alone: 199 greedy ones from BOS.
    const whole = golden.greedy_from_8 ?? golden.greedy ?? golden.greedy_from_bos;
    const greedyFrom = golden.greedy_from_8 ? golden.input_ids.slice(0, 8) : [1];
    const expected = whole.slice(0, greedyFrom.length).every((id, i) => id === greedyFrom[i]) ? whole.slice(greedyFrom.length) : whole;
    const row = { model: name, backend };
    try {
      const ids = golden.input_ids ?? null;
      const found = await page.evaluate(inPage, { url: site.url + url, ids, greedyFrom, greedyCount: expected.length });
      if (found.backend !== backend) throw new Error(`ran on ${found.backend}`);
      row.kept = found.kept;
      // WebGL has no programs for two-byte weights: there they are float32.
      if (found.kept !== (backend === 'webgl' ? 'float32' : found.storedDtype)) throw new Error(`${found.storedDtype} is kept as ${found.kept}`);
      const kinds = { logits: [], resid_post: [], pattern: [] };
      for (const [tensor, { data }] of Object.entries(tensors)) {
        const kind = Object.keys(kinds).find((prefix) => tensor.startsWith(prefix)) ?? 'resid_post';
        kinds[kind].push(compare(decode(found.arrays[tensor] ?? ''), data));
      }
      for (const [kind, list] of Object.entries(kinds))
        row[kind] = list.length === 0 ? '' : Math.max(...list.map(({ error }) => error)).toExponential(1);
      const shares = Object.values(kinds).flat().map(({ share }) => share);
      row['largest share'] = shares.length === 0 ? '' : Math.max(...shares).toExponential(1);
      row.greedy = found.greedy.join() === expected.join() ? `equal (${expected.length})` : 'DIFFERENT';
      row.leaked = found.leaked;
      row.ok = shares.every((share) => share < TOLERANCE) && row.greedy !== 'DIFFERENT' && found.leaked === 0;
    } catch (error) {
      row.greedy = String(error.message ?? error).split('\n')[0];
      row.ok = false;
    }
    rows.push(row);
    console.log(Object.values(row).join('  '));
  }
  for (const { name, path, url, roundedUrls } of rounded?.models ?? [])
    for (const storage of STORAGES) {
      const golden = JSON.parse(readFileSync(join(path, 'golden.json'), 'utf8'));
      const row = { model: name, backend, 'asked for': storage };
      try {
        const question = { ids: golden.input_ids, greedyFrom: golden.input_ids.slice(0, 8), greedyCount: 8 };
        const given = await page.evaluate(inPage, { ...question, url: site.url + url, storage });
        const right = await page.evaluate(inPage, { ...question, url: site.url + roundedUrls[storage], storage: 'float32' });
        row.kept = given.kept;
        const isKept = given.kept === storage;
        const shares = Object.keys(right.arrays).map((name_) => compare(decode(given.arrays[name_] ?? ''), decode(right.arrays[name_])).share);
        const { data } = readFloat32(join(path, 'golden.safetensors')).logits;
        const off = compare(decode(given.arrays.logits), data).share;
        // Where a backend can't, it keeps float32 and says so: then the numbers are those of the file.
        row['against its rounded weights'] = isKept ? Math.max(...shares).toExponential(1) : '';
        row['logits against the file'] = off.toExponential(1);
        row.greedy = given.greedy.join() === (isKept ? right.greedy.join() : given.greedy.join()) ? 'equal (8)' : 'DIFFERENT';
        row.leaked = given.leaked;
        row.ok = row.greedy !== 'DIFFERENT' && given.leaked === 0 && (isKept ? shares.every((share) => share < TOLERANCE) : backend === 'webgl' && given.kept === 'float32' && off < TOLERANCE);
      } catch (error) {
        row.greedy = String(error.message ?? error).split('\n')[0];
        row.ok = false;
      }
      storageRows.push(row);
      console.log(Object.values(row).join('  '));
    }
  await page.close();
}
rounded?.remove();
await browser.close();
await site.close();

const tableOf = (columns, list) =>
  [columns, columns.map(() => '---'), ...list.map((row) => columns.map((column) => row[column] ?? ''))].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
const table = tableOf(['model', 'backend', 'kept', 'logits', 'resid_post', 'pattern', 'largest share', 'greedy', 'leaked'], rows);
const storageTable = tableOf(['model', 'backend', 'asked for', 'kept', 'against its rounded weights', 'logits against the file', 'greedy', 'leaked'], storageRows);
console.log(`\n${table}\n\n${storageTable}`);
if (args.write)
  writeFileSync(
    'docs/parity.md',
    `# Parity with PyTorch

Made by \`npm run parity -- --write\`. Each reference model (random weights, float32 activations from \`transformers\`, eager attention; \`stories260k\` is a trained
model with reference tokens only) runs in ${await browserName(executablePath)} on each backend; WebGL and WebGPU are computed by a software adapter, which
shows correctness and not speed. \`logits\`, \`resid_post\` (with what enters block 0) and \`pattern\` are the largest absolute errors over all
layers; the share is of the largest value of the tensor and has to stay under ${TOLERANCE}. \`leaked\` counts tensors left behind by a generation.

Weights are kept as they are stored: \`kept\` is how (on WebGL, which has no programs for two-byte weights, as float32).

${table}

## Kept otherwise than stored

The same float32 models with their big matrices kept in float16 (rounded to the nearest) or int8 (255 steps, a scale for each output). \`against its
rounded weights\`: the largest share over logits, streams and patterns, against the same backend computing in float32 from a file whose weights were
rounded beforehand, by other code; it proves the programs right and has to stay under ${TOLERANCE}. \`logits against the file\`: what rounding the weights does to
the logits, as a share of the largest; that is the quantisation's own error, and no test limits it. These models are random and small: a trained one loses less.
Where a backend can't, it keeps float32.

${storageTable}
`,
  );
const all = [...rows, ...storageRows];
const failed = all.filter((row) => !row.ok).length;
console.log(`\n${all.length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

async function browserName(path) {
  const { execFileSync } = await import('node:child_process');
  try {
    return execFileSync(path, ['--version'], { encoding: 'utf8' }).trim().split(' built')[0];
  } catch {
    return 'a Chromium browser';
  }
}
