import { expect, it } from 'vitest';
import { fixtureModel } from '../fixture-store';
import { initialValues } from '../../lib/params';
import { hookOf, requestOf } from './plan';
import { settings } from './settings';
import { dataWords, gateWords, variationalWords } from './words';

const info = fixtureModel(3, 2);
const knobs = initialValues(settings);
const set = { id: 's', name: 's.txt', prompts: ['a'], run: null };

it('a layer that the model doesn’t have is its last one, and k is no more than there are features', () => {
  expect(hookOf({ point: 'hook_resid_post', layer: 200 }, info)).toBe('blocks.2.hook_resid_post');
  expect(requestOf({ ...knobs, k: 100, width: '1' }, info, set)?.settings).toMatchObject({ k: 16, dSae: 16 });
});

it('asks for a TopK dictionary, or for a variational one with its own learning rate', () => {
  expect(requestOf(knobs, info, set)?.settings).toMatchObject({ lr: 0.001 });
  expect(requestOf(knobs, info, set)?.settings).not.toHaveProperty('variational');
  expect(requestOf({ ...knobs, architecture: 'vsae' }, info, set)?.settings).toMatchObject({ lr: 0.0005, variational: { klCoefficient: 500, variance: 'unit' } });
  expect(variationalWords({ klCoefficient: 500, variance: 'none' })).toBe('vSAE, variance 1 without noise, c_KL 500');
});

it('says what was left out, cut and repeated', () => {
  const request = requestOf({ ...knobs, steps: 10, batch: '64' }, info, set)!;
  const data = { prompts: 2, tokens: 64, heldOutPrompts: [], heldOutTokens: 0, leftOut: 3, cut: 1, empty: 1 };
  expect(dataWords(data, request)).toBe(
    "64 tokens of 2 prompts, start tokens left out; too few prompts to hold any back; 1 prompt cut to the model's context; 1 prompt without a token; 3 prompts left out: memory for activations is full. The set is repeated: by the end each token is seen 10 times.",
  );
  expect(dataWords({ ...data, tokens: 1000 }, request)).not.toContain('repeated');
});

it('writes gates as sentences', () => {
  expect(gateWords({ name: 'fvu', value: 0.25, limit: 0.3, passed: true })).toBe('Unexplained variance 0.250, to be below 0.3: reached.');
  expect(gateWords({ name: 'dead', value: 0.031, limit: 0.2, passed: true })).toBe('Dead features 3.1%, to be below 20%: reached.');
  expect(gateWords({ name: 'recovered', value: null, limit: 0.9, passed: false })).toMatch(/not measured/);
});
