import { beforeAll, afterAll, describe, expect, it } from 'vitest';
import { blockHook, hookNames, hookShape, parseHook } from '../anatomy/hook-names';
import type { HookName } from '../anatomy/hook-names';
import type { ModelConfig } from '../anatomy/model-config';
import { randomWeights, relativeError } from './self-check';
import { fromArray } from './index';
import { activations, product, range, rotated, sumOf } from './test-arithmetic';
import { ask, learnedConfig, loadRandom, nodeBackends, rotaryConfig, starter } from './test-helpers';
import type { EngineAnswer, EngineModel } from './types';

/** Float32 arithmetic in another order than here, over sums of a few dozen terms. */
const TOLERANCE = 2e-5;
const ids = [0, 7, 12, 7, 31, 4, 49, 12];
const n = ids.length;

const variants: [string, ModelConfig][] = [
  ['rotary', rotaryConfig],
  ['learned', learnedConfig],
  [
    'rotary with biases and relu',
    { ...rotaryConfig, bias: { qkv: true, attnOut: true, mlp: true }, mlp: { gated: true, activation: 'relu' } },
  ],
  [
    'learned with gelu_erf, grouped',
    { ...learnedConfig, nKvHeads: 1, mlp: { gated: false, activation: 'gelu_erf' }, tiedUnembedding: false },
  ],
];

