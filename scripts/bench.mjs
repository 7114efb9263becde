// Compares Lacuna with onnxruntime-web on the same weights in one page, and writes the figures to bench/results/.
//   npm run bench                     WASM on one thread, and WebGPU where there is an adapter
//   npm run bench -- --backend wasm   one backend alone
//   npm run bench -- --storage        Lacuna alone: float32, float16 and int8 weights, in one page
//   npm run bench -- --software       lets a software adapter count as a GPU (says nothing about speed on a real one)
import { mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { build } from 'vite';
import { QUIET_FLAGS, SOFTWARE_GPU_FLAGS, findBrowser } from './lib/browser.mjs';
import { serve } from './lib/serve.mjs';

const { values: args } = parseArgs({
  options: {
    backend: { type: 'string', multiple: true, default: ['wasm', 'webgpu'] },
    model: { type: 'string', default: 'lacuna-16m' },
    software: { type: 'boolean', default: false },
    storage: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '9' },
    'prompt-tokens': { type: 'string', default: '64' },
    'new-tokens': { type: 'string', default: '33' },
  },
});

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const ratios = (ours, peers) => peers.map((peer, i) => peer / ours[i]);

const executablePath = await findBrowser();
await build({ configFile: 'bench/vite.config.ts', logLevel: 'warn' });
const site = await serve({ '/': resolve('.cache/bench') });
const browser = await chromium.launch({ executablePath, args: [...QUIET_FLAGS, ...(args.software ? SOFTWARE_GPU_FLAGS : [])] });
const rows = [];
for (const backend of args.backend) {
  const page = await browser.newPage();
  page.on('console', (message) => message.type() === 'error' && console.error(message.text()));
  await page.goto(`${site.url}/index.html`);
  await page.waitForFunction(() => window.bench !== undefined);
  const adapter = await page.evaluate(async () => {
    const found = await navigator.gpu?.requestAdapter();
    return found ? { software: found.info.isFallbackAdapter || found.info.architecture === 'swiftshader' } : null;
  });
  if (backend === 'webgpu' && (adapter === null || (adapter.software && !args.software))) {
    console.log(`webgpu: ${adapter === null ? 'no adapter here' : 'only a software adapter here (--software measures it all the same)'}, left out.`);
    continue;
  }
  if (args.storage) {
    await benchStorage(page, backend);
    await page.close();
    continue;
  }
  const options = {
    model: args.model,
    backend,
    promptTokens: Number(args['prompt-tokens']),
    newTokens: Number(args['new-tokens']),
    rounds: Number(args.rounds),
    warmUpMs: 3000,
  };
  const result = await page.evaluate((given) => window.bench(given), options);
  const prefill = ratios(result.lacuna.prefill, result.peer.prefill);
  const decode = ratios(result.lacuna.decode, result.peer.decode);
  const row = {
    backend,
    device: result.device,
    software: result.software,
    sameTokens: result.sameTokens,
    'prefill ms': median(result.lacuna.prefill).toFixed(1),
    'peer prefill ms': median(result.peer.prefill).toFixed(1),
    'prefill ratio': median(prefill).toFixed(2),
    'decode ms': median(result.lacuna.decode).toFixed(2),
    'peer decode ms': median(result.peer.decode).toFixed(2),
    'decode ratio': median(decode).toFixed(2),
  };
  rows.push(row);
  mkdirSync('bench/results', { recursive: true });
  const record = { date: new Date().toISOString().slice(0, 10), peerEngine: 'onnxruntime-web 1.30.0', ...row, ratios: { prefill, decode }, ...result };
  writeFileSync(`bench/results/${backend}${result.software ? '-software' : ''}.json`, `${JSON.stringify(record, null, 1)}\n`);
  await page.close();
}
await browser.close();
await site.close();
if (!args.storage) console.log('ratio = peer time / our time, median over rounds in one page: above 1 Lacuna is faster.');
if (!args.storage) console.table(rows);

/** Lacuna against itself: the same weights in each storage, in turn in one page. */
async function benchStorage(page, backend) {
  const options = { model: args.model, backend, promptTokens: Number(args['prompt-tokens']), newTokens: Number(args['new-tokens']), rounds: Number(args.rounds) };
  const result = await page.evaluate((given) => window.benchStorage(given), options);
  const summary = Object.fromEntries(
    Object.entries(result.times).map(([storage, { prefill, decode }]) => [
      storage,
      {
        'kept as': result.kept[storage],
        'prefill ms': median(prefill).toFixed(1),
        'decode ms': median(decode).toFixed(2),
        'prefill, float32 over this': median(ratios(prefill, result.times.float32.prefill)).toFixed(2),
        'decode, float32 over this': median(ratios(decode, result.times.float32.decode)).toFixed(2),
      },
    ]),
  );
  mkdirSync('bench/results', { recursive: true });
  const record = { date: new Date().toISOString().slice(0, 10), backend, summary, ...result };
  writeFileSync(`bench/results/${backend}-storage.json`, `${JSON.stringify(record, null, 1)}\n`);
  console.table(summary);
}
