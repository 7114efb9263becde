import { expect, it } from 'vitest';
import { bareColumns } from '../dictionaries/records';
import { fakeInfo } from './fake-runner';
import { startWorkbench } from './fake-workbench';
import { knownOf, vocabularyOf } from './feature-columns-react';

const head = { dictionary: 'd', title: 'L0', hook: 'blocks.0.hook_resid_post', layer: 0 };
const columns = { ...bareColumns(head, 3, null), density: Float32Array.from([0.2, NaN, 0]), maxActivation: Float32Array.from([5, NaN, NaN]), labels: ['proposed', null, 'after “\n”'] };

it('a person’s own label goes first, and what nobody knows is null', () => {
  expect(knownOf(columns, undefined, 0)).toMatchObject({ label: 'proposed', isOwn: false, maxActivation: 5 });
  expect(knownOf(columns, { '0': 'mine' }, 0)).toMatchObject({ label: 'mine', isOwn: true, maxActivation: 5 });
  expect(knownOf(columns, { '0': 'mine' }, 1)).toEqual({ label: null, isOwn: false, density: null, maxActivation: null });
  expect(knownOf(columns, undefined, 2)).toMatchObject({ density: 0, maxActivation: null, label: 'after “↵”' });
  expect(knownOf(columns, undefined, 9)).toEqual({ label: null, isOwn: false, density: null, maxActivation: null });
  expect(knownOf(null, { '4': 'mine' }, 4)).toMatchObject({ label: 'mine', isOwn: true, density: null });
});

it('labels are written in the tokens of their own model, or not at all', async () => {
  const { store, runner } = await startWorkbench();
  expect(await vocabularyOf(store, fakeInfo.hash, 3)).toEqual(['t0 ', 't1 ', 't2 ']);
  let answer: (texts: readonly string[]) => void = () => undefined;
  runner.pieces = () => new Promise((resolve) => (answer = resolve));
  const late = vocabularyOf(store, fakeInfo.hash, 900);
  store.setState({ model: { status: 'ready', info: { ...fakeInfo, hash: 'b'.repeat(64) } } });
  answer(Array.from({ length: 900 }, () => 'of another model'));
  await expect(late).rejects.toMatchObject({ name: 'AbortError' });
  await expect(vocabularyOf(store, fakeInfo.hash, 3)).rejects.toMatchObject({ name: 'AbortError' });
});
