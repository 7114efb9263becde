import { resolve } from 'node:path';
import { defineConfig } from '@playwright/test';
import { QUIET_FLAGS } from '../scripts/lib/browser.mjs';

/** Journeys that say how fast something comes: beside another browser on the same two cores they would measure that one. */
const ALONE = ['**/slider.spec.ts', '**/feature-steering.spec.ts'];

export default defineConfig({
  testDir: '.',
  // scripts/e2e.mjs runs one after the other, the first with two browsers: a journey waits more than it computes.
  projects: [
    { name: 'together', testIgnore: ALONE, outputDir: '../test-results/together' },
    { name: 'alone', testMatch: ALONE, outputDir: '../test-results/alone' },
  ],
  workers: 1,
  fullyParallel: false,
  forbidOnly: Boolean(process.env.CI),
  retries: 0,
  timeout: 180_000,
  expect: { timeout: 60_000 },
  // Resolved here: a relative path would start at this folder.
  reporter: process.env.E2E_REPORT ? [['list'], ['json', { outputFile: resolve(process.env.E2E_REPORT) }]] : [['list']],
  use: {
    baseURL: process.env.SITE_URL ?? 'http://127.0.0.1:5173/',
    viewport: { width: 1280, height: 800 },
    // A trace films the page all the while: where a processor has to draw, that costs as much again as the journeys themselves.
    trace: process.env.E2E_TRACE ? 'retain-on-failure' : 'off',
    screenshot: 'only-on-failure',
    launchOptions: {
      args: QUIET_FLAGS,
      ...(process.env.BROWSER_PATH ? { executablePath: process.env.BROWSER_PATH } : {}),
    },
  },
});
