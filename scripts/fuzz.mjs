// Breaks a tiny model, and dictionaries of every format, in 10,000 ways and more and prints how each kind of error was met: `npm run fuzz -- --count 20000 --seed 7`.
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { count: { type: 'string', default: '12000' }, seed: { type: 'string', default: '20261122' } } });
const child = spawn('npx', ['vitest', 'run', 'src/workers/fuzz.test.ts', 'src/dictionaries/fuzz.test.ts', '--disable-console-intercept'], {
  stdio: 'inherit',
  shell: process.platform === 'win32',
  env: { ...process.env, FUZZ_COUNT: values.count, FUZZ_SEED: values.seed },
});
child.on('exit', (code) => process.exit(code ?? 1));
