import { beforeAll, describe, expect, it } from 'vitest';
import { blockHook } from '../../anatomy/hook-names';
import { tinyConfig } from '../../testing/apply-hook';
import { dictionaryWith, TINY_DICTIONARY } from '../../testing/dictionaries';
import { goldenFolder } from '../../testing/golden';
import { labPorts, openLab, type Lab } from '../../testing/lab';
import { Session } from '../../workers/session';
import { compute } from './compute';

const made = dictionaryWith({ dSae: 3, W_enc: [1, 0, 0, 0, 1, 0], W_dec: [3, 4, 0, 2, 0, 0], id: 'url:https://example.org/sae' });
const context = { config: tinyConfig, dictionary: () => Promise.resolve(made) };
const at = 'blocks.0.hook_resid_post';

describe('sae-decoder', () => {
  it('is the decoder row as a unit vector', async () => {
    const { values, rawNorm } = await compute(context, { dictionary: made.info.id, feature: 0 }, at);
    expect([...values]).toEqual([expect.closeTo(0.6, 6), expect.closeTo(0.8, 6)]);
    expect(rawNorm).toBeCloseTo(5, 6);
    expect([...made.weights.W_dec]).toEqual([3, 4, 0, 2, 0, 0]);
  });

  it('says what does not fit', async () => {
    await expect(compute(context, { dictionary: made.info.id, feature: 3 }, at)).rejects.toThrow('there is no feature 3');
    await expect(compute(context, { dictionary: made.info.id, feature: 2 }, at)).rejects.toThrow('zero');
    await expect(compute(context, { dictionary: made.info.id, feature: 0 }, 'blocks.0.mlp.hook_post')).rejects.toThrow('the vector has 2 values');
  });

  describe('in a run', () => {
    let lab: Lab;
    beforeAll(async () => {
      lab = await openLab(new Session(labPorts()), goldenFolder('llama'), 'cpu');
    });

    it('adding it is editing the feature by the same length', async () => {
      const ids = [96, 190, 33, 18];
      const where = blockHook(1, 'hook_resid_post');
      const direction = { id: 'sae-decoder', params: { dictionary: TINY_DICTIONARY, feature: 5 } };
      const probe = await lab.run({ ids, capture: [where], interventions: [{ id: 'add', at: where, positions: 'all', params: { coefficient: 2, skipBos: false }, direction }] });
      const plain = await lab.run({ ids, capture: [where] });
      const moved = probe.activations[where]!.data.map((value, i) => value - plain.activations[where]!.data[i]!);
      const length = Math.hypot(...moved.slice(0, moved.length / ids.length));
      expect(length).toBeCloseTo(2, 4);
      const raw = { dictionary: TINY_DICTIONARY, feature: 5, op: 'add', skipBos: false };
      const one = await lab.run({ ids, capture: [where], interventions: [{ id: 'edit-features', at: where, positions: 'all', params: { ...raw, coefficient: 1 } }] });
      const byOne = one.activations[where]!.data.map((value, i) => value - plain.activations[where]!.data[i]!);
      const norm = Math.hypot(...byOne.slice(0, byOne.length / ids.length));
      for (const [i, value] of moved.entries()) expect(value).toBeCloseTo((2 / norm) * byOne[i]!, 4);
    });
  });
});
