import { describe, expect, it, vi } from 'vitest';
import type { InterventionSpec } from '../anatomy/run';
import { createWorkbench } from './index';
import { createFakeRunner, createMemoryStorage, fakeDictionary, fakeInfo, fakePorts, settle } from './fake-runner';
import { asksText, startWorkbench } from './fake-workbench';
import type { Storage } from './ports';

const SAE = 'catalogue:tiny/blocks.1.hook_resid_post';
const DROPPED = `files:${'c'.repeat(64)}`;
const TRAINED = `trained:${'c'.repeat(64)}`;
const member = (dictionary: string, params = {}): InterventionSpec => ({ id: 'edit-features', at: 'blocks.1.hook_resid_post', positions: 'all', params: { dictionary, feature: 3, op: 'add', coefficient: 2, ...params } });
const slider = (dictionary: string) => ({ label: 'a feature', enabled: true, members: [member(dictionary)] });
const files = { kind: 'files', name: 'mine', files: [] } as const;

describe('opening a dictionary', () => {
  it('is told while it goes on, and when it is there', async () => {
    const { store, actions } = await startWorkbench();
    const opening = actions.openDictionary({ kind: 'id', id: SAE });
    await Promise.resolve();
    expect(store.getState().dictionaries.get(SAE)).toEqual({ status: 'loading', progress: { stage: 'files', loadedBytes: 1, totalBytes: 2 } });
    expect(await opening).toBe(SAE);
    expect(store.getState().dictionaries.get(SAE)).toEqual({ status: 'ready', info: fakeDictionary(SAE) });
    expect(await actions.openDictionary({ kind: 'id', id: SAE })).toBe(SAE);
    await actions.closeDictionary(SAE);
    expect(store.getState().dictionaries.size).toBe(0);
  });

  it('asked for twice is read once', async () => {
    const { runner, actions } = await startWorkbench();
    const open = runner.openDictionary;
    let calls = 0;
    runner.openDictionary = (...given) => {
      calls += 1;
      return open(...given);
    };
    expect(await Promise.all([actions.openDictionary({ kind: 'id', id: SAE }), actions.openDictionary({ kind: 'id', id: SAE })])).toEqual([SAE, SAE]);
    expect(calls).toBe(1);
  });

  it('dropped files stand under their own name, then under what they are; a later drop takes an earlier one’s place', async () => {
    const { store, actions } = await startWorkbench();
    const first = actions.openDictionary(files);
    await Promise.resolve();
    expect([...store.getState().dictionaries.keys()]).toEqual(['files:mine']);
    const second = actions.openDictionary(files);
    expect(await first).toBeNull();
    expect(await second).toBe(DROPPED);
    expect([...store.getState().dictionaries.keys()]).toEqual([DROPPED]);
  });

  it('that fails says why, and works when it is tried again', async () => {
    const { store, runner, actions } = await startWorkbench();
    runner.failDictionaries('the file is cut short.');
    expect(await actions.openDictionary({ kind: 'id', id: SAE })).toBeNull();
    expect(store.getState().dictionaries.get(SAE)).toEqual({ status: 'failed', message: 'the file is cut short.' });
    runner.failDictionaries(null);
    expect(await actions.openDictionary({ kind: 'id', id: SAE })).toBe(SAE);
  });

  it('of which there is another now makes its answers be asked anew', async () => {
    const { runner, actions } = await startWorkbench();
    actions.addGroup(slider(SAE));
    await vi.waitFor(() => expect(asksText(runner)).not.toEqual([]));
    await runner.answerAll();
    const before = runner.asked.length;
    runner.openDictionary = () => Promise.resolve({ ...fakeDictionary(SAE), hash: 'f'.repeat(64) });
    await actions.closeDictionary(SAE);
    await vi.waitFor(() => expect(asksText(runner)).not.toEqual([]));
    expect(runner.asked.length).toBeGreaterThan(before);
  });

  it('closed while it is read, it is gone', async () => {
    const { store, actions } = await startWorkbench();
    const opening = actions.openDictionary({ kind: 'id', id: SAE });
    await actions.closeDictionary(SAE);
    expect(await opening).toBeNull();
    await settle();
    expect(store.getState().dictionaries.size).toBe(0);
  });

  it('another model has none of them', async () => {
    const runner = createFakeRunner((source) => ({ ...fakeInfoOf(source.kind === 'catalogue' ? source.id : 'x') }));
    const store = createWorkbench(fakePorts(runner));
    store.start();
    await settle();
    await settle();
    const { actions } = store.getState();
    await actions.openDictionary({ kind: 'id', id: SAE });
    const late = actions.openDictionary({ kind: 'id', id: `${SAE}x` });
    await actions.loadModel({ kind: 'catalogue', id: 'other' });
    expect(store.getState().dictionaries.size).toBe(0);
    expect(await late).toBeNull();
    await settle();
    expect(store.getState().dictionaries.size).toBe(0);
  });
});

