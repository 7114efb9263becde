import { describe, expect, it } from 'vitest';
import { interventions } from '../../interventions';
import { checkValues } from '../../lib/params';
import { must } from '../../lib/assert';
import { namedArray } from '../../anatomy/named-array';
import type { AnalysisResult } from '../../anatomy/run';
import { FEATURE_OPS, featureEditOf } from '../../store/feature-group';
import type { Answer } from '../../store/state';
import { conceptSetOf, eraseGroup, erasingOf } from './erase';
import { featureControl } from './feature-control';
import { featurePresets, presetGroup } from './feature-presets';
import {
  coefficientAt,
  edited,
  featureCaution,
  featureStopOf,
  initialCoefficient,
  inTextOf,
  MAX_FEATURE_STOP,
  meanChange,
  multipleAt,
  OPS,
  strengthText,
  unitFor,
} from './feature-strength';
import { restorationOf } from './restoration';

const item = (values: readonly number[]) => namedArray(['item'], [values.length], Float32Array.from(values));
const computedBy = { backend: 'cpu', device: null, dtype: 'float32', milliseconds: 1 } as const;
const ready = (value: AnalysisResult): Answer<AnalysisResult> => ({ status: 'ready', value, sequence: null, computedBy });

describe('strength of a feature', () => {
  it('has a stop for every multiple, both ways', () => {
    for (let stop = -MAX_FEATURE_STOP; stop <= MAX_FEATURE_STOP; stop += 1) expect(featureStopOf(multipleAt(stop))).toBe(stop);
    expect([multipleAt(10), multipleAt(-MAX_FEATURE_STOP), featureStopOf(99)]).toEqual([1, -10, MAX_FEATURE_STOP]);
  });
  it('is a multiple of the maximum, but a factor stands for itself', () => {
    expect(coefficientAt('clamp', 2, 3.5)).toBe(7);
    expect(coefficientAt('scale', 2, 3.5)).toBe(2);
    expect([initialCoefficient('add', 3.5), initialCoefficient('scale', 3.5), initialCoefficient('ablate', 3.5)]).toEqual([3.5, 2, 0]);
    expect(strengthText('clamp', -7, { maximum: 3.5, source: 'text' })).toBe('−2.0× max');
    expect(strengthText('scale', 2, null)).toBe('2.0× f');
    expect([strengthText('add', 2, null), strengthText('ablate', 0, null)]).toEqual(['…', 'off']);
  });
  it('takes the maximum of the records before that of the text', () => {
    const inText = { values: [0, 4], maximum: 4, count: 1 };
    expect(unitFor(9, inText)).toEqual({ maximum: 9, source: 'records' });
    expect(unitFor(null, inText)).toEqual({ maximum: 4, source: 'text' });
    expect(unitFor(0, { values: [0], maximum: 0, count: 0 })).toBeNull();
  });
  it('knows the same changes as the intervention', () => {
    const door = must(interventions.find('edit-features'), 'edit-features');
    const { op } = door.params;
    expect(op?.kind === 'choice' ? op.options.map(({ value }) => value) : []).toEqual([...FEATURE_OPS]);
    expect(OPS.map(({ value }) => value)).toEqual([...FEATURE_OPS]);
    expect(FEATURE_OPS.map((one) => edited(one, 5, 2))).toEqual([7, 5, 10, 0, 5]);
  });
});

