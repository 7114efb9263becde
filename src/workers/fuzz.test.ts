import { expect, it } from 'vitest';
import { FILE_ERRORS, fuzz, NETWORK_ERRORS } from '../testing/fuzz';
import { nodeTokenizerThreads } from './test-threads';
import { threadedTokenizers } from './tokenizer-thread';

/** A slice in every run of the tests; `npm run fuzz` asks for the whole. */
const count = Number(process.env['FUZZ_COUNT'] ?? 600);
const seed = Number(process.env['FUZZ_SEED'] ?? 20261122);
const isWhole = count >= 10_000;
/** Each class of errors is met at least as often in the whole; the slice is too small for that. */
const LEAST = isWhole ? 50 : 1;
/** Milliseconds. The slice runs beside other tests, on two cores. */
const PATIENCE = isWhole ? 2000 : 5000;

it(`says what is wrong with ${count} broken models, or loads them rightly`, async () => {
  const { hits, faults, slowest } = await fuzz({ count, seed, patience: PATIENCE, threads: threadedTokenizers(await nodeTokenizerThreads()) });
  const table = [...hits].sort((a, b) => b[1] - a[1]).map(([code, times]) => `${code.padEnd(20)} ${String(times).padStart(6)}`);
  if (isWhole) console.log([`${count} mutations, seed ${seed}, slowest ${Math.round(slowest)} ms, ${faults.length} faults`, ...table].join('\n'));
  expect(faults.slice(0, 20)).toEqual([]);
  expect([...FILE_ERRORS, ...NETWORK_ERRORS].filter((code) => (hits.get(code) ?? 0) < LEAST)).toEqual([]);
}, 1_800_000);
