import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Dictionary, Encoder } from '../../anatomy/dictionary';
import type { Positions } from '../../anatomy/run';
import { decode, encode } from '../../dictionaries';
import { releaseDictionary } from '../../engine';
import { applyHooks, tinyConfig, type HookSetting } from '../../testing/apply-hook';
import { dictionaryWith, randomDictionary } from '../../testing/dictionaries';
import { labPorts } from '../../testing/lab';
import { interventions } from '..';
import { hooks, hooksTogether } from './apply';
import type { Site } from './edits';

const at = 'blocks.0.hook_resid_post' as const;
const R = Math.SQRT1_2;
/** The worked example of the methods file: rows (1,0), (0,1), (1,1)/√2, no bias, ReLU. */
const toy = dictionaryWith({ dSae: 3, W_enc: [1, 0, R, 0, 1, R], W_dec: [1, 0, 0, 1, R, R], spec: { applyBDecToInput: false } });
const used = new Set<Dictionary>();

type Change = Partial<Site['params']> & { readonly positions?: Positions };
const siteOf = (dictionary: Dictionary, { positions = 'all', ...params }: Change): Site => {
  used.add(dictionary);
  return {
    at: dictionary.info.spec.hookNameOut,
    positions,
    params: { dictionary: dictionary.info.id, feature: 0, op: 'add', coefficient: 0, keepError: true, skipBos: false, ...params },
    direction: null,
    config: tinyConfig,
    dictionary: () => dictionary,
  };
};
const edit = (change: Change, rows: number[][] = [[2, 1]], setting: HookSetting = {}) => applyHooks(hooks(siteOf(toy, change)), rows, setting);
const near = (rows: readonly (readonly number[])[]) => rows.map((row) => row.map((value) => expect.closeTo(value, 4)));

beforeAll(() => labPorts().starter.start('cpu'));
afterEach(() => {
  used.forEach(releaseDictionary);
  used.clear();
});

