// Everything that `npm test` promises: types, lint, unit, end to end. Goes on after a failure, so that one run shows all of it.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';

const cache = '.cache/test';
rmSync(cache, { recursive: true, force: true });
mkdirSync(cache, { recursive: true });

const run = (label, command, env = {}) =>
  new Promise((done) => {
    console.log(`\n── ${label}: ${command.join(' ')}`);
    const [program, ...args] = command;
    const child = spawn(program, args, { stdio: 'inherit', shell: process.platform === 'win32', env: { ...process.env, ...env } });
    child.on('exit', (code) => done(code ?? 1));
  });

/** The counts in a report file; a runner that left none has failed as a whole. */
function counts(file, read) {
  try {
    return read(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

const total = { passed: 0, failed: 0, skipped: 0 };
const add = (part) => Object.keys(total).forEach((key) => (total[key] += part[key]));
const check = async (label, command) => {
  const code = await run(label, command);
  add({ passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 });
};

// One after the other they would leave half of two cores idle.
await Promise.all([check('types', ['npx', 'tsc', '--noEmit']), check('lint', ['npx', 'eslint', '.', '--max-warnings', '0'])]);

const unit = `${cache}/unit.json`;
const unitCode = await run('unit', ['npx', 'vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${unit}`]);
const unitCounts = counts(unit, (report) => ({
  passed: report.numPassedTests,
  failed: report.numFailedTests,
  skipped: report.numPendingTests + report.numTodoTests,
}));
// A file that can't even be loaded, or an error outside every test, fails the run without a failed test.
if (unitCode !== 0 && unitCounts.failed === 0) unitCounts.failed = 1;
add(unitCounts);

const e2e = `${cache}/e2e`;
const e2eCode = await run('end to end', ['node', 'scripts/e2e.mjs'], { E2E_REPORT: e2e });
const e2eCounts = ['together', 'alone'].map((pass) =>
  counts(`${e2e}/${pass}.json`, ({ stats }) => ({ passed: stats.expected + stats.flaky, failed: stats.unexpected, skipped: stats.skipped })),
);
if (e2eCode !== 0 && e2eCounts.every(({ failed }) => failed === 0)) add({ passed: 0, failed: 1, skipped: 0 });
e2eCounts.forEach(add);

console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed === 0 ? 0 : 1);