describe('a feature in the base text', () => {
  const answer = ready({ indptr: item([0, 1, 2, 4]), indices: item([5, 5, 3, 5]), values: item([90, 2, 1, 4]), skippedBos: true });
  it('leaves out the start token', () => {
    expect(inTextOf(answer, 5)).toEqual({ values: [2, 4], maximum: 4, count: 2 });
    expect(inTextOf(answer, 9)).toEqual({ values: [0, 0], maximum: 0, count: 0 });
    expect(inTextOf({ status: 'none' }, 5)).toBeNull();
    expect(inTextOf(ready({}), 5)).toBeNull();
  });
  it('says how far a change goes, and a control goes as far', () => {
    const inText = must(inTextOf(answer, 5), 'activations');
    expect(meanChange({ op: 'clamp', coefficient: 6 }, inText)).toBe(3);
    expect(meanChange({ op: 'add', coefficient: -2 }, inText)).toBe(2);
    expect(meanChange({ op: 'ablate', coefficient: 0 }, { values: [] })).toBe(0);
    const group = { label: 'dogs', members: [{ id: 'edit-features', at: 'blocks.1.hook_resid_post' as const, positions: 'all' as const, params: { skipBos: true } }] };
    const control = must(featureControl(group, { norm: Float32Array.from([3, 4]), change: 2, seed: 7 }), 'a control');
    expect(control.members[0]).toMatchObject({ id: 'add', at: 'blocks.1.hook_resid_post', params: { coefficient: 10, skipBos: true }, direction: { id: 'random', params: { seed: 7 } } });
    expect(control.label).toBe('random 7 (control of dogs)');
  });
  it('warns where nothing can happen, and of what the dictionary never wrote', () => {
    const silent = { values: [0], maximum: 0, count: 0 };
    expect(featureCaution({ op: 'scale', coefficient: 2 }, silent)).toContain('silent');
    expect(featureCaution({ op: 'add', coefficient: 2 }, silent)).toBeNull();
    expect(featureCaution({ op: 'clamp', coefficient: -1 }, silent)).toContain('negative');
  });
});

it('ready-made features are legal changes', () => {
  expect(featurePresets.length).toBeGreaterThan(0);
  const door = must(interventions.find('edit-features'), 'edit-features');
  for (const preset of featurePresets) {
    const group = presetGroup(preset);
    for (const { params } of group.members) expect(checkValues(door.params, params), preset.id).toMatchObject({ ok: true });
    expect(featureEditOf(group)).toMatchObject({ index: preset.index, op: preset.op });
  }
});

describe('erasing a concept', () => {
  const found = conceptSetOf({ features: item([3, 5]), strengths: item([2, 1]), conceptScores: item([2, 3]), retainScores: item([1]), threshold: 1.98, falsePositives: 0 });
  it('is made of what was found and read back', () => {
    expect(found).toMatchObject({ features: [3, 5], threshold: 1.98, conceptPrompts: 2, retainPrompts: 1 });
    const group = eraseGroup(must(found, 'a set'), { dictionary: 'd', at: 'blocks.1.hook_resid_post', factor: -8, label: 'without dogs' });
    expect(erasingOf(group)).toEqual({ features: 2, coefficient: -8, threshold: 1.98, scored: -8 });
    const door = must(interventions.find('itd-erase'), 'itd-erase');
    for (const { params } of group.members) expect(checkValues(door.params, params)).toMatchObject({ ok: true });
    expect(conceptSetOf({})).toBeNull();
    expect(erasingOf({ members: [] })).toBeNull();
  });
});

it('a restoration is read, and what is not one is not', () => {
  const arm = { logprob: -1, kl: 0.5, rate: null };
  const result = restorationOf({ answerId: 7, original: arm, changed: arm, saeOnly: arm, experts: { ...arm, rate: 0.5 }, all: arm, randomRates: item([0, 0.5]), expertFeatures: item([1]), moved: 2 });
  expect(result).toMatchObject({ answerId: 7, experts: [1], isSeen: true, random: { low: 0, high: 0.5, mean: 0.25, draws: 2 } });
  expect(result?.arms.map(({ rate }) => rate)).toEqual([null, null, null, 0.5, null]);
  expect(restorationOf({ answerId: 7 })).toBeNull();
  const of = (changed: number) => restorationOf({ answerId: 7, original: arm, changed: { ...arm, logprob: changed }, saeOnly: arm, experts: arm, all: arm, randomRates: item([]), expertFeatures: item([1]), moved: 2 });
  expect([of(-1.5)?.isLost, of(-0.9)?.isLost]).toEqual([true, false]);
});
