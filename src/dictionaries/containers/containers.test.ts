import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { readTensorFile } from '.';
import { readPickle } from './pickle';
import { numbersOf, transposed } from './tensor';

const FORMATS = join(import.meta.dirname, '../golden/formats');
const golden = (path: string) => new Uint8Array(readFileSync(join(FORMATS, path)));
const LIMIT = 10_000_000;
const read = (bytes: Uint8Array, name = 'made.npz') => readTensorFile(name, new Blob([bytes as Uint8Array<ArrayBuffer>]), LIMIT);
const bytesOf = (...parts: (string | readonly number[])[]) => Uint8Array.from(parts.flatMap((part) => (typeof part === 'string' ? [...part].map((letter) => letter.charCodeAt(0)) : [...part])));

function npy(descr: string, shape: string, data: readonly number[], { version = 1, fortran = false } = {}): Uint8Array {
  const header = `{'descr': '${descr}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': ${shape}, }`.padEnd(117) + '\n';
  const length = version === 1 ? [header.length, 0] : [header.length, 0, 0, 0];
  return bytesOf([0x93], 'NUMPY', [version, 0], length, header, data);
}

describe('npz', () => {
  it.each(['gemma-scope-1', 'gemma-scope-1-compressed', 'gemma-scope-1-fortran'])('%s gives the same arrays', async (name) => {
    const [plain, other] = [await read(golden('gemma-scope-1/params.npz')), await read(golden(`${name}/params.npz`))];
    for (const [key, tensor] of plain.tensors) expect(await other.tensors.get(key)?.values()).toEqual(await tensor.values());
  });

  it.each([
    ['<f8', [0, 0, 0, 0, 0, 0, 4, 192], -2.5],
    ['<f4', [0, 0, 32, 192], -2.5],
    ['<f2', [0, 193], -2.5],
    ['<i8', [254, 255, 255, 255, 255, 255, 255, 255], -2],
    ['|u1', [254], 254],
    ['|b1', [1], 1],
  ])('reads %s, in versions 1 and 2 of the header', async (descr, data, value) => {
    for (const version of [1, 2]) {
      const { tensors } = await read(zipSync({ 'a.npy': npy(descr, '(1,)', data, { version }) }));
      expect([...((await tensors.get('a')?.values()) ?? [])]).toEqual([value]);
    }
  });

  it('turns what is stored column by column', async () => {
    const { tensors } = await read(zipSync({ 'a.npy': npy('|u1', '(2, 3)', [1, 4, 2, 5, 3, 6], { fortran: true }) }));
    expect([...((await tensors.get('a')?.values()) ?? [])]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it.each([
    ['an object array', npy('|O', '(1,)', [0]), /never run/],
    ['another byte order', npy('>f4', '(1,)', [0, 0, 0, 0]), />f4/],
    ['too few numbers', npy('<f4', '(2,)', [0, 0, 0, 0]), /takes 8 bytes, but 4/],
    ['code in place of a header', npy("<f4', 'x': __import__('os').system('false'), 'y': '", '(1,)', [0, 0, 0, 0]), /no plain type/],
    ['no array', bytesOf('something else altogether'), /no .npy file/],
    ['a shape that is none', npy('<f4', '(-1,)', [0, 0, 0, 0]), /no plain type/],
  ])('refuses %s', async (_, array, message) => {
    await expect(read(zipSync({ 'a.npy': array }))).rejects.toThrow(message);
  });

  it('refuses a zip that was cut off, changed, or unpacks to too much', async () => {
    const whole = golden('gemma-scope-1-compressed/params.npz');
    await expect(read(whole.slice(0, -30))).rejects.toMatchObject({ code: 'damaged-zip' });
    const changed = whole.slice();
    changed[200] = (changed[200] ?? 0) ^ 1;
    await expect(read(changed)).rejects.toMatchObject({ name: 'UserError' });
    const bomb = zipSync({ 'a.npy': new Uint8Array(LIMIT + 1) });
    expect(bomb.length).toBeLessThan(20_000);
    await expect(read(bomb)).rejects.toMatchObject({ code: 'too-large' });
    // One that lies about what it unpacks to.
    const liar = zipSync({ 'a.npy': new Uint8Array(1_000_000) });
    const view = new DataView(liar.buffer, liar.byteOffset);
    for (let at = 0; at < liar.length - 30; at += 1) if (view.getUint32(at, true) === 0x02014b50) view.setUint32(at + 24, 100, true);
    await expect(read(liar)).rejects.toMatchObject({ code: 'damaged-zip' });
  });
});

describe('PyTorch', () => {
  it('gives views with strides as the arrays that they show', async () => {
    const [plain, strided] = [await read(golden('qwen-scope/layer1.sae.pt')), await read(golden('pt-strided/layer1.sae.pt'))];
    for (const [key, tensor] of plain.tensors) expect(await strided.tensors.get(key)?.values()).toEqual(await tensor.values());
  });

  it('unwraps what lies in a state_dict, and keeps plain values', async () => {
    const { tensors, values } = await read(golden('pt-nested/layer1.sae.pt'));
    expect([...tensors.keys()].sort()).toEqual(['W_dec', 'W_enc', 'b_dec', 'b_enc']);
    expect(values['step']).toBe(3);
  });

  const pickle = (...parts: (string | readonly number[])[]) => () => readPickle(bytesOf([0x80, 2], ...parts), 'made.pt');
  it.each([
    ['a function of the system', pickle('cposix\nsystem\n.'), /posix\.system/],
    ['one under a name put together on the way', pickle([0x8c, 2], 'os', [0x8c, 6], 'system', [0x93], '.'), /os\.system/],
    ['a class that makes itself', pickle('ctorch._utils\n_rebuild_tensor_v2\n)', [0x81], '.'), /0x81/],
    ['a module of its own', pickle('ctorch.hub\nload\n.'), /torch\.hub\.load/],
    ['protocol 0 functions', pickle('(iposix\nsystem\n.'), /0x69/],
    ['attributes of no dict', pickle(']', '}', 'b.'), /attributes/],
    ['a call of a storage', pickle('ctorch\nFloatStorage\n)R.'), /no function/],
    ['a call of a text', pickle('X', [1, 0, 0, 0], 'a', ')R.'), /no function on the list/],
    ['a negative size', pickle('ctorch._utils\n_rebuild_tensor_v2\n(K', [0], 'K', [0], ')', ')tR.'), /tensor that can't be/],
    ['an empty stack', pickle('.'), /not there/],
    ['no end', pickle('}'), /cut off/],
    ['a memo that was never filled', pickle('h', [9], '.'), /not there/],
  ])('refuses %s', (_, run, message) => {
    expect(run).toThrow(message);
  });

  it('stops at a dict that holds itself', async () => {
    const pickled = bytesOf([0x80, 2], '}q', [0], 'X', [1, 0, 0, 0], 'ah', [0], 's.');
    const { tensors } = await read(zipSync({ 'archive/data.pkl': pickled }), 'made.pt');
    expect(tensors.size).toBe(0);
  });

  it('refuses a tensor that reaches outside of its storage by its strides', async () => {
    const files = unzipSync(golden('qwen-scope/layer1.sae.pt'));
    const root = Object.keys(files)[0]?.split('/')[0] ?? '';
    const data = files[`${root}/data.pkl`] ?? new Uint8Array(0);
    // The first stride of the first tensor (a small number) is made larger: K <n> becomes K 255.
    const at = [...data.keys()].filter((i) => data[i] === 0x4b && data[i + 2] === 0x4b && data[i + 4] === 0x86);
    expect(at.length).toBeGreaterThan(1);
    const changed = data.slice();
    changed[(at[1] ?? 0) + 1] = 255;
    await expect(read(zipSync({ ...files, [`${root}/data.pkl`]: changed }, { level: 0 }), 'made.pt')).rejects.toMatchObject({ code: 'outside-storage' });
  });

  it('says how to convert a bare pickle', async () => {
    await expect(read(golden('pt-legacy/layer1.sae.pt'), 'layer1.sae.pt')).rejects.toMatchObject({ code: 'legacy-pickle', message: expect.stringContaining('save_file') as string });
  });
});

describe('numbers', () => {
  it('are read from anywhere in a file', () => {
    const bytes = Uint8Array.from([9, 0, 0, 32, 192]).subarray(1);
    expect([...numbersOf(bytes, 'float32')]).toEqual([-2.5]);
    expect([...numbersOf(Uint8Array.from([9, 0, 193]).subarray(1), 'float16')]).toEqual([-2.5]);
    expect([...numbersOf(Uint8Array.from([32, 192]), 'bfloat16')]).toEqual([-2.5]);
    expect([...numbersOf(Uint8Array.from([255, 128]), 'int8')]).toEqual([-1, -128]);
  });

  it('are turned over the edges of tiles', () => {
    const values = Float32Array.from({ length: 35 * 70 }, (_, i) => i);
    const turned = transposed(values, 35, 70);
    expect(turned[69 * 35 + 34]).toBe(34 * 70 + 69);
    expect(transposed(turned, 70, 35)).toEqual(values);
  });
});
