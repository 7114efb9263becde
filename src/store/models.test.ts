import { describe, expect, it } from 'vitest';
import { fakeInfo, settle } from './fake-runner';
import { HOOK, startWorkbench } from './fake-workbench';
import { selectCapture } from './selectors';

describe('models and backends', () => {
  it('keeps the model that is there when another fails', async () => {
    const { runner, actions, store } = await startWorkbench();
    await runner.answerAll();
    const text = store.getState().texts.base;
    runner.failLoads('not a safetensors file.');
    await actions.loadModel({ kind: 'url', url: 'https://example.org/m' });
    expect(store.getState().model).toEqual({ status: 'failed', message: 'not a safetensors file.', previous: fakeInfo });
    expect(store.getState().document.model).toMatchObject({ kind: 'catalogue', hash: fakeInfo.hash });
    expect(store.getState().texts.base).toBe(text);
    runner.failLoads(null);
    await actions.loadModel({ kind: 'url', url: 'https://example.org/m' });
    expect(store.getState().document.model).toEqual({ kind: 'url', url: 'https://example.org/m', hash: fakeInfo.hash });
    actions.undo();
    await settle();
    await settle();
    expect(store.getState().loaded).toMatchObject({ kind: 'catalogue' });
  });

  it('asks for the folder of a dropped model', async () => {
    const { actions, store } = await startWorkbench();
    const { document } = store.getState();
    actions.replaceDocument({ ...document, model: { kind: 'files', name: 'mine', hash: fakeInfo.hash } });
    expect(store.getState().model).toEqual({ status: 'needs-files', name: 'mine', hash: fakeInfo.hash, previous: fakeInfo });
    expect(store.getState().texts.base).toBeNull();
    await actions.loadModel({ kind: 'files', name: 'mine', files: [] });
    expect(store.getState().model.status).toBe('ready');
    expect(store.getState().document.model).toEqual({ kind: 'files', name: 'mine', hash: fakeInfo.hash });
  });

  it('loads the same model again when it is to be kept otherwise, and forgets its numbers', async () => {
    const { runner, actions, store } = await startWorkbench();
    await runner.answerAll();
    expect(selectCapture(store.getState(), HOOK)).toMatchObject({ status: 'ready' });
    await actions.loadModel({ kind: 'catalogue', id: 'lacuna-16m', storage: 'int8' });
    expect(store.getState().document.model).toEqual({ kind: 'catalogue', id: 'lacuna-16m', hash: fakeInfo.hash, storage: 'int8' });
    expect(selectCapture(store.getState(), HOOK)).not.toMatchObject({ status: 'ready' });
    actions.undo();
    await settle();
    await settle();
    expect(store.getState().loaded).toEqual({ kind: 'catalogue', id: 'lacuna-16m', hash: fakeInfo.hash });
    expect(runner.loads.map(({ storage }) => storage)).toEqual([undefined, 'int8', undefined]);
  });

  it('keeps a folder that a link asks for as the link says', async () => {
    const { runner, actions, store } = await startWorkbench();
    const { document } = store.getState();
    actions.replaceDocument({ ...document, model: { kind: 'files', name: 'mine', hash: fakeInfo.hash, storage: 'int8' } });
    expect(store.getState().model.status).toBe('needs-files');
    await actions.loadModel({ kind: 'files', name: 'mine', files: [] });
    expect(runner.loads.at(-1)).toMatchObject({ kind: 'files', storage: 'int8' });
    expect(store.getState().document.model).toEqual({ kind: 'files', name: 'mine', hash: fakeInfo.hash, storage: 'int8' });
  });

  it('computes anew on another backend, with the old numbers on screen meanwhile', async () => {
    const { runner, actions, store } = await startWorkbench();
    await runner.answerAll();
    await actions.setBackend('wasm');
    await settle();
    expect(selectCapture(store.getState(), HOOK)).toMatchObject({ status: 'loading', stale: { axes: ['pos'] } });
    await runner.answerAll();
    expect(selectCapture(store.getState(), HOOK)).toMatchObject({ status: 'ready', computedBy: { backend: 'wasm' } });
    expect(store.getState().texts.base!.computedBy!.backend).toBe('wasm');
    expect(store.getState().backend).toMatchObject({ switching: false, current: { name: 'wasm' } });
  });

  it('says what the runner tells by itself', async () => {
    const { runner, store } = await startWorkbench();
    const backend = { name: 'wasm', usable: true, software: false, device: null, problem: null } as const;
    runner.tell({ kind: 'backend-lost', message: 'the GPU was lost; wasm goes on.', backend });
    expect(store.getState().notices).toMatchObject([{ tone: 'warning', text: 'the GPU was lost; wasm goes on.' }]);
    expect(store.getState().backend.current).toEqual(backend);
  });
});