describe('edit-features, by hand', () => {
  it('gives the worked example', async () => {
    expect(await edit({ op: 'clamp', coefficient: 5 })).toEqual(near([[5, 1]]));
    expect(await edit({ op: 'clamp', coefficient: 5, keepError: false })).toEqual(near([[6.5, 2.5]]));
    expect(await edit({ op: 'add', coefficient: 5 })).toEqual(near([[7, 1]]));
    expect(await edit({ op: 'ablate' })).toEqual(near([[0, 1]]));
    expect(await edit({ op: 'scale', coefficient: -8, keepError: false })).toEqual(near([[-14.5, 2.5]]));
  });

  it('lifts to at least c, and leaves what is above', async () => {
    expect(await edit({ op: 'min-clamp', coefficient: 5 })).toEqual(near([[5, 1]]));
    expect(await edit({ op: 'min-clamp', coefficient: 1 })).toEqual([[2, 1]]);
  });

  it('changes nothing where f′ = f and the error stays; without it the reconstruction is written', async () => {
    expect(hooks(siteOf(toy, { op: 'scale', coefficient: 1 }))).toEqual([]);
    expect(hooks(siteOf(toy, { op: 'add', coefficient: 0 }))).toEqual([]);
    expect(await edit({ op: 'clamp', coefficient: 2 })).toEqual([[2, 1]]);
    expect(await edit({ op: 'scale', coefficient: 1, keepError: false })).toEqual(near([[3.5, 2.5]]));
  });

  it('keeps positions apart, with and without the error', async () => {
    const rows = [[2, 1], [2, 1], [2, 1]];
    expect(await edit({ op: 'ablate', skipBos: true }, rows)).toEqual([[2, 1], [0, 1], [0, 1]]);
    expect(await edit({ op: 'ablate', skipBos: true, positions: [0, 2] }, rows)).toEqual([[0, 1], [2, 1], [0, 1]]);
    expect(await edit({ op: 'ablate', positions: 'response' }, rows, { promptLength: 2 })).toEqual([[2, 1], [2, 1], [0, 1]]);
    expect(await edit({ op: 'ablate', positions: 'prompt' }, [[2, 1]], { offset: 2, promptLength: 2 })).toEqual([[2, 1]]);
    expect(await edit({ op: 'scale', coefficient: 1, keepError: false, positions: [1] }, rows)).toEqual(near([[2, 1], [3.5, 2.5], [2, 1]]));
    expect(await edit({ op: 'add', coefficient: 5, positions: [2] }, [[2, 1]], { offset: 2 })).toEqual([[7, 1]]);
  });

  it('changes that follow one another act on one encoding', async () => {
    const together = (...changes: Change[]) => applyHooks(hooksTogether(changes.map((change) => siteOf(toy, change))), [[2, 1]]);
    // Feature 2 reads 3/√2 of the unchanged row, whatever feature 0 has become.
    expect(await together({ op: 'ablate' }, { feature: 2, op: 'ablate' })).toEqual(near([[-1.5, -0.5]]));
    const oneByOne = [...hooks(siteOf(toy, { op: 'ablate' })), ...hooks(siteOf(toy, { feature: 2, op: 'ablate' }))];
    expect(await applyHooks(oneByOne, [[2, 1]])).toEqual(near([[-0.5, 0.5]]));
    // Of one feature: in order.
    expect(await together({ op: 'add', coefficient: 1 }, { op: 'scale', coefficient: 10 })).toEqual(near([[30, 1]]));
    expect(await together({ op: 'scale', coefficient: 10 }, { op: 'add', coefficient: 1 })).toEqual(near([[21, 1]]));
    expect(await together({ op: 'clamp', coefficient: 4 }, { op: 'scale', coefficient: 3 })).toEqual(near([[12, 1]]));
    // Without the error: the reconstruction is made once.
    expect(await together({ op: 'ablate', keepError: false }, { feature: 1, op: 'clamp', coefficient: 2, keepError: false })).toEqual(near([[1.5, 3.5]]));
  });

  it('of changes at different positions each stays at its own', async () => {
    const sites = [siteOf(toy, { op: 'ablate', positions: [1] }), siteOf(toy, { feature: 1, op: 'clamp', coefficient: 9, positions: [0] })];
    expect(await applyHooks(hooksTogether(sites), [[2, 1], [2, 1], [2, 1]])).toEqual([[2, 9], [0, 1], [2, 1]]);
    const replacing = [siteOf(toy, { op: 'ablate', positions: [1], keepError: false }), siteOf(toy, { op: 'ablate', positions: [0], keepError: false })];
    expect(await applyHooks(hooksTogether(replacing), [[2, 1], [2, 1], [2, 1]])).toEqual(near([[1.5, 2.5], [1.5, 2.5], [2, 1]]));
  });

  it('says what does not fit', () => {
    expect(() => hooks(siteOf(toy, { feature: 3 }))).toThrow('there is no feature 3');
    expect(() => hooks({ ...siteOf(toy, {}), at: 'blocks.1.hook_resid_post' })).toThrow(`writes at "${at}"`);
    expect(() => hooks({ ...siteOf(toy, {}), dictionary: undefined } as unknown as Site)).toThrow('needs an opened dictionary');
  });
});

const ENCODERS: readonly Encoder[] = ['standard', 'topk', 'jumprelu', 'gated'];
const OPS = [['add', 2], ['clamp', 3], ['scale', -2], ['ablate', 0], ['min-clamp', 1.5]] as const;
const config = { ...tinyConfig, dModel: 6 };
const rows = [0, 1, 2, 3].map((row) => Array.from({ length: 6 }, (_, i) => 3 * Math.sin(7 * row + i * i + 1)));

