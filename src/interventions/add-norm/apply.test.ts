import { beforeAll, describe, expect, it } from 'vitest';
import { applyHooks, tinyConfig, type HookSetting } from '../../testing/apply-hook';
import { labPorts } from '../../testing/lab';
import { hooks } from './apply';

const at = 'blocks.0.hook_resid_post' as const;
type Params = Parameters<typeof hooks>[0]['params'];
const site = (direction: readonly number[], params: Partial<Params>) => ({
  at,
  positions: 'all' as const,
  params: { coefficient: 0.5, cap: 0, lastOnly: false, skipBos: false, ...params },
  direction: Float32Array.from(direction),
  config: { ...tinyConfig, dModel: direction.length },
});
const run = (direction: readonly number[], params: Partial<Params>, rows: number[][], setting: HookSetting = {}) => applyHooks(hooks(site(direction, params)), rows, setting);
const near = (rows: readonly (readonly number[])[]) => rows.map((row) => row.map((value) => expect.closeTo(value, 4)));

beforeAll(() => labPorts().starter.start('cpu'));

describe('adding a share of the norm', () => {
  it('gives the worked numbers', async () => {
    expect(await run([1, 0], {}, [[3, 4]])).toEqual(near([[5.5, 4]]));
    expect(await run([1, 0], { coefficient: 3, cap: 1 }, [[3, 4]])).toEqual(near([[8, 4]]));
    expect(await run([1, 0], { coefficient: -3, cap: 1 }, [[3, 4]])).toEqual(near([[-2, 4]]));
    expect(await run([0, 0, 1], {}, [[3, 4, 12]])).toEqual(near([[3, 4, 18.5]]));
    // Two features of weights .730423 and .269577, as the direction weighted-features gives them.
    expect(await run([0.730423, 0.269577, 0], {}, [[3, 4, 12]])).toEqual(near([[9.097945, 6.25057, 12]]));
  });

  it('measures each position by itself, and the direction has no length', async () => {
    expect(await run([9, 0], {}, [[3, 4], [0, 2]])).toEqual(near([[5.5, 4], [1, 2]]));
  });

  it('from the last prompt token on leaves what comes before alone', async () => {
    const rows = [[3, 4], [3, 4], [3, 4]];
    const moved = [5.5, 4];
    expect(await run([1, 0], { lastOnly: true }, rows)).toEqual(near([[3, 4], [3, 4], moved]));
    expect(await run([1, 0], { lastOnly: true }, rows, { promptLength: 2 })).toEqual(near([[3, 4], moved, moved]));
    // A new token, in a pass of its own.
    expect(await run([1, 0], { lastOnly: true }, [[3, 4]], { offset: 4, ids: [0, 1, 2, 3, 4], promptLength: 3 })).toEqual(near([moved]));
    expect(await run([1, 0], { lastOnly: true }, rows, { ids: [0, 1, 2, 3, 4], promptLength: 5 })).toEqual(near(rows));
  });

  it('does nothing with no share, and says what does not fit', () => {
    expect(hooks(site([1, 0], { coefficient: 0 }))).toEqual([]);
    expect(() => hooks({ ...site([1, 0], {}), direction: null })).toThrow('needs a direction');
    expect(() => hooks({ ...site([1, 0], {}), direction: Float32Array.of(1) })).toThrow('1 values');
  });
});
