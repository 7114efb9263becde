import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { initialDocument, type Document } from './document';
import { MAX_STEPS } from './history';
import { panelsIn, withPanel } from './layout';
import type { Actions } from './state';
import { createStill } from './still';

const group = (coefficient: number) => ({
  label: 'x',
  enabled: true,
  members: [{ id: 'add', at: 'blocks.0.hook_resid_post', positions: 'all', params: { coefficient } }] as const,
});

/** One change of the document by its actions, drawn at random. */
const change: fc.Arbitrary<(actions: Actions, document: Document) => void> = fc.oneof(
  fc.string().map((text) => (actions: Actions) => actions.setPrompt({ kind: 'text', text })),
  fc.nat(9).map((seed) => (actions: Actions) => actions.setSampling({ seed })),
  fc.nat(9).map((n) => (actions: Actions) => void actions.addGroup(group(n))),
  fc.boolean().map((enabled) => (actions: Actions, { interventions }: Document) => {
    if (interventions[0] !== undefined) actions.updateGroup(interventions[0].uid, { enabled });
  }),
  fc.nat(9).map((n) => (actions: Actions, { interventions }: Document) => {
    if (interventions[0] !== undefined) actions.dragCoefficients(interventions[0].uid, [n]);
  }),
  fc.constant((actions: Actions, { interventions }: Document) => {
    if (interventions[0] !== undefined) actions.removeGroup(interventions[0].uid);
  }),
  fc.constant((actions: Actions) => actions.endDrag()),
  fc.constantFrom('text', 'voids', 'other').map((id) => (actions: Actions) => actions.openPanel(id)),
  fc.constantFrom('text', 'voids', 'other').map((id) => (actions: Actions) => actions.closePanel(id)),
  fc.double({ noNaN: true, min: 0, max: 1 }).map((alpha) => (actions: Actions) => actions.setPanelSettings('voids', { alpha })),
  fc.option(fc.nat(20)).map((pos) => (actions: Actions) => actions.pin(pos)),
  fc.constantFrom('base', 'steered').map((slot) => (actions: Actions) => actions.show(slot)),
);

describe('undo and redo', () => {
  it('goes back to the start and forward to the end, whatever was changed', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
        const store = createStill();
        const { actions } = store.getState();
        for (const act of changes) act(actions, store.getState().document);
        const end = store.getState().document;
        for (let n = 0; n < changes.length; n += 1) actions.undo();
        expect(store.getState().document).toEqual(initialDocument);
        for (let n = 0; n < changes.length; n += 1) actions.redo();
        expect(store.getState().document).toEqual(end);
      }),
    );
  });

  it('takes one step for each change, none for a change of nothing, one for a drag, one for pins in a row', () => {
    const store = createStill();
    const { actions } = store.getState();
    const steps = () => store.getState().history.past.length;
    actions.setPrompt(initialDocument.prompt);
    expect(steps()).toBe(0);
    const uid = actions.addGroup(group(0));
    expect(steps()).toBe(1);
    for (const n of [1, 2, 3]) actions.dragCoefficients(uid, [n]);
    expect(steps()).toBe(2);
    actions.endDrag();
    actions.dragCoefficients(uid, [4]);
    expect(steps()).toBe(3);
    actions.endDrag();
    for (const n of [1, 2, 3]) actions.pin(n);
    expect(steps()).toBe(4);
    actions.undo();
    expect(store.getState().document.pinned).toBeNull();
    actions.undo();
    expect(store.getState().document.interventions[0]!.members[0]!.params).toEqual({ coefficient: 3 });
  });

  it('remembers a bounded number of steps', () => {
    const store = createStill();
    const { actions } = store.getState();
    for (let n = 0; n < MAX_STEPS + 50; n += 1) actions.setPrompt({ kind: 'ids', ids: [n] });
    for (let n = 0; n < MAX_STEPS + 50; n += 1) actions.undo();
    expect(store.getState().document.prompt).toEqual({ kind: 'ids', ids: [49] });
  });

  it('forgets what was undone once something else is changed', () => {
    const { getState } = createStill();
    getState().actions.setPrompt({ kind: 'text', text: 'a' });
    getState().actions.undo();
    getState().actions.setPrompt({ kind: 'text', text: 'b' });
    getState().actions.redo();
    expect(getState().document.prompt).toEqual({ kind: 'text', text: 'b' });
  });
});

describe('layout', () => {
  it('gives a panel more a column of its own, up to three, and then puts it under the fewest', () => {
    const shapes = ['fifth', 'sixth', 'seventh'].reduce<(typeof initialDocument.layout)[]>(
      (layouts, id) => [...layouts, withPanel(layouts.at(-1)!, id)],
      [initialDocument.layout],
    );
    expect(shapes.map((layout) => layout.map((column) => column.panels.length))).toEqual([[2, 2], [2, 2, 1], [2, 2, 2], [2, 2, 3]]);
    expect(shapes[1]!.map((column) => column.size)).toEqual([100 / 3, 100 / 3, 100 / 3]);
    expect(panelsIn(shapes[3]!)).toEqual(['text', 'steering', 'attention', 'voids', 'fifth', 'sixth', 'seventh']);
  });

  it('keeps the shares at 100 and every panel once, however panels are opened and closed', () => {
    const act = fc.tuple(fc.boolean(), fc.constantFrom('text', 'steering', 'attention', 'voids', 'more', 'other'));
    fc.assert(
      fc.property(fc.array(act), (acts) => {
        const { getState } = createStill();
        for (const [isOpening, id] of acts) {
          if (isOpening) getState().actions.openPanel(id);
          else getState().actions.closePanel(id);
          const { layout } = getState().document;
          const ids = panelsIn(layout);
          expect(ids.includes(id)).toBe(isOpening);
          expect(new Set(ids).size).toBe(ids.length);
          for (const parts of [layout, ...layout.map((column) => column.panels)])
            if (parts.length > 0) expect(parts.reduce((sum, part) => sum + part.size, 0)).toBeCloseTo(100, 6);
        }
      }),
    );
  });
});
