import fc from 'fast-check';
import { analyses } from '../analyses';
import type { InterventionSpec } from '../anatomy/run';
import { directions } from '../directions';
import { interventions } from '../interventions';
import type { Params } from '../lib/params';
import { panels } from '../panels';
import { initialDocument, type Document, type ModelRef } from '../store/document';

const layer = fc.nat(40);
const positions = fc.oneof(fc.constantFrom('all' as const, 'prompt' as const, 'response' as const), fc.array(fc.nat(500), { maxLength: 4 }));
export const hash = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 64, maxLength: 64 });

interface Only {
  readonly direction?: string;
  readonly intervention?: string;
  readonly analysis?: string;
  readonly panel?: string;
}

/**
 * For tests: a document that uses the methods named, or any of those there are.
 *
 * @param valuesOf gives every legal set of values of a method's knobs.
 */
export function documents(valuesOf: (params: Params) => fc.Arbitrary<object>, only: Only = {}): fc.Arbitrary<Document> {
  const paramsOf = (params: Params) => valuesOf(params) as fc.Arbitrary<Record<string, unknown>>;
  const among = <T extends { readonly id: string }>(doors: readonly T[], id: string | undefined) =>
    doors.filter((door) => id === undefined || door.id === id);
  const direction = fc
    .constantFrom(...among(directions.all, only.direction))
    .chain((door) => paramsOf(door.params).map((params) => ({ id: door.id, params })));
  const chosen = among(interventions.all, only.intervention).filter((door) => only.direction === undefined || door.direction !== 'none');
  const member = fc.constantFrom(...chosen).chain((door): fc.Arbitrary<InterventionSpec> => {
    const plain = fc.record({
      id: fc.constant(door.id),
      at: layer.map((n) => `blocks.${n}.hook_resid_post` as const),
      positions,
      params: paramsOf(door.params),
    });
    return door.direction === 'none' ? plain : fc.tuple(plain, direction).map(([spec, vector]) => ({ ...spec, direction: vector }));
  });
  const group = fc.record({
    label: fc.string({ maxLength: 20 }),
    enabled: fc.boolean(),
    members: fc.array(member, { minLength: 1, maxLength: 3 }),
  });
  const analysis = fc
    .constantFrom(...among(analyses.all, only.analysis))
    .chain((door) => paramsOf(door.params).map((params) => ({ id: door.id, params })));
  const panelIds = panels.all.map((panel) => panel.id);
  const settings = among(panels.all, only.panel).map((panel) => [panel.id, paramsOf(panel.settings)] as const);
  const size = fc.double({ min: 0, max: 100, noNaN: true });
  const named: fc.Arbitrary<ModelRef> = fc.oneof(
    fc.record({ kind: fc.constant('catalogue' as const), id: fc.constant('lacuna-16m'), hash: fc.option(hash) }),
    fc.record({ kind: fc.constant('url' as const), url: fc.webUrl(), hash: fc.option(hash) }),
    fc.record({ kind: fc.constant('hub' as const), id: fc.constantFrom('owner/name', 'gpt2'), revision: fc.constantFrom('main', 'refs/pr/1'), hash: fc.option(hash) }),
    fc.record({ kind: fc.constant('files' as const), name: fc.string({ maxLength: 20 }), hash }),
  );
  const model = fc
    .tuple(named, fc.option(fc.constantFrom('float32' as const, 'float16' as const, 'int8' as const)))
    .map(([ref, storage]): ModelRef => (storage === null ? ref : { ...ref, storage }));
  const dictionary = fc.oneof(
    fc.constantFrom('catalogue:lacuna-16m/blocks.6.hook_resid_post', 'hub:owner/name@main/layer.3', 'url:https://example.org/sae'),
    hash.map((digest) => `files:${digest}`),
  );
  const label = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 });
  return fc.record({
    model,
    prompt: fc.oneof(
      fc.record({ kind: fc.constant('text' as const), text: fc.string({ unit: 'grapheme' }) }),
      fc.record({
        kind: fc.constant('chat' as const),
        messages: fc.array(fc.record({ role: fc.constantFrom('system', 'user', 'assistant'), content: fc.string({ unit: 'grapheme' }) }), { minLength: 1, maxLength: 3 }),
        text: fc.string({ unit: 'grapheme' }),
      }),
      fc.record({ kind: fc.constant('ids' as const), ids: fc.array(fc.nat(100_000)) }),
    ),
    sampling: fc.record({
      maxNewTokens: fc.integer({ min: 1, max: 500 }),
      temperature: fc.double({ min: 0, max: 5, noNaN: true }),
      topK: fc.nat(100),
      topP: fc.double({ min: 0, max: 1, noNaN: true }),
      seed: fc.nat(),
      stopAtEnd: fc.boolean(),
    }),
    interventions: fc
      .array(group, { minLength: 1, maxLength: 3 })
      .map((groups) => groups.map((one, index) => ({ uid: `g${index + 1}`, ...one }))),
    analyses: fc.array(analysis, { minLength: 1, maxLength: 2 }),
    layout:
      panelIds.length === 0
        ? fc.constant(initialDocument.layout)
        : fc.tuple(size, fc.uniqueArray(fc.constantFrom(...panelIds), { minLength: 1 }), size).map(([columnSize, ids, each]) => [
            { size: columnSize, panels: ids.map((id) => ({ id, size: each })) },
          ]),
    panelSettings: fc.record(Object.fromEntries(settings)),
    pinned: fc.option(fc.nat(500)),
    feature: fc.option(fc.record({ dictionary, index: fc.nat(100_000) })),
    featureLabels: fc.dictionary(dictionary, fc.dictionary(fc.nat(100_000).map(String), label, { minKeys: 1, maxKeys: 3 }), { maxKeys: 2 }),
    shown: fc.constantFrom('base' as const, 'steered' as const),
  });
}
