import { expect, it } from 'vitest';
import { decode } from '../decode';
import { encode } from '../encode';
import { trainedDictionary } from './dictionary';
import { evaluateOn } from './evaluate';
import { gatesOf } from './gates';
import { Trainer } from './trainer';

it('a trained dictionary computes in the app what it computed in the training', async () => {
  const d = 8;
  const data = Float32Array.from({ length: 200 * d }, (_, i) => 3 + Math.sin(i * 0.7) * Math.cos(i * i * 0.013));
  const trainer = new Trainer(data, d, { k: 2, dSae: 16, batch: 16, steps: 50, lr: 1e-2, seed: 1, deadAfter: 1000 });
  while (!trainer.isDone) trainer.advance();
  const trained = trainer.result();
  const dictionary = await trainedDictionary(trained, { hook: 'blocks.0.hook_resid_post', name: 'small', modelName: 'm' });
  expect(dictionary.info.id).toMatch(/^trained:[0-9a-f]{64}$/);
  const f = encode(dictionary, data, 200);
  const y = decode(dictionary, f, 200, data);
  const expected = evaluateOn(trained, data);
  expect(f.filter((value) => value > 0).length / 200).toBeCloseTo(expected.l0, 6);
  const mean = Array.from({ length: d }, (_, i) => data.reduce((sum, value, at) => (at % d === i ? sum + value / 200 : sum), 0));
  const error = data.reduce((sum, value, i) => sum + (value - y[i]!) ** 2, 0);
  const spread = data.reduce((sum, value, i) => sum + (value - mean[i % d]!) ** 2, 0);
  expect(error / spread).toBeCloseTo(expected.fvu, 5);
  // Another training, another name.
  const other = await trainedDictionary({ ...trained, k: 3 }, { hook: 'blocks.0.hook_resid_post', name: 'small', modelName: 'm' });
  expect(other.info.id).not.toBe(dictionary.info.id);
});

it('gates pass below and above their limits, and not where nothing was measured', () => {
  expect(gatesOf({ fvu: 0.29, dead: 0.19, recovered: 0.91 }).map(({ passed }) => passed)).toEqual([true, true, true]);
  expect(gatesOf({ fvu: 0.3, dead: 0.2, recovered: 0.9 }).map(({ passed }) => passed)).toEqual([false, false, false]);
  expect(gatesOf({ fvu: 0, dead: 0, recovered: null })[2]).toEqual({ name: 'recovered', value: null, limit: 0.9, passed: false });
});