describe.each(nodeBackends)('on %s', (backend) => {
  describe.each(variants)('%s: every hook point follows from the ones before it', (_, config) => {
    let model: EngineModel;
    let answer: EngineAnswer;
    const weights = new Map<string, Float32Array>();
    beforeAll(async () => {
      for await (const weight of randomWeights(config, 7)) weights.set(weight.name, weight.data);
      model = await loadRandom(await starter.start(backend), config);
      answer = await ask(model, { ids, capture: hookNames(config) });
    });
    afterAll(() => model.dispose());

    const get = (name: HookName) => answer.activations[name]!.data;
    const W = (name: string) => weights.get(name)!;
    const b = (name: string) => weights.get(name);
    const same = (given: ArrayLike<number>, right: ArrayLike<number>, what: string) => {
      expect(given.length, what).toBe(right.length);
      expect(relativeError(given, right), what).toBeLessThan(TOLERANCE);
    };
    const { nHeads, nKvHeads, dHead, dModel, dMlp } = config;
    const layers = range(config.nLayers);

    it('shapes and axes are those of anatomy', () => {
      for (const name of hookNames(config))
        expect(answer.activations[name]!.shape, name).toEqual(hookShape(parseHook(name)!.point, config, n));
    });

    it('embeddings', () => {
      same(
        get('hook_embed'),
        ids.flatMap((id) => [...W('W_E').subarray(id * dModel, (id + 1) * dModel)]),
        'embed',
      );
      const pos = config.positions.kind === 'learned' ? get('hook_pos_embed') : null;
      if (pos !== null) same(pos, W('W_pos').subarray(0, n * dModel), 'pos_embed');
      same(
        get('blocks.0.hook_resid_pre'),
        get('hook_embed').map((x, i) => x + (pos?.[i] ?? 0)),
        'resid_pre',
      );
    });

    const checkNorm = (input: Float32Array, prefix: 'ln_final' | `blocks.${number}.ln${1 | 2}`) => {
      const scale = get(`${prefix}.hook_scale`);
      const normalized = get(`${prefix}.hook_normalized`);
      for (const pos of range(n)) {
        const row = [...input.subarray(pos * dModel, (pos + 1) * dModel)];
        const centre = config.norm.kind === 'layer' ? sumOf(row) / dModel : 0;
        const divisor = Math.sqrt(sumOf(row.map((x) => (x - centre) ** 2)) / dModel + config.norm.eps);
        expect(scale[pos]).toBeCloseTo(divisor, 4);
        same(
          normalized.subarray(pos * dModel, (pos + 1) * dModel),
          row.map((x) => (x - centre) / divisor),
          `${prefix} normalized`,
        );
      }
      return range(n * dModel).map(
        (i) => normalized[i]! * W(`${prefix}.w`)[i % dModel]! + (b(`${prefix}.b`)?.[i % dModel] ?? 0),
      );
    };

    it('norms', () => {
      for (const layer of layers) {
        same(
          get(blockHook(layer, 'ln1.hook_out')),
          checkNorm(get(blockHook(layer, 'hook_resid_pre')), `blocks.${layer}.ln1`),
          'ln1 out',
        );
        same(
          get(blockHook(layer, 'ln2.hook_out')),
          checkNorm(get(blockHook(layer, 'hook_resid_mid')), `blocks.${layer}.ln2`),
          'ln2 out',
        );
      }
    });

    it('queries, keys and values', () => {
      for (const layer of layers) {
        const qkv = product(
          get(blockHook(layer, 'ln1.hook_out')),
          W(`blocks.${layer}.attn.W_QKV`),
          (nHeads + 2 * nKvHeads) * dHead,
          b(`blocks.${layer}.attn.b_QKV`),
        );
        const width = (nHeads + 2 * nKvHeads) * dHead;
        const part = (first: number, count: number) =>
          range(n).flatMap((pos) => qkv.slice(pos * width + first * dHead, pos * width + (first + count) * dHead));
        same(get(blockHook(layer, 'attn.hook_q')), part(0, nHeads), 'q');
        same(get(blockHook(layer, 'attn.hook_k')), part(nHeads, nKvHeads), 'k');
        same(get(blockHook(layer, 'attn.hook_v')), part(nHeads + nKvHeads, nKvHeads), 'v');
        if (config.positions.kind !== 'rotary') continue;
        same(
          get(blockHook(layer, 'attn.hook_rot_q')),
          rotated(get(blockHook(layer, 'attn.hook_q')), nHeads, config),
          'rot_q',
        );
        same(
          get(blockHook(layer, 'attn.hook_rot_k')),
          rotated(get(blockHook(layer, 'attn.hook_k')), nKvHeads, config),
          'rot_k',
        );
      }
    });

    it('scores, pattern, z', () => {
      for (const layer of layers) {
        const rotary = config.positions.kind === 'rotary';
        const q = get(blockHook(layer, rotary ? 'attn.hook_rot_q' : 'attn.hook_q'));
        const k = get(blockHook(layer, rotary ? 'attn.hook_rot_k' : 'attn.hook_k'));
        const v = get(blockHook(layer, 'attn.hook_v'));
        const kv = (head: number) => Math.floor(head / (nHeads / nKvHeads));
        const scores = get(blockHook(layer, 'attn.hook_attn_scores'));
        const pattern = get(blockHook(layer, 'attn.hook_pattern'));
        const cell = (head: number, query: number, key: number) => (head * n + query) * n + key;
        for (const head of range(nHeads))
          for (const query of range(n)) {
            const row = range(n).map((key) =>
              key > query
                ? -Infinity
                : config.attentionScale *
                  sumOf(
                    range(dHead).map(
                      (i) => q[(query * nHeads + head) * dHead + i]! * k[(key * nKvHeads + kv(head)) * dHead + i]!,
                    ),
                  ),
            );
            same(scores.subarray(cell(head, query, 0), cell(head, query, n)), row, 'scores');
            const exps = row.map(Math.exp);
            const probabilities = pattern.subarray(cell(head, query, 0), cell(head, query, n));
            same(
              probabilities,
              exps.map((x) => x / sumOf(exps)),
              'pattern',
            );
            expect(sumOf([...probabilities])).toBeCloseTo(1, 5);
          }
        same(
          get(blockHook(layer, 'attn.hook_z')),
          range(n * nHeads * dHead).map((index) => {
            const [query, head, i] = [
              Math.floor(index / (nHeads * dHead)),
              Math.floor(index / dHead) % nHeads,
              index % dHead,
            ];
            return sumOf(
              range(n).map((key) => pattern[cell(head, query, key)]! * v[(key * nKvHeads + kv(head)) * dHead + i]!),
            );
          }),
          'z',
        );
      }
    });

    it('results, attention out and the stream', () => {
      for (const layer of layers) {
        const z = get(blockHook(layer, 'attn.hook_z'));
        const W_O = W(`blocks.${layer}.attn.W_O`);
        const result = range(n * nHeads * dModel).map((index) => {
          const [row, column] = [Math.floor(index / dModel), index % dModel];
          const head = row % nHeads;
          return sumOf(range(dHead).map((i) => z[row * dHead + i]! * W_O[(head * dHead + i) * dModel + column]!));
        });
        same(get(blockHook(layer, 'attn.hook_result')), result, 'result');
        const out = range(n * dModel).map((index) => {
          const [pos, column] = [Math.floor(index / dModel), index % dModel];
          return (
            sumOf(range(nHeads).map((head) => result[(pos * nHeads + head) * dModel + column]!)) +
            (b(`blocks.${layer}.attn.b_O`)?.[column] ?? 0)
          );
        });
        same(get(blockHook(layer, 'hook_attn_out')), out, 'attn_out');
        const pre = get(blockHook(layer, 'hook_resid_pre'));
        const mid = get(blockHook(layer, 'hook_resid_mid'));
        const post = get(blockHook(layer, 'hook_resid_post'));
        same(
          mid,
          pre.map((x, i) => x + get(blockHook(layer, 'hook_attn_out'))[i]!),
          'resid_mid',
        );
        same(
          post,
          mid.map((x, i) => x + get(blockHook(layer, 'hook_mlp_out'))[i]!),
          'resid_post',
        );
        if (layer + 1 < config.nLayers) expect(get(blockHook(layer + 1, 'hook_resid_pre'))).toEqual(post);
      }
    });

    it('the MLP', () => {
      const { gated, activation } = config.mlp;
      for (const layer of layers) {
        const block = `blocks.${layer}.mlp`;
        const width = gated ? 2 * dMlp : dMlp;
        const up = product(
          get(blockHook(layer, 'ln2.hook_out')),
          W(`${block}.W_${gated ? 'gate_in' : 'in'}`),
          width,
          b(`${block}.b_${gated ? 'gate_in' : 'in'}`),
        );
        const part = (first: number) =>
          range(n).flatMap((pos) => up.slice(pos * width + first, pos * width + first + dMlp));
        same(get(blockHook(layer, 'mlp.hook_pre')), part(0), 'pre');
        if (gated) same(get(blockHook(layer, 'mlp.hook_pre_linear')), part(dMlp), 'pre_linear');
        const pre = get(blockHook(layer, 'mlp.hook_pre'));
        const linear = gated ? get(blockHook(layer, 'mlp.hook_pre_linear')) : null;
        const post = get(blockHook(layer, 'mlp.hook_post'));
        same(
          post,
          [...pre].map((x, i) => activations[activation](x) * (linear?.[i] ?? 1)),
          'post',
        );
        same(
          get(blockHook(layer, 'hook_mlp_out')),
          product(post, W(`${block}.W_out`), dModel, b(`${block}.b_out`)),
          'mlp_out',
        );
      }
    });

    it('the final norm and the logits', () => {
      const out = checkNorm(get(blockHook(config.nLayers - 1, 'hook_resid_post')), 'ln_final');
      const { dVocab } = config;
      const W_U = config.tiedUnembedding
        ? Float32Array.from(range(dModel * dVocab), (i) => W('W_E')[(i % dVocab) * dModel + Math.floor(i / dVocab)]!)
        : W('W_U');
      same(get('logits'), product(out, W_U, dVocab), 'logits');
    });

    it('writing a captured value back changes nothing', async () => {
      for (const name of hookNames(config)) {
        const { data, shape } = answer.activations[name]!;
        const again = await ask(model, { ids, logits: true, hooks: [[name, () => fromArray(data, shape)]] });
        same(again.logits!.data, get('logits'), name);
      }
    });
  });
});
