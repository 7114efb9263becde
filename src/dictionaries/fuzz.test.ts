import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { expect, it, vi } from 'vitest';
import { DICTIONARY_ERRORS, fuzzDictionaries } from '../testing/fuzz-dictionaries';

/** A slice in every run of the tests; `npm run fuzz` asks for the whole. */
const count = Number(process.env['FUZZ_COUNT'] ?? 2000);
const seed = Number(process.env['FUZZ_SEED'] ?? 20261122);
const isWhole = count >= 10_000;
/** Each class of errors is met at least as often in the whole; the slice is too small for that. */
const LEAST = isWhole ? 10 : 1;
/** Milliseconds. The slice runs beside other tests, on two cores. */
const PATIENCE = isWhole ? 2000 : 5000;

it(`says what is wrong with ${count} broken dictionaries, or opens them rightly, and runs nothing of them`, async () => {
  const evaluated = vi.spyOn(globalThis, 'eval');
  const made = vi.spyOn(globalThis, 'Function');
  const source = xoroshiro128plus(seed);
  const { hits, faults, slowest } = await fuzzDictionaries(count, (n) => uniformInt(source, 0, Math.max(0, Math.floor(n) - 1)), PATIENCE);
  const table = [...hits].sort((a, b) => b[1] - a[1]).map(([code, times]) => `${code.padEnd(24)} ${String(times).padStart(6)}`);
  if (isWhole) console.log([`${count} broken dictionaries, seed ${seed}, slowest ${Math.round(slowest)} ms, ${faults.length} faults`, ...table].join('\n'));
  expect(faults.slice(0, 20)).toEqual([]);
  expect(DICTIONARY_ERRORS.filter((code) => (hits.get(code) ?? 0) < LEAST)).toEqual([]);
  expect(hits.get('opened')).toBeGreaterThan(count / 20);
  expect(evaluated).not.toHaveBeenCalled();
  expect(made).not.toHaveBeenCalled();
}, 1_800_000);