describe('a question that names a dictionary', () => {
  it('waits until it is open, and opens it', async () => {
    const { store, runner, actions, texts } = await startWorkbench();
    await runner.answerAll();
    actions.addGroup(slider(SAE));
    expect(asksText(runner)).toEqual([]);
    expect(texts().steered?.status).toBe('running');
    await vi.waitFor(() => expect(asksText(runner)).toHaveLength(1));
    expect(store.getState().dictionaries.get(SAE)?.status).toBe('ready');
    await runner.answerAll();
    expect(texts().steered?.status).toBe('done');
  });

  it('by a direction or an analysis waits too', async () => {
    const direction = { id: 'sae-decoder', params: { dictionary: SAE, feature: 1 } };
    const needs = { attention: { capture: [], analyses: [{ id: 'feature-activations', params: { dictionary: `${SAE}b` } }] } };
    const { store, runner, actions } = await startWorkbench(needs);
    actions.addGroup({ label: 'v', enabled: true, members: [{ id: 'add', at: 'blocks.1.hook_resid_post', positions: 'all', params: { coefficient: 1 }, direction }] });
    await runner.answerAll();
    expect([...store.getState().dictionaries.keys()].sort()).toEqual([SAE, `${SAE}b`].sort());
    expect(runner.asked.some(({ request }) => request.analyses.some(({ id }) => id === 'feature-activations'))).toBe(true);
  });

  it('that can’t be had fails with its reason, and goes on once it is there', async () => {
    const { runner, actions, texts } = await startWorkbench();
    await runner.answerAll();
    runner.failDictionaries('the Hub does not answer.');
    actions.addGroup(slider(SAE));
    await vi.waitFor(() => expect(texts().steered).toMatchObject({ status: 'failed', message: 'the Hub does not answer.' }));
    runner.failDictionaries(null);
    actions.regenerate();
    await vi.waitFor(() => expect(asksText(runner)).not.toEqual([]));
    await runner.answerAll();
    expect(texts().steered?.status).toBe('done');
  });

  it.each([DROPPED, TRAINED])('whose files only a person has asks for them once, and goes on when they come: %s', async (id) => {
    const { store, runner, actions, texts } = await startWorkbench();
    await runner.answerAll();
    actions.addGroup(slider(id));
    expect(texts().steered).toMatchObject({ status: 'failed', message: expect.stringContaining(id === DROPPED ? 'drop its files here too' : 'train it again') as string });
    actions.setSampling({ seed: 5 });
    await runner.answerAll();
    expect(store.getState().notices).toHaveLength(1);
    if (id === TRAINED) return;
    await actions.openDictionary(files);
    await runner.answerAll();
    expect(texts().steered?.status).toBe('done');
  });

  it('a slider of a feature moves as any other does', async () => {
    const { runner, actions, texts, store } = await startWorkbench();
    const uid = actions.addGroup(slider(SAE));
    await settle();
    await runner.answerAll();
    actions.dragCoefficients(uid, [7]);
    await runner.answerAll();
    expect(texts().steered?.dragged?.strength).toBe(7);
    expect(store.getState().document.interventions[0]!.members[0]!.params).toMatchObject({ dictionary: SAE, feature: 3, coefficient: 7 });
    actions.endDrag();
    actions.undo();
    expect(store.getState().document.interventions[0]!.members[0]!.params).toMatchObject({ coefficient: 2 });
  });
});

