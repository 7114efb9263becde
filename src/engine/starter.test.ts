import { describe, expect, it } from 'vitest';
import { activeDevice, describe as describeBackend } from './backends';
import { randomWeights, relativeError, selfCheck, selfCheckProblem, storageCheck } from './self-check';
import { ask, greedy, loadRandom, rotaryConfig, starter } from './test-helpers';
import { loadModel } from './model';

describe('the starter', () => {
  it('tells what each backend is here, and why it cannot be used', async () => {
    const statuses = await starter.survey();
    expect(statuses.map(({ name, usable }) => [name, usable])).toEqual([
      ['webgpu', false],
      ['webgl', false],
      ['wasm', true],
      ['cpu', true],
    ]);
    expect(statuses[0]!.problem).toMatch(/no WebGPU/);
    expect(statuses[1]!.problem).toMatch(/no WebGL/);
  });

  it('takes wasm where there is no graphics device', async () => {
    expect((await starter.start(null)).backend).toBe('wasm');
  });

  it('says why a backend cannot be started', async () => {
    await expect(starter.start('webgpu')).rejects.toMatchObject({
      code: 'backend-unusable',
      message: expect.stringContaining('no WebGPU') as string,
    });
  });

  it('a survey leaves the backend in use as it is', async () => {
    const engine = await starter.start('cpu');
    const model = await loadRandom(engine, rotaryConfig);
    const first = await ask(model, { ids: [1, 2, 3], generate: greedy(4) });
    await starter.survey();
    expect((await ask(model, { ids: [1, 2, 3], generate: greedy(4) })).generated).toEqual(first.generated);
    model.dispose();
  });
});

describe('the self-check', () => {
  it('passes on wasm against cpu and finds one wrong number', async () => {
    await starter.start('cpu');
    const right = await selfCheck(activeDevice('cpu', await describeBackend('cpu')));
    await starter.start('wasm');
    const given = await selfCheck(activeDevice('wasm', await describeBackend('wasm')));
    expect(selfCheckProblem(given, right)).toBeNull();
    const wrong = new Map(given);
    const [name, array] = [...given].find(([key]) => key.endsWith('ln_final.hook_scale'))!;
    wrong.set(name, { ...array, data: array.data.map((x, i) => (i === 1 ? x * 1.01 : x)) });
    expect(selfCheckProblem(wrong, right)).toContain('ln_final.hook_scale');
    wrong.delete(name);
    expect(selfCheckProblem(wrong, right)).toContain('wrong size');
  });

  it('covers every storage, and finds a wrong number there', async () => {
    await starter.start('cpu');
    const right = await storageCheck(activeDevice('cpu', await describeBackend('cpu')));
    await starter.start('wasm');
    const given = await storageCheck(activeDevice('wasm', await describeBackend('wasm')));
    expect([...given.keys()]).toEqual(['float16', 'bfloat16', 'int8']);
    for (const [storage, answer] of given) {
      expect(selfCheckProblem(answer, right.get(storage)!), storage).toBeNull();
      const [name, array] = [...answer][0]!;
      const wrong = new Map([[name, { ...array, data: array.data.map((x, i) => (i === 7 ? x + 0.01 : x)) }]]);
      expect(selfCheckProblem(wrong, right.get(storage)!)).toContain(`${storage} logits`);
    }
    // Rounding must show, or one storage was compared with itself in float32.
    expect(relativeError([...right.get('int8')!.values()][0]!.data, [...right.get('float16')!.values()][0]!.data)).toBeGreaterThan(1e-4);
  });

  it('errors are shares of the largest value; infinities must be alike', () => {
    expect(relativeError([1, -4.04], [1, -4])).toBeCloseTo(0.01, 9);
    expect(relativeError([-Infinity, 2], [-Infinity, 2])).toBe(0);
    expect(relativeError([0, 2], [-Infinity, 2])).toBe(Infinity);
    expect(relativeError([NaN, 2], [1, 2])).toBe(Infinity);
  });
});

describe('a lost device', () => {
  it('is told to those who listen, and every run fails with its own code and no tensor left', async () => {
    const engine = await starter.start('cpu');
    const device = activeDevice('cpu', await describeBackend('cpu'));
    let isGone = false;
    const fragile = {
      ...device,
      checkDevice: () => {
        if (isGone) device.lose('the graphics device was lost.');
        device.checkDevice();
      },
    };
    const told: string[] = [];
    const stop = device.onLost((message) => told.push(message));
    const model = await loadModel(rotaryConfig, randomWeights(rotaryConfig, 1), new AbortController().signal, fragile);
    const before = engine.numTensors();
    await ask(model, { ids: [1, 2], generate: greedy(2) });
    isGone = true;
    await expect(ask(model, { ids: [1, 2], generate: greedy(2) })).rejects.toMatchObject({ code: 'backend-lost' });
    await expect(ask(model, { ids: [1, 2] })).rejects.toMatchObject({ code: 'backend-lost' });
    expect(told).toEqual(['the graphics device was lost.']);
    expect(engine.numTensors()).toBe(before);
    stop();
    model.dispose();
  });
});
