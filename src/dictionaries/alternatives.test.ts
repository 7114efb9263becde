import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Dictionary, DictionaryOverrides } from '../anatomy/dictionary';
import { filesOf } from '../testing/golden';
import { alternatives, createFit, decode, encode, openDictionary, overridesText, splitOverrides, withOverrides } from '.';

const FOLDER = join(import.meta.dirname, 'golden/formats/saelens6-layer-norm');
const files = filesOf(FOLDER).filter((file) => file.name !== 'expected.json');
const open = (as: DictionaryOverrides = {}) =>
  openDictionary({ kind: 'files', name: 'made', files, as }, { signal: new AbortController().signal, onProgress: () => undefined, baseUrl: 'http://localhost/', config: null });

const N = 40;

/** 1 − explained variance of what a dictionary makes of x, where y was to be made. */
function fvu(dictionary: Dictionary, x: Float32Array, y: Float32Array): number {
  const { dOut } = dictionary.info;
  const yHat = decode(dictionary, encode(dictionary, x, N), N, x);
  const fit = createFit(y, dOut, 0);
  for (let pos = 0; pos < N; pos += 1) fit.add(pos, yHat.subarray(pos * dOut, (pos + 1) * dOut));
  return 1 - fit.explainedVariance();
}

it('finds among the alternatives the way in which a dictionary was meant, and its name opens it so', async () => {
  const meant = await open();
  const x = Float32Array.from({ length: N * meant.info.dIn }, (_, i) => Math.sin(i * i) * 5 + 3);
  const y = decode(meant, encode(meant, x, N), N, x);
  const misread = await open({ normalizeActivations: 'none' });
  expect(fvu(misread, x, y)).toBeGreaterThan(0.1);
  const tried = alternatives(misread).map(({ label, overrides, dictionary }) => ({ label, overrides, fvu: fvu(dictionary, x, y) }));
  const best = tried.toSorted((a, b) => a.fvu - b.fvu)[0];
  expect(best).toEqual({ label: 'with every vector layer-normed first', overrides: { normalizeActivations: 'layer_norm' }, fvu: expect.closeTo(0, 6) as number });
  const again = await open(splitOverrides(overridesText(best?.overrides ?? {})).overrides);
  expect(fvu(again, x, y)).toBeCloseTo(0, 6);
});

it('what is said besides goes before what a name says itself, and a name that says nonsense stays', () => {
  expect(withOverrides('hub:a/b/c', {})).toBe('hub:a/b/c');
  expect(withOverrides('hub:a/b/c', { applyBDecToInput: true })).toBe('hub:a/b/c#bdec=yes');
  expect(withOverrides('hub:a/b/c#k=50&bdec=yes', { applyBDecToInput: false, centerInput: true })).toBe('hub:a/b/c#k=50&bdec=no&center=yes');
  expect(withOverrides('hub:a/b/c#colour=red', { centerInput: true })).toBe('hub:a/b/c#colour=red');
});
