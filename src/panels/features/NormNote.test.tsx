// @vitest-environment jsdom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import type { OpenSource } from '../../anatomy/dictionary';
import { bareColumns } from '../../dictionaries/records';
import { WorkbenchProvider } from '../../store/react';
import { createFixtureStore, fixtureModel } from '../fixture-store';
import { NormNote } from './NormNote';
import { joinSections } from './rows';

afterEach(cleanup);

const id = (layer: number) => `catalogue:made-up/blocks.${layer}.hook_resid_post`;
const section = (layer: number, norm: Float32Array | null) => bareColumns({ dictionary: id(layer), title: `L${layer}`, hook: `blocks.${layer}.hook_resid_post`, layer }, 2, norm);
const table = joinSections([section(0, null), section(1, Float32Array.from([1, 2])), section(2, null)]);

function show(only: string | null) {
  const store = createFixtureStore({ model: { status: 'ready', info: fixtureModel(2, 2) } });
  const opened: string[] = [];
  const waiting: (() => void)[] = [];
  const openDictionary = (source: OpenSource) => {
    opened.push(source.kind === 'id' ? source.id : source.kind);
    return new Promise<null>((done) => waiting.push(() => done(null)));
  };
  const { actions } = store.getState();
  store.setState({ actions: { ...actions, openDictionary } });
  render(
    <WorkbenchProvider store={store}>
      <NormNote table={table} only={only} />
    </WorkbenchProvider>,
  );
  return { opened, answer: () => act(async () => waiting.shift()?.()) };
}

it('reads the weights of those dictionaries whose norms are not known, one after the other', async () => {
  const { opened, answer } = show(null);
  expect(screen.getByText(/those of 2 dictionaries are not read yet/)).toBeTruthy();
  fireEvent.click(screen.getByRole('button', { name: 'Read them' }));
  expect(opened).toEqual([id(0)]);
  expect(screen.getByText('0 of 2')).toBeTruthy();
  await answer();
  expect(opened).toEqual([id(0), id(2)]);
  await answer();
  expect(screen.queryByRole('progressbar')).toBeNull();
});

it('reads no further once it was called off, and keeps to the one that is shown', async () => {
  const { opened, answer } = show(null);
  fireEvent.click(screen.getByRole('button', { name: 'Read them' }));
  fireEvent.click(screen.getByRole('button', { name: 'Cancel' }));
  await answer();
  expect(opened).toEqual([id(0)]);
  cleanup();
  show(id(1));
  expect(screen.queryByRole('button')).toBeNull();
  cleanup();
  show(id(2));
  expect(screen.getByText(/those of one dictionary are not read yet/)).toBeTruthy();
});
