import { expect, it } from 'vitest';
import type { RunRequest } from '../../anatomy/run';
import { filesOf, goldenFolder } from '../../testing/golden';
import { nodeStarter } from '../../testing/open-model';
import { openSession } from '../../workers/test-session';
import { mapsOf } from './use-comparison';

it('counts each token of each prompt once per chosen expert, on a real model', async () => {
  const { session } = openSession(nodeStarter());
  const { signal } = new AbortController();
  await session.setBackend('cpu');
  const info = await session.load({ kind: 'files', name: 'tiny', files: filesOf(goldenFolder('qwen3_moe')) }, () => undefined, signal);
  const port = { encode: async (text: string) => [...text].map((char) => char.charCodeAt(0) + 20), ask: (request: RunRequest, cancel: AbortSignal) => session.run(request, { signal: cancel }) };
  const prompts = ['seven', 'no'];
  let told = 0;
  const maps = await mapsOf(prompts, info, port, false, signal, () => (told += 1));
  expect(told).toBe(2);
  const { bosId, experts, nLayers } = info.config;
  maps.forEach(({ values, layers, experts: count }, i) => {
    expect([layers, count]).toEqual([nLayers, experts!.count]);
    for (let layer = 0; layer < layers; layer += 1)
      expect(Array.from({ length: count }, (_, expert) => values[layer * count + expert]!).reduce((a, b) => a + b)).toBe((prompts[i]!.length + (bosId === null ? 0 : 1)) * experts!.perToken);
  });
  const shares = await mapsOf(prompts, info, port, true, signal, () => undefined);
  expect(Array.from(shares[0]!.values).reduce((a, b) => a + b)).toBeCloseTo(nLayers * experts!.perToken, 4);
});
