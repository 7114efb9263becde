import { beforeAll, describe, expect, it } from 'vitest';
import { hookNames } from '../../anatomy/hook-names';
import type { ModelInfo, ModelSource } from '../../anatomy/model-info';
import type { BackendName, RunRequest, RunResult } from '../../anatomy/run';
import { filesOf, goldenFolder } from '../../testing/golden';
import { nodeStarter } from '../../testing/open-model';
import type { Session } from '../../workers/session';
import { openSession } from '../../workers/test-session';
import { describeFolding, describeStorage, isRounded } from './folding';
import { shifted } from './fixtures';
import { createNumericsJob, referenceFor, type JobState, type NumericsJob } from './job';
import { exceeding, firstExceeding, TOLERANCE, type NumericsReport } from './report';

const signal = new AbortController().signal;
const ids = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8];
const source: ModelSource = { kind: 'files', name: 'golden', files: filesOf(goldenFolder('gpt2')) };

let session: Session;
let info: ModelInfo;
/** tfjs has one active backend per process, so that both sides take turns on one session here. */
let turn: Promise<unknown> = Promise.resolve();
const on = (backend: BackendName) => (request: RunRequest): Promise<RunResult> => {
  const answer = turn.then(async () => {
    await session.setBackend(backend);
    return session.run(request, { signal });
  });
  turn = answer.catch(() => undefined);
  return answer;
};

interface Changes {
  readonly given?: (result: RunResult) => RunResult;
  readonly memory?: number;
  readonly isForgotten?: boolean;
  readonly again?: () => ModelInfo;
  readonly onRun?: () => void;
}
function jobWith({ given = (result) => result, memory = 8e9, isForgotten = false, again = () => info, onRun = () => undefined }: Changes) {
  const engines = { opened: 0, open: 0 };
  let backend: BackendName = 'cpu';
  const job = createNumericsJob({
    run: async (request) => given(await on('wasm')(request)),
    openSecond() {
      engines.opened += 1;
      engines.open += 1;
      return {
        setBackend: (name) => Promise.resolve((backend = name)),
        load: (_, onProgress) => {
          onProgress({ stage: 'files', loadedBytes: 5, totalBytes: 10 });
          return Promise.resolve(again());
        },
        run: (request) => {
          onRun();
          return on(backend)(request);
        },
        dispose: () => void (engines.open -= 1),
      };
    },
    sourceOf: (hash) => (isForgotten || hash !== info.hash ? null : source),
    memoryBytes: () => memory,
    breathe: () => Promise.resolve(),
  });
  return { job, engines };
}
async function report(job: NumericsJob, most = 64): Promise<NumericsReport> {
  await job.compare({ info, backend: 'wasm', storage: 'float32', ids, most });
  const state = job.state();
  if (state.status !== 'done') throw new Error(`${state.status}: ${state.status === 'failed' ? state.message : ''}`);
  return state.report;
}

beforeAll(async () => {
  session = openSession(nodeStarter()).session;
  await session.setBackend('wasm');
  info = await session.load(source, () => undefined, signal);
});

