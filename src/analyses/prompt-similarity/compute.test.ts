import { beforeAll, describe, expect, it } from 'vitest';
import { compute, cosineOf, generalisedJaccard, pooled } from './compute';
import { goldenFolder } from '../../testing/golden';
import { labPorts, openLab, type Lab } from '../../testing/lab';
import { Session } from '../../workers/session';

describe('generalised Jaccard', () => {
  it('gives the worked number', () => {
    expect(generalisedJaccard([3, 0, 1, 2], [1, 1, 1, 0])).toBeCloseTo(2 / 7, 12);
  });

  it('is symmetric, 1 for equals, 0 for strangers, and ignores what both lack', () => {
    const [s, t] = [[2, 0, 5, 0], [1, 4, 0, 0]];
    expect(generalisedJaccard(s, t)).toBe(generalisedJaccard(t, s));
    expect(generalisedJaccard(s, s)).toBe(1);
    expect(generalisedJaccard([1, 0], [0, 1])).toBe(0);
    expect(generalisedJaccard([...s, 0, 0], [...t, 0, 0])).toBe(generalisedJaccard(s, t));
    expect(generalisedJaccard([0], [0])).toBe(1);
    // Unlike the cosine it knows sizes.
    expect(generalisedJaccard([1, 1], [2, 2])).toBe(0.5);
    expect(cosineOf([1, 1], [2, 2])).toBeCloseTo(1, 12);
    expect(cosineOf([0, 0], [1, 2])).toBe(0);
  });

  it('pools over positions by mean or maximum of magnitudes', () => {
    const rows = { values: Float32Array.from([1, -4, 3, 2]), nPos: 2 };
    expect([...pooled(rows, 2, 'mean')]).toEqual([2, 3]);
    expect([...pooled(rows, 2, 'max')]).toEqual([3, 4]);
  });
});

describe('prompt-similarity in a run', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await openLab(new Session(labPorts()), goldenFolder('llama'), 'cpu');
  });
  const asks = () => ({
    config: lab.config,
    ask: (question: Parameters<Lab['run']>[0]) => lab.run(question),
    encode: (text: string) => [...text].map((letter) => letter.charCodeAt(0)),
    signal: new AbortController().signal,
  });
  const params = { dictionary: '', hook: 'blocks.0.mlp.hook_post', exemplars: 'abcd', candidates: 'wxyz\nabcd\nabce', pool: 'max' as const };

  it('finds the exemplar itself first, then what is like it', async () => {
    const { similarity, cosine } = await compute(asks(), params);
    expect(similarity.data[1]).toBeCloseTo(1, 5);
    expect(cosine.data[1]).toBeCloseTo(1, 5);
    expect(similarity.data[2]).toBeGreaterThan(similarity.data[0]!);
  });

  it('says what is missing or too long', async () => {
    await expect(compute(asks(), { ...params, exemplars: ' \n' })).rejects.toThrow('at least one exemplar');
    await expect(compute(asks(), { ...params, candidates: 'x'.repeat(lab.config.nCtx + 1) })).rejects.toThrow('this model takes');
  });
});
