import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { hookNames } from '../anatomy/hook-names';
import type { ModelInfo } from '../anatomy/model-info';
import type { InterventionSpec, RunRequest, RunResult } from '../anatomy/run';
import { analyses } from '../analyses';
import { directions } from '../directions';
import { interventions } from '../interventions';
import { isAbort, UserError } from '../lib/errors';
import { filesOf, goldenFolder } from '../testing/golden';
import { nodeStarter } from '../testing/open-model';
import { paramValues } from '../testing/param-values';
import { openSession, question } from './test-session';

const signal = new AbortController().signal;

/** The same requests each time, so that a run says the same of the same code; another number looks further. */
const SEED = Number(process.env['PROPERTY_SEED'] ?? 1);

/** Any request that can be written down for this model, sensible or not: every registered method, any hook point, any positions. */
function anyRequest(info: ModelInfo): fc.Arbitrary<RunRequest> {
  const hook = fc.constantFrom(...hookNames(info.config));
  // What needs a dictionary is refused here, with a dictionary's name made of random letters: it is asked now and then.
  const oftenWithout = <D extends { readonly params: object }>(doors: readonly D[]) =>
    fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...doors.filter(({ params }) => !('dictionary' in params))) }, { weight: 1, arbitrary: fc.constantFrom(...doors) });
  const spec = (doors: typeof directions.all | typeof analyses.all) =>
    oftenWithout<(typeof doors)[number]>(doors).chain((door) => paramValues(door.params).map((params) => ({ id: door.id, params })));
  const intervention = oftenWithout(interventions.all).chain((door) =>
    fc
      .record({
        params: paramValues(door.params),
        at: hook,
        positions: fc.oneof(fc.constantFrom('all', 'prompt', 'response'), fc.array(fc.nat(12), { maxLength: 3 })),
        direction: spec(directions.all),
      })
      .map(({ direction, ...rest }): InterventionSpec => (door.direction === 'none' ? { id: door.id, ...rest } : { id: door.id, ...rest, direction })),
  );
  const sampling = fc.record({
    maxNewTokens: fc.nat(4),
    temperature: fc.constantFrom(0, 0.7, 1.5),
    topK: fc.nat(5),
    topP: fc.constantFrom(1, 0.5),
    seed: fc.nat(100),
    stopAtEnd: fc.boolean(),
  });
  return fc
    .record({
      ids: fc.array(fc.nat(info.config.dVocab - 1), { minLength: 1, maxLength: 10 }),
      prompt: fc.nat(10),
      interventions: fc.array(intervention, { maxLength: 2 }),
      capture: fc.uniqueArray(hook, { maxLength: 3 }),
      logits: fc.boolean(),
      analyses: fc.array(spec(analyses.all.filter(({ independent }) => !independent)), { maxLength: 2 }),
      generate: fc.option(sampling),
    })
    .map(({ prompt, ...request }) => question(info, { ...request, promptLength: Math.max(1, Math.min(prompt, request.ids.length)) }));
}

describe.each(['gpt2', 'llama'] as const)('any request to %s', (name) => {
  const { session, notices } = openSession(nodeStarter());
  let info: ModelInfo;
  beforeAll(async () => {
    await session.setBackend('wasm');
    info = await session.load({ kind: 'files', name, files: filesOf(goldenFolder(name)) }, () => undefined, signal);
  });

  it('is answered in full or refused in words, the same each time, and leaves nothing behind', async () => {
    const tensors = session.numTensors();
    let answered = 0;
    const ask = (request: RunRequest) =>
      session.run(request, { signal }).catch((error: unknown) => {
        expect(error).toBeInstanceOf(UserError);
        expect(isAbort(error)).toBe(false);
        return (error as UserError).message;
      });
    await fc.assert(
      fc.asyncProperty(anyRequest(info), async (request) => {
        const first = await ask(request);
        const second = await ask(request);
        expect(session.numTensors()).toBe(tensors);
        if (typeof first === 'string' || typeof second === 'string') {
          expect(second).toBe(first);
          return;
        }
        answered += 1;
        expectWhole(first, request);
        expectSame({ ...second, computedBy: null }, { ...first, computedBy: null });
      }),
      { numRuns: 60, seed: SEED },
    );
    expect(answered).toBeGreaterThan(10);
    expect(notices).toEqual([]); // no request is taken for a failure of the backend
  });
});

/**
 * Share of the largest |value| by which two answers to one request may differ. Ids and shapes are equal; numbers are up to float32
 * rounding (1e-7 was measured): a pass over several rows adds in another order than row by row, and what an earlier text left
 * behind decides which of the two is taken.
 */
const ROUNDING = 1e-6;

function expectSame(second: unknown, first: unknown): void {
  if (first instanceof Float32Array) {
    const values = second as Float32Array;
    expect(values).toHaveLength(first.length);
    const largest = first.reduce((most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most), 0);
    const differing = first.findIndex((value, i) => !Object.is(value, values[i]) && !(Math.abs(value - values[i]!) <= ROUNDING * largest));
    if (differing >= 0) expect(values[differing]).toBe(first[differing]);
  } else if (typeof first === 'object' && first !== null) {
    expect(Object.keys(second as object)).toEqual(Object.keys(first));
    for (const [key, value] of Object.entries(first)) expectSame((second as Record<string, unknown>)[key], value);
  } else if (typeof first === 'number' && Number.isFinite(first)) {
    // Ids of these small vocabularies are further apart than this, so that they are equal or the test fails.
    expect(Math.abs((second as number) - first)).toBeLessThanOrEqual(ROUNDING * Math.max(1, Math.abs(first)));
  } else {
    expect(second).toEqual(first);
  }
}

function expectWhole(result: RunResult, request: RunRequest): void {
  const nPos = result.ids.length;
  expect(result.ids.slice(0, request.ids.length)).toEqual(request.ids);
  expect(Object.keys(result.activations).sort()).toEqual([...request.capture].sort());
  for (const array of Object.values(result.activations)) {
    expect(array!.data).toHaveLength(array!.shape.reduce((product, n) => product * n, 1));
    for (const [i, axis] of array!.axes.entries()) if (axis.endsWith('pos')) expect(array!.shape[i]).toBe(nPos);
  }
  expect(result.logits === null).toBe(!request.logits);
  expect(result.analyses).toHaveLength(request.analyses.length);
  expect(result.generated === null).toBe(request.generate === null);
}