describe('wasm against cpu on a golden model', () => {
  it('compares every hook point once, in the order of the forward pass, and finds none beyond the tolerance', async () => {
    const { job, engines } = jobWith({});
    const states: JobState['status'][] = [];
    job.subscribe(() => states.push(job.state().status));
    const found = await report(job);
    expect(found.differences.map(({ hook }) => hook)).toEqual(hookNames(info.config));
    expect(exceeding(found.differences)).toEqual([]);
    // The backends do differ: equal numbers everywhere would mean that one was compared with itself.
    expect(Math.max(...found.differences.map(({ share }) => share))).toBeGreaterThan(0);
    expect(found).toMatchObject({ backend: 'wasm', reference: 'cpu', dtype: 'float32', nPos: 12, ofPos: 12, agreeing: 12, disagreement: null });
    expect(found.maxLogprob).toBeLessThan(1e-4);
    expect(engines).toEqual({ opened: 1, open: 0 });
    expect(new Set(states)).toEqual(new Set(['running', 'done']));
  });

  it('leaves no tensor behind', async () => {
    const before = session.numTensors();
    await report(jobWith({}).job);
    await session.setBackend('wasm');
    expect(session.numTensors()).toBe(before);
  });

  it('measures that nothing is folded or centred', async () => {
    const { folding } = await report(jobWith({}).job);
    expect(folding.norms).toBe(2 * info.config.nLayers);
    expect(describeFolding(folding)).toContain(`all ${folding.norms} norms apply a gain`);
    expect(describeFolding(folding)).toContain('not centred');
    expect(describeFolding({ norms: 4, normsWithGain: 0, streamMean: 1e-8 })).toMatch(/folded, or all ones.*centred: the stream has no mean/);
    expect(describeFolding({ norms: 4, normsWithGain: 3, streamMean: 1 })).toContain('partly folded: 3 of 4');
  });

  it('says what became of the stored numbers', () => {
    expect(describeStorage('float16', 'float16', 'float32')).toBe('Stored as float16; the big matrices are kept so. Computed in float32; the reference has the numbers of the file in float32.');
    expect(describeStorage('bfloat16', 'float32', 'float32')).toContain('widened to float32 when loaded, which changes no number');
    expect(describeStorage('float32', 'int8', 'float32')).toContain('rounded to int8 when loaded, with a scale for each output');
    expect(describeStorage('float32', 'float16', 'float32')).toContain('rounded to float16 when loaded.');
    expect([isRounded({ storedDtype: 'float32' }, 'int8'), isRounded({ storedDtype: 'float16' }, 'float32'), isRounded({ storedDtype: 'bfloat16' }, 'bfloat16')]).toEqual([true, false, false]);
  });

  it('compares the first tokens only when asked to', async () => {
    expect(await report(jobWith({}).job, 5)).toMatchObject({ nPos: 5, ofPos: 12 });
  });
});

describe('rounded weights', () => {
  it.each(['int8', 'float16'] as const)('%s is held against the float32 numbers of the file, at every hook point', async (storage) => {
    const [rounded, whole] = [openSession(nodeStarter()).session, openSession(nodeStarter()).session];
    let wished: ModelSource['storage'];
    let turns: Promise<unknown> = Promise.resolve();
    const ask = (of: Session, name: BackendName) => (request: RunRequest) => {
      const answer = turns.then(async () => {
        await of.setBackend(name);
        return of.run(request, { signal });
      });
      turns = answer.catch(() => undefined);
      return answer;
    };
    await rounded.setBackend('wasm');
    const kept = await rounded.load({ ...source, storage }, () => undefined, signal);
    const job = createNumericsJob({
      run: ask(rounded, 'wasm'),
      openSecond: () => ({
        setBackend: (name) => whole.setBackend(name),
        load(given, onProgress) {
          wished = given.storage;
          return whole.load(given, onProgress, signal);
        },
        run: ask(whole, 'cpu'),
        dispose: () => undefined,
      }),
      sourceOf: () => ({ ...source, storage }),
      memoryBytes: () => 8e9,
      breathe: () => Promise.resolve(),
    });
    await job.compare({ info: kept, backend: 'wasm', storage, ids, most: 64 });
    const state = job.state();
    if (state.status !== 'done') throw new Error(JSON.stringify(state));
    expect(wished).toBe('float32');
    expect(state.report).toMatchObject({ storage, backend: 'wasm', reference: 'cpu' });
    const beyond = exceeding(state.report.differences);
    // Rounding shows from the first block on: int8 by percents, float16 by thousandths at most.
    const logits = state.report.differences.find(({ hook }) => hook === 'logits')!;
    if (storage === 'int8') {
      expect(beyond.length).toBeGreaterThan(10);
      expect(logits.share).toBeGreaterThan(1e-3);
    } else expect(logits.share).toBeLessThan(5e-3);
    expect(logits.share).toBeGreaterThan(1e-5);
    expect(logits.share).toBeLessThan(0.1);
  });
});