/** The whole dictionary, in plain arithmetic: D(f′), and with the error what D(f) left over. */
function expected(dictionary: Dictionary, edits: readonly { feature: number; op: string; c: number }[], keepError: boolean): number[][] {
  const x = Float32Array.from(rows.flat());
  const f = encode(dictionary, x, rows.length);
  const { dSae } = dictionary.info;
  const edited = f.slice();
  for (let pos = 0; pos < rows.length; pos += 1)
    for (const { feature, op, c } of edits) {
      const value = edited[pos * dSae + feature]!;
      edited[pos * dSae + feature] = { add: value + c, clamp: c, scale: c * value, ablate: 0, 'min-clamp': Math.max(value, c) }[op]!;
    }
  const [before, after] = [decode(dictionary, f, rows.length, x), decode(dictionary, edited, rows.length, x)];
  return rows.map((row, pos) => row.map((value, i) => after[pos * 6 + i]! + (keepError ? value - before[pos * 6 + i]! : 0)));
}

describe.each(ENCODERS)('edit-features with a %s encoder', (encoder) => {
  const made = (normalizeActivations: 'none' | 'constant_norm_rescale' | 'layer_norm', rescaleActsByDecoderNorm = false) =>
    randomDictionary(config, { encoder, k: 4, normalizeActivations, rescaleActsByDecoderNorm, hookName: at, dSae: 12, seed: 5 });

  it.each(OPS)('%s equals encoding and decoding all of it', async (op, coefficient) => {
    const plain = made('none');
    const scaled = { ...plain, weights: { ...plain.weights, scalingFactor: Float32Array.from({ length: 12 }, (_, i) => 0.5 + i / 8) } };
    const dictionaries = [plain, scaled, made('constant_norm_rescale'), made('layer_norm'), ...(encoder === 'topk' ? [made('none', true)] : [])];
    for (const dictionary of dictionaries)
      for (const keepError of [true, false]) {
        const changes = [{ feature: 4, c: coefficient }, { feature: 9, c: coefficient - 1 }];
        const sites = changes.map(({ feature, c }) => siteOf(dictionary, { feature, op, coefficient: c, keepError }));
        const wanted = expected(dictionary, changes.map((change) => ({ ...change, op })), keepError);
        expect(await applyHooks(hooksTogether(sites), rows)).toEqual(near(wanted));
      }
  });

  it('adding is adding the decoder row', async () => {
    const dictionary = made('none');
    const direction = dictionary.weights.W_dec.slice(4 * 6, 5 * 6);
    const add = await interventions.find('add')!.load();
    const steered = add.hooks({ at, positions: 'all', params: { coefficient: 3, skipBos: false }, direction, config });
    expect(await applyHooks(hooks(siteOf(dictionary, { feature: 4, coefficient: 3 })), rows)).toEqual(near(await applyHooks(steered, rows)));
  });
});

describe('edit-features of a transcoder', () => {
  const transcoder = (W_skip?: number[]) =>
    dictionaryWith({ dSae: 3, W_enc: [1, 0, R, 0, 1, R], W_dec: [1, 0, 0, 1, R, R], ...(W_skip === undefined ? {} : { W_skip }), spec: { applyBDecToInput: false, hookNameOut: 'blocks.0.hook_mlp_out' } });

  it('reads at one point and writes at the other', async () => {
    const dictionary = transcoder();
    const entries = hooks(siteOf(dictionary, { op: 'ablate' }));
    expect(entries.map(([name]) => name)).toEqual([at, 'blocks.0.hook_mlp_out']);
    expect(await applyHooks(entries, [[2, 1], [-3, 1]])).toEqual(near([[0, 1], [-3, 1]]));
    expect(await applyHooks(hooks(siteOf(dictionary, { op: 'ablate', positions: 'response' })), [[2, 1]])).toEqual([[2, 1]]);
  });

  it('keeps its skip connection in the reconstruction', async () => {
    const replaced = await applyHooks(hooks(siteOf(transcoder([1, 0, 0, 1]), { op: 'scale', coefficient: 1, keepError: false })), [[2, 1]]);
    expect(replaced).toEqual(near([[5.5, 3.5]]));
  });

  it('two of them at one point do not mix up what they read', async () => {
    const [one, two] = [transcoder(), transcoder()];
    const entries = [...hooks(siteOf(one, { op: 'ablate' })), ...hooks(siteOf(two, { feature: 1, op: 'ablate' }))];
    expect(await applyHooks(entries, [[2, 1]])).toEqual(near([[0, 0]]));
  });
});