describe('labels of features', () => {
  const feature = { dictionary: SAE, index: 3 };
  async function visit(storage: Storage) {
    const store = createWorkbench({ ...fakePorts(createFakeRunner()), storage });
    store.start();
    await settle();
    await settle();
    return { store, actions: store.getState().actions, labels: () => store.getState().document.featureLabels };
  }

  it('are written, changed and taken away, each as one step', async () => {
    const { store, actions, labels } = await visit(createMemoryStorage());
    actions.labelFeature(feature, ' animals ');
    actions.labelFeature({ ...feature, index: 5 }, 'food');
    expect(labels()).toEqual({ [SAE]: { 3: 'animals', 5: 'food' } });
    actions.labelFeature(feature, null);
    actions.labelFeature({ ...feature, index: 5 }, '  ');
    expect(labels()).toEqual({});
    expect(store.getState().history.past).toHaveLength(4);
    actions.undo();
    expect(labels()).toEqual({ [SAE]: { 5: 'food' } });
  });

  it('come back in another document when their dictionary is opened, as no step', async () => {
    const storage = createMemoryStorage();
    const first = await visit(storage);
    await first.actions.openDictionary({ kind: 'id', id: SAE });
    first.actions.labelFeature(feature, 'animals');
    await settle();
    const second = await visit(storage);
    expect(second.labels()).toEqual({});
    await second.actions.openDictionary({ kind: 'id', id: SAE });
    expect(second.labels()).toEqual({ [SAE]: { 3: 'animals' } });
    expect(second.store.getState().history.past).toEqual([]);
  });

  it('of a link stand before one’s own, and are not kept as one’s own', async () => {
    const storage = createMemoryStorage();
    const { store, actions, labels } = await visit(storage);
    await actions.openDictionary({ kind: 'id', id: SAE });
    actions.labelFeature(feature, 'mine');
    actions.labelFeature({ ...feature, index: 4 }, 'mine too');
    actions.replaceDocument({ ...store.getState().document, prompt: { kind: 'text', text: 'a link' }, featureLabels: { [SAE]: { 3: 'theirs' } } });
    expect(labels()).toEqual({ [SAE]: { 3: 'theirs', 4: 'mine too' } });
    await settle();
    const later = await visit(storage);
    await later.actions.openDictionary({ kind: 'id', id: SAE });
    expect(later.labels()).toEqual({ [SAE]: { 3: 'mine', 4: 'mine too' } });
  });

  it('taken away, or undone, stay away', async () => {
    const storage = createMemoryStorage();
    const { actions } = await visit(storage);
    actions.labelFeature(feature, 'before it was open');
    await actions.openDictionary({ kind: 'id', id: SAE });
    actions.labelFeature({ ...feature, index: 4 }, 'undone');
    actions.undo();
    actions.labelFeature(feature, null);
    await settle();
    const later = await visit(storage);
    await later.actions.openDictionary({ kind: 'id', id: SAE });
    expect(later.labels()).toEqual({});
  });

  it('of two tabs are all kept', async () => {
    const storage = createMemoryStorage();
    const tabs = [await visit(storage), await visit(storage)];
    for (const [index, { actions }] of tabs.entries()) {
      await actions.openDictionary({ kind: 'id', id: SAE });
      actions.labelFeature({ ...feature, index }, `of tab ${index}`);
      await settle();
    }
    const later = await visit(storage);
    await later.actions.openDictionary({ kind: 'id', id: SAE });
    expect(later.labels()).toEqual({ [SAE]: { 0: 'of tab 0', 1: 'of tab 1' } });
  });

  it('that can’t be kept are told of, and work goes on', async () => {
    const full: Storage = { ...createMemoryStorage(), write: () => Promise.reject(new Error('the disk is full.')) };
    const { store, actions, labels } = await visit(full);
    actions.labelFeature(feature, 'animals');
    actions.labelFeature(feature, 'dogs');
    await settle();
    expect(labels()).toEqual({ [SAE]: { 3: 'dogs' } });
    expect(store.getState().notices.map(({ text }) => text)).toEqual([expect.stringContaining('the disk is full.')]);
  });

  it('selecting features one after the other is one step', async () => {
    const { store, actions } = await visit(createMemoryStorage());
    actions.selectFeature(feature);
    actions.selectFeature({ ...feature, index: 9 });
    expect(store.getState().document.feature).toEqual({ ...feature, index: 9 });
    actions.undo();
    expect(store.getState().document.feature).toBeNull();
  });
});

function fakeInfoOf(id: string) {
  return { ...fakeInfo, id, hash: id.padEnd(64, '0') };
}
