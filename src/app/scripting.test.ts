// @vitest-environment jsdom
import { describe, expect, it } from 'vitest';
import { createWorkbench } from '../store';
import { createPageActivity } from '../store/page-activity';
import { createFakeRunner, fakeInfo, fakePorts, settle } from '../store/fake-runner';
import { createSync } from '../permalink/sync';
import { createScripting } from './scripting';

async function startPage(fail: string | null = null) {
  const runner = createFakeRunner();
  runner.failLoads(fail);
  const store = createWorkbench(fakePorts(runner));
  const sync = createSync(store);
  let begin = () => {};
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const lacuna = createScripting({ store, runner, sync, page: createPageActivity(store), begun });
  const start = async () => {
    store.start();
    begin();
    await settle();
    await settle();
  };
  return { runner, store, lacuna, start };
}

describe('window.lacuna', () => {
  it('is there before the model, and says when that can run', async () => {
    const { lacuna, start } = await startPage();
    expect(lacuna.model).toBeNull();
    await expect(lacuna.run({ prompt: 'x' })).rejects.toThrow('no model is loaded yet');
    await start();
    await lacuna.ready;
    expect(lacuna.model).toMatchObject({ id: 'tiny', family: 'llama', nLayers: 2, dVocab: 1000, backend: 'cpu', dtype: 'float32' });
  });

  it('says why the first model can not be had', async () => {
    const { lacuna, start } = await startPage('the files are not there.');
    await start();
    await expect(lacuna.ready).rejects.toThrow('the files are not there.');
    await expect(lacuna.loadModel('./m/')).rejects.toThrow('the files are not there.');
    await expect(lacuna.loadModel('nonsense')).rejects.toThrow('"nonsense" is neither a model of the catalogue (lacuna-16m) nor the URL of a folder.');
  });

  it('runs through the same runner and leaves the page as it was', async () => {
    const { runner, store, lacuna, start } = await startPage();
    await start();
    await runner.answerAll();
    const before = store.getState();
    const running = lacuna.run({ prompt: 'two words', capture: ['hook_embed'], generate: { maxNewTokens: 3 } });
    await settle();
    expect(runner.open()[0]!.request).toEqual({
      model: fakeInfo.hash,
      ids: [1, 5, 7],
      promptLength: 3,
      interventions: [],
      capture: ['hook_embed'],
      logits: false,
      analyses: [],
      generate: { maxNewTokens: 3, temperature: 0, topK: 0, topP: 1, seed: 1, stopAtEnd: true },
    });
    await runner.answerAll();
    const result = await running;
    expect(result.ids).toEqual([1, 5, 7, ...result.generated!.ids.slice(0, 2)]);
    expect(result.tokens).toEqual(result.ids.map((id) => `t${id} `));
    expect(result.generated!.text).toBe(result.generated!.ids.map((id) => `t${id} `).join(''));
    expect(result.activations['hook_embed']!.shape).toEqual([5]);
    expect(store.getState()).toBe(before);
  });

  it('opens a dictionary by any of its names, and says what is wrong', async () => {
    const { runner, lacuna, start } = await startPage();
    await start();
    await runner.answerAll();
    expect(await lacuna.openDictionary('blocks.1.hook_resid_post')).toMatchObject({ id: 'catalogue:tiny/blocks.1.hook_resid_post', dSae: 8 });
    expect((await lacuna.openDictionary('./sae/')).id).toBe('url:http://localhost:3000/sae/');
    expect((await lacuna.openDictionary('hub:owner/name@main/layer.3')).id).toBe('hub:owner/name@main/layer.3');
    expect(lacuna.state().dictionaries).toMatchObject({ 'catalogue:tiny/blocks.1.hook_resid_post': 'ready' });
    await expect(lacuna.openDictionary('what is this')).rejects.toThrow('names no dictionary');
    runner.failDictionaries('the file is cut short.');
    await expect(lacuna.openDictionary('other')).rejects.toThrow('the file is cut short.');
  });

  it('computes an analysis with its settings', async () => {
    const { runner, lacuna, start } = await startPage();
    await start();
    await runner.answerAll();
    const running = lacuna.analyse('void-layers', { ids: [1, 2], logits: true }, { alpha: 0.5 });
    await settle();
    expect(runner.open()[0]!.request).toMatchObject({ ids: [1, 2], logits: false, analyses: [{ id: 'void-layers', params: { alpha: 0.5 } }] });
    await runner.answerAll();
    expect(await running).toMatchObject({ of: 'void-layers' });
  });

  it('counts tensors between the runs around it, and goes on after a run that failed', async () => {
    const { runner, lacuna, start } = await startPage();
    await start();
    await runner.answerAll();
    const failing = lacuna.run({ ids: [1] });
    const count = lacuna.numTensors();
    const after = lacuna.run({ ids: [2] });
    await settle();
    expect(runner.open().map((one) => one.request.ids)).toEqual([[1]]);
    await runner.open()[0]!.fail('broken.');
    await expect(failing).rejects.toThrow('broken.');
    expect(await count).toBe(0);
    await runner.answerAll();
    expect((await after).ids).toEqual([2]);
  });

  it('gives the state as plain JSON, and links that open', async () => {
    const { runner, store, lacuna, start } = await startPage();
    await start();
    expect(lacuna.state().busy).toBe(true);
    await runner.answerAll();
    const state = lacuna.state();
    expect(JSON.parse(JSON.stringify(state))).toEqual(state);
    expect(state).toMatchObject({ busy: false, model: { status: 'ready', id: 'tiny' }, timing: { painted: [], dropped: 0 } });
    expect(state.texts.base!.newIds).toHaveLength(40);
    const link = lacuna.permalink();
    store.getState().actions.setPrompt({ kind: 'text', text: 'other' });
    const opening = lacuna.open(link);
    await runner.answerAll();
    expect(await opening).toEqual({ problems: [], verdict: { kind: 'same' } });
    await expect(lacuna.open('#rubbish')).rejects.toThrow('this is not a link of this app.');
  });

  it('keeps the backend that was asked for before the first model', async () => {
    const { lacuna, start } = await startPage();
    const switching = lacuna.setBackend('webgl');
    await start();
    await switching;
    expect(lacuna.model!.backend).toBe('webgl');
    await expect(lacuna.setBackend('gpu' as 'cpu')).rejects.toThrow('there is no backend "gpu"; known: webgpu, webgl, wasm, cpu.');
  });
});