describe('numbers that are wrong on purpose', () => {
  it('are found at their hook point, layer and position, with the size of the error', async () => {
    const hook = 'blocks.1.attn.hook_z';
    const width = info.config.nHeads * info.config.dHead;
    const { job } = jobWith({ given: (result) => shifted(result, hook, 7 * width + 3, 0.5) });
    const { differences } = await report(job);
    const beyond = exceeding(differences);
    expect(beyond.map((one) => one.hook)).toEqual([hook]);
    expect(beyond[0]).toMatchObject({ layer: 1, point: 'attn.hook_z', pos: 7 });
    expect(beyond[0]!.maxError).toBeCloseTo(0.5, 4);
    expect(beyond[0]!.share).toBeCloseTo(0.5 / beyond[0]!.largest, 4);
    expect(firstExceeding(differences)!.hook).toBe(hook);
  });

  it('are found in a pattern at the query, whatever the head', async () => {
    const hook = 'blocks.0.attn.hook_pattern';
    const n = ids.length;
    const { job } = jobWith({ given: (result) => shifted(result, hook, n * n + 4 * n + 2, 0.1) });
    expect(firstExceeding((await report(job)).differences)).toMatchObject({ hook, pos: 4 });
  });

  it('count as right just below the tolerance, and as wrong just above', async () => {
    const hook = 'blocks.0.hook_resid_mid';
    const { largest } = (await report(jobWith({}).job)).differences.find((one) => one.hook === hook)!;
    const withError = async (share: number) =>
      exceeding((await report(jobWith({ given: (result) => shifted(result, hook, 2, share * largest) }).job)).differences);
    expect(await withError(0.9 * TOLERANCE)).toEqual([]);
    expect((await withError(1.1 * TOLERANCE)).map((one) => one.hook)).toEqual([hook]);
  });

  it('never pass as NaN', async () => {
    const { job } = jobWith({ given: (result) => shifted(result, 'blocks.0.hook_mlp_out', 0, NaN) });
    expect(exceeding((await report(job)).differences).map((one) => one.hook)).toEqual(['blocks.0.hook_mlp_out']);
  });

  it('change the next token where they are in the logits', async () => {
    const { dVocab } = info.config;
    const { job } = jobWith({ given: (result) => shifted(result, 'logits', 3 * dVocab + 11, 100) });
    const found = await report(job);
    expect(found).toMatchObject({ agreeing: 11, disagreement: { pos: 3, given: 11 }, maxLogprobPos: 3 });
    expect(found.maxLogprob).toBeGreaterThan(90);
  });
});

describe('what stands in the way', () => {
  const failure = async (changes: Changes) => {
    const { job, engines } = jobWith(changes);
    await job.compare({ info, backend: 'wasm', storage: 'float32', ids, most: 64 });
    expect(engines.open).toBe(0);
    const state = job.state();
    return { message: state.status === 'failed' ? state.message : state.status, opened: engines.opened };
  };

  it('is said before anything is loaded', async () => {
    expect(await failure({ isForgotten: true })).toMatchObject({ message: expect.stringContaining('not known any more'), opened: 0 });
    expect(await failure({ memory: 1000 })).toMatchObject({ message: expect.stringContaining('held twice'), opened: 0 });
  });

  it('is another model at the same address', async () => {
    expect((await failure({ again: () => ({ ...info, hash: 'other' }) })).message).toContain('another model');
  });

  it('is a backend that changes meanwhile: neither side may', async () => {
    const other = (result: RunResult): RunResult => ({ ...result, computedBy: { ...result.computedBy, backend: 'webgl' } });
    let runs = 0;
    const later = (result: RunResult) => (++runs > 1 ? other(result) : result);
    expect((await failure({ given: later })).message).toContain('changed from wasm to webgl');
  });

  it('can be a person: cancelled, it ends the engine and is as before', async () => {
    const { job, engines } = jobWith({ onRun: () => job.cancel() });
    await job.compare({ info, backend: 'wasm', storage: 'float32', ids, most: 64 });
    expect(job.state()).toEqual({ status: 'idle' });
    expect(engines).toEqual({ opened: 1, open: 0 });
  });

  it('compares cpu with wasm, where cpu is what computes', () => {
    expect([referenceFor('cpu'), referenceFor('wasm'), referenceFor('webgpu'), referenceFor('webgl')]).toEqual(['wasm', 'cpu', 'cpu', 'cpu']);
  });
});
