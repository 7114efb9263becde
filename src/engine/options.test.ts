import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blockHook, hookNames, hookShape, isHookOf, parseHook } from '../anatomy/hook-names';
import type { HookName } from '../anatomy/hook-names';
import { attentionOf } from '../anatomy/model-config';
import { fromArray } from './index';
import { randomWeights, relativeError } from './self-check';
import { range, sumOf } from './test-arithmetic';
import { ask, greedy, loadRandom, nodeBackends, optionConfigs, starter } from './test-helpers';
import type { EngineAnswer, EngineModel } from './types';

/** Float32 arithmetic in another order than here, over sums of a few dozen terms. */
const TOLERANCE = 2e-5;
const ids = [0, 7, 12, 7, 31, 4, 49, 12];
const n = ids.length;
const softmax = (xs: readonly number[]) => {
  const exps = xs.map((x) => Math.exp(x - Math.max(...xs)));
  return exps.map((x) => x / sumOf(exps));
};
/** Press et al. 2021 for six heads: four of a sequence for four, then the first and third of one for eight. */
const SLOPES = [2 ** -2, 2 ** -4, 2 ** -6, 2 ** -8, 2 ** -1, 2 ** -3];

describe.each(nodeBackends)('on %s', (backend) => {
  describe.each(optionConfigs)('%s', (_, config) => {
    const { dModel, dHead, nHeads, nKvHeads, dVocab } = config;
    const weights = new Map<string, Float32Array>();
    let model: EngineModel;
    let answer: EngineAnswer;
    beforeAll(async () => {
      for await (const weight of randomWeights(config, 7)) weights.set(weight.name, weight.data);
      model = await loadRandom(await starter.start(backend), config);
      answer = await ask(model, { ids, capture: hookNames(config) });
    });
    afterAll(() => model.dispose());

    const get = (name: HookName) => answer.activations[name]!.data;
    const W = (name: string) => weights.get(name)!;
    const same = (given: ArrayLike<number>, right: ArrayLike<number>, what: string) => {
      expect(given.length, what).toBe(right.length);
      expect(relativeError(given, right), what).toBeLessThan(TOLERANCE);
    };
    const layers = range(config.nLayers);
    const gain = (w: number) => (config.normGain === '1+w' ? 1 + w : w);

    it('has every hook point that it names, in its shape', () => {
      for (const name of hookNames(config)) {
        expect(isHookOf(name, config), name).toBe(true);
        expect(answer.activations[name]!.shape, name).toEqual(hookShape(parseHook(name)!.point, config, n));
      }
    });

    it('begins with the embedding, scaled and normed', () => {
      const rows = ids.map((id) => Array.from(W('W_E').subarray(id * dModel, (id + 1) * dModel), (x) => x * config.scale.embedding));
      const normed = rows.map((row) => {
        if (!config.embeddingNorm) return row;
        const centre = sumOf(row) / dModel;
        const divisor = Math.sqrt(sumOf(row.map((x) => (x - centre) ** 2)) / dModel + config.norm.eps);
        return row.map((x, i) => ((x - centre) / divisor) * W('ln_embed.w')[i]! + W('ln_embed.b')[i]!);
      });
      same(get('hook_embed'), normed.flat(), 'embed');
    });

    it('adds up: what attention and MLP write is what the stream gains', () => {
      for (const layer of layers) {
        const [pre, attn, mlp] = (['hook_resid_pre', 'hook_attn_out', 'hook_mlp_out'] as const).map((point) => get(blockHook(layer, point)));
        same(get(blockHook(layer, 'hook_resid_post')), pre!.map((x, i) => x + attn![i]! + mlp![i]!), 'post');
        expect(isHookOf(blockHook(layer, 'hook_resid_mid'), config)).toBe(config.block === 'sequential');
        if (config.block === 'sequential') same(get(blockHook(layer, 'hook_resid_mid')), pre!.map((x, i) => x + attn![i]!), 'mid');
      }
    });

    it('reads what it should: side by side from the same stream, in a row one after the other', () => {
      if (config.normed === 'post') return expect(isHookOf('blocks.0.ln2.hook_out', config)).toBe(false);
      for (const layer of layers) {
        const input = get(blockHook(layer, config.block === 'parallel' ? 'hook_resid_pre' : 'hook_resid_mid'));
        const right = range(n).flatMap((pos) => {
          const row = input.subarray(pos * dModel, (pos + 1) * dModel);
          const centre = config.norm.kind === 'layer' ? sumOf(row) / dModel : 0;
          const divisor = Math.sqrt(sumOf(row.map((x) => (x - centre) ** 2)) / dModel + config.norm.eps);
          const bias = (i: number) => weights.get(`blocks.${layer}.ln2.b`)?.[i] ?? 0;
          return Array.from(row, (x, i) => ((x - centre) / divisor) * gain(W(`blocks.${layer}.ln2.w`)[i]!) + bias(i));
        });
        same(get(blockHook(layer, 'ln2.hook_out')), right, 'ln2');
      }
    });

    it('norms after a sublayer come before what is added', () => {
      if (config.normed === 'pre') return expect(isHookOf('blocks.0.ln1_post.hook_scale', config)).toBe(false);
      for (const layer of layers)
        for (const [norm, out] of [['ln1_post', 'hook_attn_out'], ['ln2_post', 'hook_mlp_out']] as const) {
          const normalized = get(blockHook(layer, `${norm}.hook_normalized`));
          const w = W(`blocks.${layer}.${norm}.w`);
          same(get(blockHook(layer, out)), normalized.map((x, i) => x * gain(w[i % dModel]!) * config.scale.residual), out);
        }
    });

    it('scores: normed, turned, scaled, capped, less distance, masked beyond the window', () => {
      for (const layer of layers) {
        const { window, rotary } = attentionOf(config, layer);
        const normed = (x: Float32Array, heads: number, name: string): number[] => {
          if (config.qkNorm === 'none') return Array.from(x);
          const w = W(`blocks.${layer}.attn.${name}.w`);
          const width = config.qkNorm === 'width' ? heads * dHead : dHead;
          return Array.from(x, (value, i) => {
            const start = Math.floor(i / width) * width;
            const divisor = Math.sqrt(sumOf(x.subarray(start, start + width).map((one) => one * one)) / width + config.norm.eps);
            return (value / divisor) * gain(w[i % width]!);
          });
        };
        const turned = (x: readonly number[], heads: number): number[] => {
          if (rotary === null) return [...x];
          const dims = config.rotaryDims ?? dHead;
          return x.map((value, index) => {
            const i = index % dHead;
            if (i >= dims) return value;
            const stretch = rotary.scaling?.factor ?? 1;
            const angle = Math.floor(index / (dHead * heads)) / rotary.base ** ((2 * (i % (dims / 2))) / dims) / stretch;
            const other = i < dims / 2 ? -x[index + dims / 2]! : x[index - dims / 2]!;
            return value * Math.cos(angle) + other * Math.sin(angle);
          });
        };
        const q = turned(normed(get(blockHook(layer, 'attn.hook_q')), nHeads, 'q_norm'), nHeads);
        const k = turned(normed(get(blockHook(layer, 'attn.hook_k')), nKvHeads, 'k_norm'), nKvHeads);
        if (rotary !== null) same(get(blockHook(layer, 'attn.hook_rot_q')), q, 'rot_q');
        const { scores: cap } = config.softCap;
        const scores = range(nHeads).flatMap((head) =>
          range(n).flatMap((query) =>
            range(n).map((key) => {
              if (key > query || (window !== null && query - key >= window)) return -Infinity;
              const kv = Math.floor(head / (nHeads / nKvHeads));
              const raw = config.attentionScale * sumOf(range(dHead).map((i) => q[(query * nHeads + head) * dHead + i]! * k[(key * nKvHeads + kv) * dHead + i]!));
              const capped = cap === null ? raw : cap * Math.tanh(raw / cap);
              return config.positions.kind === 'alibi' ? capped - SLOPES[head]! * (query - key) : capped;
            }),
          ),
        );
        same(get(blockHook(layer, 'attn.hook_attn_scores')), scores, `scores of layer ${layer}`);
        const pattern = range(nHeads * n).flatMap((row) => softmax(scores.slice(row * n, (row + 1) * n)));
        same(get(blockHook(layer, 'attn.hook_pattern')), pattern, `pattern of layer ${layer}`);
      }
    });

    it('routes: softmax over all experts, the likeliest kept', () => {
      const { experts } = config;
      if (experts === null) return expect(isHookOf('blocks.0.mlp.hook_router_logits', config)).toBe(false);
      const { count, perToken } = experts;
      for (const layer of layers)
        for (const pos of range(n)) {
          const shares = softmax(Array.from(get(blockHook(layer, 'mlp.hook_router_logits')).subarray(pos * count, (pos + 1) * count)));
          const chosen = range(count).sort((a, b) => shares[b]! - shares[a]!).slice(0, perToken);
          const indices = get(blockHook(layer, 'mlp.hook_expert_indices'));
          expect(Array.from(indices.subarray(pos * perToken, (pos + 1) * perToken))).toEqual(chosen);
          const total = experts.normalised ? sumOf(chosen.map((expert) => shares[expert]!)) : 1;
          const right = shares.map((share, expert) => (chosen.includes(expert) ? share / total : 0));
          same(get(blockHook(layer, 'mlp.hook_expert_weights')).subarray(pos * count, (pos + 1) * count), right, 'weights');
        }
    });

    it('ends with logits: bias, scale, cap', () => {
      const normalized = get('ln_final.hook_normalized');
      const [w, b] = [W('ln_final.w'), weights.get('ln_final.b')];
      const unembed = (i: number, id: number) => (config.tiedUnembedding ? W('W_E')[id * dModel + i]! : W('W_U')[i * dVocab + id]!);
      const { logits: cap } = config.softCap;
      const right = range(n * dVocab).map((index) => {
        const [pos, id] = [Math.floor(index / dVocab), index % dVocab];
        const out = (i: number) => normalized[pos * dModel + i]! * gain(w[i]!) + (b?.[i] ?? 0);
        const raw = (sumOf(range(dModel).map((i) => out(i) * unembed(i, id))) + (weights.get('b_U')?.[id] ?? 0)) * config.scale.logits;
        return cap === null ? raw : cap * Math.tanh(raw / cap);
      });
      same(get('logits'), right, 'logits');
    });

    it('steps from the cache give the numbers of one pass', async () => {
      const capture = hookNames(config);
      const stepped = await ask(model, { ids, capture, generate: { ...greedy(6), stopAtEnd: false } });
      const whole = await ask(model, { ids: stepped.ids, capture });
      for (const name of capture) same(stepped.activations[name]!.data, whole.activations[name]!.data, name);
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
