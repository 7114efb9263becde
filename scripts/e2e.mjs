// Builds the site, serves it from a folder of a plain static host, and runs the journeys of e2e/ in a real browser.
// Arguments go to Playwright: `node scripts/e2e.mjs slider` runs one file. SITE_FOLDER names a built site to use as it is,
// E2E_REPORT a folder for the reports.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'vite';
import { findBrowser } from './lib/browser.mjs';
import { serve } from './lib/serve.mjs';

const browser = await findBrowser();
console.log(`browser: ${browser}`);
const given = process.env.SITE_FOLDER;
// A folder of its own: dist/ may be rebuilt by somebody else in the meantime.
const folder = given ? resolve(given) : mkdtempSync(join(tmpdir(), 'lacuna-site-'));
process.on('exit', () => given || rmSync(folder, { recursive: true, force: true }));
if (!given) await build({ logLevel: 'warn', build: { outDir: folder, emptyOutDir: true } });
const site = await serve({ '/lab/lacuna/': folder, '/goldens/': resolve('src/engine/golden') });
const isolated = await serve(
  { '/': folder },
  { headers: { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' } },
);
const pass = (project, workers) =>
  new Promise((done) => {
    const args = ['playwright', 'test', '--config', 'e2e/playwright.config.ts', '--project', project, '--workers', String(workers), '--pass-with-no-tests'];
    const child = spawn('npx', [...args, ...process.argv.slice(2)], {
      stdio: 'inherit',
      shell: process.platform === 'win32',
      env: {
        ...process.env,
        BROWSER_PATH: browser,
        SITE_URL: `${site.url}/lab/lacuna/`,
        GOLDENS_URL: `${site.url}/goldens/`,
        ISOLATED_URL: `${isolated.url}/`,
        // Each pass leaves a report of its own beside the other's.
        ...(process.env.E2E_REPORT ? { E2E_REPORT: `${process.env.E2E_REPORT}/${project}.json` } : {}),
      },
    });
    child.on('exit', (status) => done(status ?? 1));
  });
const codes = [await pass('together', 2), await pass('alone', 1)];
await Promise.all([site.close(), isolated.close()]);
process.exit(Math.max(...codes));
