import { beforeAll, describe, expect, it } from 'vitest';
import { blockHook, hookNames, isHookOf } from '../anatomy/hook-names';
import type { HookName } from '../anatomy/hook-names';
import type { ModelConfig } from '../anatomy/model-config';
import { activeDevice, describe as describeBackend } from './backends';
import { add, fromConstant, scale } from './index';
import { loadModel } from './model';
import type { Device } from './model';
import { randomWeights, relativeError } from './self-check';
import { ask, greedy, learnedConfig, nodeBackends, optionConfigs, rotaryConfig, starter } from './test-helpers';
import type { EngineModel, HookEntry } from './types';

/** Measured: below 2e-6 on cpu and wasm. */
const TOLERANCE = 1e-5;
const ids = [0, 7, 12, 7, 31, 9, 2];
const { signal } = new AbortController();
const steps = { ...greedy(8), stopAtEnd: false };
const seenFused: HookName[] = [
  'hook_embed',
  'logits',
  ...[0, 1, 2].flatMap((layer) => [
    blockHook(layer, 'hook_resid_post'),
    blockHook(layer, 'attn.hook_z'),
    blockHook(layer, 'mlp.hook_post'),
    blockHook(layer, 'ln1.hook_out'),
  ]),
];

const variants: [string, ModelConfig][] = [
  ['rotary', rotaryConfig],
  ['learned', learnedConfig],
  [
    'relu, biases',
    { ...rotaryConfig, bias: { qkv: true, attnOut: true, mlp: true }, mlp: { gated: true, activation: 'relu' } },
  ],
  ['gelu_erf', { ...learnedConfig, mlp: { gated: false, activation: 'gelu_erf' } }],
  // A width that the product for single rows can take.
  ['wide', { ...rotaryConfig, dModel: 32, dHead: 8, dMlp: 40, dVocab: 48 }],
  ...optionConfigs,
];

describe.each(nodeBackends)('on %s', (backend) => {
  let device: Device;
  beforeAll(async () => {
    await starter.start(backend);
    device = activeDevice(backend, await describeBackend(backend));
  });
  const load = (config: ModelConfig, change: Partial<Device>): Promise<EngineModel> =>
    loadModel(config, randomWeights(config, 7), signal, { ...device, ...change });

  it.each(variants)('steps in one go give the numbers of the composed ones: %s', async (_, config) => {
    expect(device.memory).not.toBeNull();
    const [fused, composed] = [await load(config, {}), await load(config, { memory: null })];
    const outer = seenFused.filter((name) => isHookOf(name, config));
    const given = await ask(fused, { ids, capture: outer, generate: steps });
    const right = await ask(composed, { ids, capture: outer, generate: steps });
    expect(given.generated).toEqual(right.generated);
    for (const name of outer)
      expect(relativeError(given.activations[name]!.data, right.activations[name]!.data), name).toBeLessThan(TOLERANCE);
    fused.dispose();
    composed.dispose();
  });

  it.each(variants)('a cache of fixed shape and a joint read-back give the same: %s', async (_, config) => {
    const [fixed, growing] = [
      await load(config, { memory: null, fixedShapes: true, oneTransfer: true }),
      await load(config, { memory: null }),
    ];
    const capture = hookNames(config);
    const hooks: HookEntry[] = [
      [blockHook(1, 'attn.hook_attn_scores'), (x) => scale(x, 0.5)],
      [blockHook(2, 'attn.hook_pattern'), (x) => scale(x, 0.5)],
    ];
    const given = await ask(fixed, { ids, capture, hooks, generate: steps });
    const right = await ask(growing, { ids, capture, hooks, generate: steps });
    expect(given.generated).toEqual(right.generated);
    for (const name of capture)
      expect(relativeError(given.activations[name]!.data, right.activations[name]!.data), name).toBeLessThan(TOLERANCE);
    fixed.dispose();
    growing.dispose();
  });

  it.each(variants)(
    'guesses from earlier texts change no token and no record, only the number of passes: %s',
    async (_, config) => {
      const vector = Float32Array.from({ length: config.dModel }, (__, i) => Math.cos(i));
      const model = await load(config, {});
      let saved = 0;
      for (const [sampling, strengths] of [
        [steps, [0, 0.01, 0.5, 0.6, -0.5, -0.01, 0]],
        [{ ...steps, temperature: 1, topP: 0.9, seed: 3 }, [0, 0.02, 0.3, 0]],
      ] as const)
        for (const strength of strengths) {
          let passes = 0;
          const hooks: HookEntry[] = [
            [
              blockHook(1, 'hook_resid_post'),
              (x, { record }) => {
                passes += 1;
                record('stream', x);
                return add(x, scale(fromConstant(vector, [1, config.dModel]), strength));
              },
            ],
          ];
          const fresh = await load(config, {});
          const alone = await ask(fresh, { ids, hooks, generate: sampling });
          expect(passes).toBe(8);
          fresh.dispose();
          passes = 0;
          const guessed = await ask(model, { ids, hooks, generate: sampling });
          saved += 8 - passes;
          expect(guessed.generated).toEqual(alone.generated);
          expect(guessed.ids).toEqual(alone.ids);
          expect(guessed.recorded.stream!.shape).toEqual(alone.recorded.stream!.shape);
          expect(guessed.recorded.stream!.data).toEqual(alone.recorded.stream!.data);
        }
      expect(saved).toBeGreaterThan(8);
      model.dispose();
    },
  );

  it('blocks below the first hook are not computed again for the same ids, and the numbers stay', async () => {
    const { memory } = device;
    expect(memory).not.toBeNull();
    let products = 0;
    const counting: Partial<Device> = {
      memory: {
        ...memory!,
        keeper: {
          ...memory!.keeper,
          keep(...given) {
            const matrix = memory!.keeper.keep(...given);
            return {
              ...matrix,
              multiply(...operands) {
                products += 1;
                return matrix.multiply(...operands);
              },
            };
          },
        },
      },
    };
    const model = await load(rotaryConfig, counting);
    const perPass = 4 * rotaryConfig.nLayers + 1;
    const prompts = [ids, ids, [...ids.slice(0, 4), 40, 41], ids, [...ids, 3], ids.slice(0, 3), ids];
    const layers = [2, 2, 2, 1, 1, 2, 2];
    const counts: number[] = [];
    for (const [index, prompt] of prompts.entries()) {
      const layer = layers[index]!;
      const hooks: HookEntry[] = [[blockHook(layer, 'hook_resid_pre'), (x) => scale(x, 1 + index / 50)]];
      const fresh = await load(rotaryConfig, {});
      const alone = await ask(fresh, { ids: prompt, hooks, generate: steps });
      fresh.dispose();
      products = 0;
      const given = await ask(model, { ids: prompt, hooks, generate: steps });
      counts.push(products);
      expect(given.generated, `run ${index}`).toEqual(alone.generated);
    }
    // The first run steps through all; the second begins at block 2, with a guess or without.
    expect(counts[0]).toBe(8 * perPass);
    expect(counts[1]! % perPass).toBe(perPass - 4 * 2);
    model.dispose();
  });
});
