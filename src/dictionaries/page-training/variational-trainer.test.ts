import { describe, expect, it } from 'vitest';
import { decode } from '../decode';
import { encode } from '../encode';
import { exportSaelens } from '../export';
import { variationalCode } from '../variants';
import { trainedDictionary } from './dictionary';
import { evaluateOn } from './evaluate';
import { rampAt } from './recipes';
import { rateAt, Trainer } from './trainer';
import type { TrainingSettings, VariationalSettings } from './types';

const D = 16;
const COUNT = 600;
const about = { hook: 'blocks.0.hook_resid_post', name: 'small', modelName: 'm' } as const;
/** Two of 20 directions for each activation, about a mean. */
const data = Float32Array.from({ length: COUNT * D }, (_, at) => {
  const [row, i] = [Math.floor(at / D), at % D];
  const strength = (which: number) => 1.5 + Math.sin(row * 1.7 + which);
  return 3 + strength(0) * Math.sin(1 + (row % 20) * 7.1 + i * i * 0.37) + strength(1) * Math.sin(1 + ((row * 7) % 20) * 7.1 + i * i * 0.37);
});
const settingsOf = (variational: VariationalSettings, more: Partial<TrainingSettings> = {}): TrainingSettings => ({ k: 3, dSae: 48, batch: 32, steps: 300, lr: 4e-3, seed: 5, deadAfter: 2_000, variational, ...more });
const LIGHT = 0.02;
const finish = (trainer: Trainer) => {
  while (!trainer.isDone) trainer.advance();
  return trainer;
};

describe.each(['unit', 'learned', 'none'] as const)('a variational training, variance %s', (variance) => {
  const settings = settingsOf({ klCoefficient: LIGHT, variance });

  it('lets the loss fall, and tells the divergence', () => {
    const { points } = finish(new Trainer(data, D, settings));
    const mean = (name: 'loss' | 'fvu', from: number) => points.slice(from, from + 20).reduce((sum, point) => sum + point[name] / 20, 0);
    expect(mean('fvu', 280)).toBeLessThan(0.7 * mean('fvu', 0));
    expect(mean('loss', 280)).toBeLessThan(mean('loss', 0));
    expect(points.every(({ kl }) => kl !== undefined && kl > 0)).toBe(true);
    expect(points.every(({ l0 }) => l0 <= settings.k)).toBe(true);
  });

  it('gives the same numbers for the same seed, others for another', () => {
    const short = { ...settings, steps: 40 };
    const one = finish(new Trainer(data, D, short));
    const again = finish(new Trainer(data, D, short));
    expect(again.result()).toEqual(one.result());
    expect(again.points).toEqual(one.points);
    expect(finish(new Trainer(data, D, { ...short, seed: 6 })).result().W_dec).not.toEqual(one.result().W_dec);
  });

  it('stopped and taken up again it gives the same numbers as without the stop', () => {
    const short = { ...settings, steps: 90, deadAfter: 100 };
    const whole = finish(new Trainer(data, D, short));
    const before = new Trainer(data, D, short);
    for (let i = 0; i < 47; i += 1) before.advance();
    const kept = structuredClone(before.state());
    before.advance(); // what was given out is a copy
    const after = finish(new Trainer(data, D, kept.settings, kept));
    expect(after.result()).toEqual(whole.result());
    expect(after.points).toEqual(whole.points);
    expect(after.state()).toEqual(whole.state());
  });

  it('opens as a dictionary that encodes as a variational one does at evaluation', async () => {
    const trained = finish(new Trainer(data, D, { ...settings, steps: 60 })).result();
    const dictionary = await trainedDictionary(trained, about);
    expect(dictionary.info).toMatchObject({ name: 'small, vSAE', architecture: 'vsae', spec: { encoder: 'topk', k: 3 } });
    expect(dictionary.info.notes.join(' ')).toMatch(/c_KL 0\.02.*exported as that, since SAELens has no vSAE/);
    const written = JSON.parse(new TextDecoder().decode(exportSaelens(dictionary)['cfg.json'])) as unknown;
    expect(written).toMatchObject({ architecture: 'topk', k: 3, metadata: { exported_from: expect.stringMatching(/^trained in this page as a vSAE, trained:/) as string } });
    const f = encode(dictionary, data, COUNT);
    const y = decode(dictionary, f, COUNT, data);
    for (const pos of [0, 7, 300]) {
      const centred = Float32Array.from({ length: D }, (_, i) => data[pos * D + i]! - trained.b_dec[i]!);
      const code = variationalCode({ ...dictionary.weights, variance: null }, centred, 3);
      code.f.forEach((value, feature) => expect(f[pos * 48 + feature]).toBeCloseTo(value, 4));
      code.xHat.forEach((value, i) => expect(y[pos * D + i]).toBeCloseTo(value, 4));
    }
    const fires = f.filter((value) => value > 0).length / COUNT;
    expect(fires).toBeCloseTo(evaluateOn(trained, data).l0, 6);
  });
});

describe('the noise', () => {
  it('is drawn where there is a variance: without, the same start gives another first step', () => {
    const lossOf = (variance: VariationalSettings['variance']) => {
      const trainer = new Trainer(data, D, settingsOf({ klCoefficient: 0, variance }));
      trainer.advance();
      return trainer.points[0]!.loss;
    };
    expect(new Set((['unit', 'learned', 'none'] as const).map(lossOf)).size).toBe(3);
  });

  it('is left out of L0 and of who is dead', () => {
    const trainer = finish(new Trainer(data, D, settingsOf({ klCoefficient: 50, variance: 'unit' }, { deadAfter: 640 })));
    const { l0, dead } = trainer.points.at(-1)!;
    // With noise no entry is 0, so every token would have its 3, and each feature would be among them now and then.
    expect(l0).toBeLessThan(2);
    expect(dead).toBeGreaterThan(0.3);
  });
});

it('decoder rows begin at a length of 0.1 and are not held to it', () => {
  const trainer = new Trainer(data, D, settingsOf({ klCoefficient: LIGHT, variance: 'none' }));
  const length = () => Math.hypot(...trainer.state().parameters.W_dec.subarray(0, D));
  expect(length()).toBeCloseTo(0.1, 6);
  finish(trainer);
  expect(Math.abs(length() - 0.1)).toBeGreaterThan(0.01);
});

it('the weight of the divergence rises over the first tenth, the learning rate over 200 steps or 2%', () => {
  expect([0, 50, 100, 900].map((step) => rampAt(step, 1000))).toEqual([0, 0.5, 1, 1]);
  expect(rampAt(0, 5)).toBe(1);
  expect(rateAt(100, 1000, 200)).toBe(0.5);
  expect(rateAt(500, 1000, 200)).toBe(1);
  expect(rateAt(900, 1000, 200)).toBeCloseTo(0.505);
});
