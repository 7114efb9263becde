import { beforeAll, describe, expect, it } from 'vitest';
import type { NamedArray } from '../../anatomy/named-array';
import { goldenFolder } from '../../testing/golden';
import { labPorts, openLab, type Lab } from '../../testing/lab';
import { Session } from '../../workers/session';
import { countChosen } from './compute';

it('counts the tokens that an expert has a part in', () => {
  const counts = new Float32Array(3);
  // The known answers: prompts of four tokens, top-1 of three experts.
  const rows = (experts: readonly number[]) => Float32Array.from(experts.flatMap((one) => [0, 1, 2].map((expert) => (expert === one ? 1 : 0))));
  countChosen(rows([0, 0, 1, 1]), 3, 4, counts);
  expect([...counts]).toEqual([2, 2, 0]);
  countChosen(rows([2, 2, 2, 2]), 3, 2, counts);
  expect([...counts]).toEqual([2, 2, 2]);
});

describe('in a model with experts', () => {
  const ids = [96, 190, 33, 18, 228, 43, 189, 36];
  let lab: Lab;
  beforeAll(async () => {
    lab = await openLab(new Session(labPorts()), goldenFolder('qwen3_moe'), 'cpu');
  });
  const map = async (question: Parameters<Lab['run']>[0], params = {}) => (await lab.analyse('expert-activation', question, params)) as unknown as { activation: NamedArray; tokens: number };

  it('counts what the router chose, of the prompt or of all', async () => {
    const { nLayers, experts } = lab.config;
    const { activations } = await lab.run({ ids, capture: Array.from({ length: nLayers }, (_, layer) => `blocks.${layer}.mlp.hook_expert_indices` as const) });
    const wanted = (nPos: number) =>
      Array.from({ length: nLayers }, (_, layer) => {
        const chosen = activations[`blocks.${layer}.mlp.hook_expert_indices`]!.data.subarray(0, nPos * experts!.perToken);
        return Array.from({ length: experts!.count }, (__, expert) => chosen.filter((one) => one === expert).length);
      }).flat();
    const prompt = await map({ ids, promptLength: 5 });
    expect(prompt).toMatchObject({ tokens: 5, activation: { axes: ['layer', 'expert'], shape: [nLayers, experts!.count] } });
    expect([...prompt.activation.data]).toEqual(wanted(5));
    const all = await map({ ids, promptLength: 5 }, { phase: 'all' });
    expect([...all.activation.data]).toEqual(wanted(8));
    const shares = await map({ ids, promptLength: 5 }, { divide: true });
    shares.activation.data.forEach((share, i) => expect(share).toBeCloseTo(wanted(5)[i]! / 5, 6));
  });

  it('doesn’t count a suppressed expert; one that was never chosen changes nothing', async () => {
    const before = await map({ ids });
    const first = [...before.activation.data.subarray(8, 16)];
    const most = first.indexOf(Math.max(...first));
    const change = (experts: number[]) => [{ id: 'route-experts', at: 'blocks.1.mlp.hook_router_logits' as const, positions: 'all' as const, params: { how: 'suppress', experts } }];
    const without = await map({ ids, interventions: change([most]) });
    expect(without.activation.data[8 + most]).toBe(0);
    const never = first.flatMap((count, expert) => (count === 0 ? [expert] : []));
    if (never.length > 0) expect([...(await map({ ids, interventions: change(never) })).activation.data]).toEqual([...before.activation.data]);
  });
});

it('says that a model has no experts', async () => {
  const dense = await openLab(new Session(labPorts()), goldenFolder('llama'), 'cpu');
  await expect(dense.analyse('expert-activation', { ids: [1, 2] })).rejects.toMatchObject({ code: 'no-experts' });
});
