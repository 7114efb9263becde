import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { analyses } from '../analyses';
import { directions } from '../directions';
import { interventions } from '../interventions';
import { stableJson } from '../lib/stable-json';
import { panels } from '../panels';
import { paramValues } from '../testing/param-values';
import { initialDocument, type Document } from '../store/document';
import { documents, hash } from './arbitrary';
import { decode, encode, MAX_LINK, packDocument } from './codec';
import type { Digest } from './digest';
import { upgrade } from './migrations';
import { packText } from './text';

function decoded(text: string) {
  const result = decode(text);
  if (!result.ok) throw new Error(result.problems.map((problem) => problem.message).join(' '));
  return result;
}

/** link → document → link: the same text, and nothing to complain about. */
function expectRoundTrip(document: Document): void {
  const text = packDocument(document);
  const back = decoded(text);
  expect(back.problems).toEqual([]);
  // As JSON has no −0.
  expect(back.document).toEqual(JSON.parse(JSON.stringify(document)));
  expect(packDocument(back.document)).toBe(text);
}

const id = fc.nat(100_000);
const run = fc.record({
  ids: fc.array(id, { maxLength: 40 }),
  top: fc.array(fc.tuple(id, fc.integer({ min: -30_000, max: 0 }).map((n) => n / 1000)), { maxLength: 5 }),
});
const digests: fc.Arbitrary<Digest> = fc.record({
  model: hash,
  backend: fc.constantFrom('webgpu' as const, 'webgl' as const, 'wasm' as const, 'cpu' as const),
  base: run,
  steered: fc.option(run),
});

describe('link → document → link', () => {
  it.each(directions.all.map((door) => door.id))('keeps the direction %s', (direction) => {
    fc.assert(fc.property(documents(paramValues, { direction }), expectRoundTrip), { numRuns: 30 });
  });
  it.each(interventions.all.map((door) => door.id))('keeps the intervention %s', (intervention) => {
    fc.assert(fc.property(documents(paramValues, { intervention }), expectRoundTrip), { numRuns: 30 });
  });
  it.each(analyses.all.map((door) => door.id))('keeps the analysis %s', (analysis) => {
    fc.assert(fc.property(documents(paramValues, { analysis }), expectRoundTrip), { numRuns: 30 });
  });
  it.each(panels.all.map((panel) => panel.id))('keeps the panel %s', (panel) => {
    fc.assert(fc.property(documents(paramValues, { panel }), expectRoundTrip), { numRuns: 30 });
  });
  it('keeps the digest', () => {
    fc.assert(
      fc.property(digests, (digest) => {
        const link = encode({ document: initialDocument, digest });
        expect(link.ok && decoded(link.text).digest).toEqual(JSON.parse(JSON.stringify(digest)));
      }),
    );
  });
  it('is written in characters that nobody escapes', () => {
    fc.assert(
      fc.property(documents(paramValues), (document) => {
        expect(packDocument(document)).toMatch(/^v1\.[\w-]+$/);
      }),
      { numRuns: 30 },
    );
  });
});

describe('rubbish', () => {
  const whole = packDocument(initialDocument);

  it('never throws, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string().map((text) => `v1.${text}`), fc.base64String().map((text) => `v1.${text}`)), (text) => {
        expect(decode(text).ok).toBe(false);
      }),
    );
  });

  it('never throws, whatever is in a link, and keeps a document that can be linked again', () => {
    const values = fc.jsonValue({ maxDepth: 3 });
    const some = fc.constantFrom(...Object.keys(initialDocument)).chain((name) => values.map((value) => ({ ...initialDocument, [name]: value })));
    fc.assert(
      fc.property(fc.oneof(values, some), (document) => {
        const result = decode(`v1.${packText(JSON.stringify({ document }))}`);
        if (result.ok) expectRoundTrip(result.document);
        else expect(result.problems).toHaveLength(1);
      }),
    );
  });

  it('says that a link was cut short', () => {
    for (let length = 0; length < whole.length; length += 1) {
      const result = decode(whole.slice(0, length));
      expect(result.ok).toBe(false);
      expect(result.problems).toHaveLength(1);
    }
  });

  it('does not unfold a link into the whole memory', () => {
    const result = decode(`v1.${packText(`{"document":{"prompt":"${' '.repeat(50_000_000)}"}}`)}`);
    expect(result).toMatchObject({ ok: false, problems: [{ message: 'this link is damaged: it was cut short or altered on the way.' }] });
  });

  it('names a version that it can not read', () => {
    expect(decode(`v7.${whole.slice(3)}`)).toMatchObject({
      ok: false,
      problems: [{ message: 'this link was made by a newer version (format 7; this one reads up to 1).' }],
    });
    expect(decode(`v0.${whole.slice(3)}`).ok).toBe(false);
  });
});

describe('what this version does not know', () => {
  function read(part: Record<string, unknown>) {
    return decoded(`v1.${packText(JSON.stringify({ document: { ...initialDocument, ...part } }))}`);
  }
  const member = { id: 'add', at: 'blocks.1.hook_resid_post', positions: 'all', params: {}, direction: { id: 'random', params: {} } };
  const group = (...members: unknown[]) => ({ interventions: [{ label: 'x', enabled: true, members }] });

  it.each([
    ['an intervention', group({ ...member, id: 'nope' }), 'intervention "nope"'],
    ['a direction', group({ ...member, direction: { id: 'nope' } }), 'direction "nope"'],
    ['a hook point', group({ ...member, at: 'blocks.1.nope' }), 'hook point "blocks.1.nope"'],
    ['a setting', group({ ...member, params: { nope: 1 } }), 'setting "add.nope"'],
    ['an analysis', { analyses: [{ id: 'nope', params: {} }] }, 'analysis "nope"'],
    ['a panel', { layout: [{ size: 100, panels: [{ id: 'nope', size: 100 }] }] }, 'panel "nope"'],
    ['settings of a panel', { panelSettings: { nope: {} } }, 'panel "nope"'],
    ['a sampling setting', { sampling: { nope: 1 } }, 'sampling setting "nope"'],
  ])('is told and left out: %s', (_what, part, name) => {
    const { document, problems } = read({ prompt: { kind: 'text', text: 'kept' }, ...part });
    expect(problems).toEqual([{ kind: 'missing', message: `this link uses the ${name}, which this version does not have; it was left out.` }]);
    expect(document.prompt).toEqual({ kind: 'text', text: 'kept' });
    expectRoundTrip(document);
  });

  it('puts defaults in place of illegal values and says so', () => {
    const { document, problems } = read({
      ...group({ ...member, params: { coefficient: 'much', skipBos: false } }),
      sampling: { temperature: -1, seed: 5 },
      pinned: -3,
    });
    expect(document.interventions[0]?.members[0]?.params).toEqual({ coefficient: 0, skipBos: false });
    expect(document.sampling).toEqual({ ...initialDocument.sampling, seed: 5 });
    expect(document.pinned).toBeNull();
    expect(problems.map((problem) => problem.kind)).toEqual(['illegal', 'illegal', 'illegal']);
  });

  it('keeps of features what can be used, and says so of the rest', () => {
    const sae = 'catalogue:lacuna-16m/blocks.6.hook_resid_post';
    const good = read({ feature: { dictionary: sae, index: 3 }, featureLabels: { [sae]: { 3: 'animals' } } });
    expect(good.problems).toEqual([]);
    expect(good.document).toMatchObject({ feature: { dictionary: sae, index: 3 }, featureLabels: { [sae]: { 3: 'animals' } } });
    for (const feature of [{ dictionary: 'javascript:alert(1)', index: 3 }, { dictionary: sae, index: -1 }, { dictionary: sae, index: 1.5 }, 'x']) {
      const { document, problems } = read({ feature });
      expect(document.feature).toBeNull();
      expect(problems.map((problem) => problem.message)).toEqual([expect.stringContaining("the link's feature can't be used")]);
    }
    const labels = { [sae]: { 3: 'animals', x: 'no number', 4: 5, 5: 'x'.repeat(201) }, nonsense: { 1: 'x' }, 'url:https://example.org/a': [] };
    const bad = read({ featureLabels: labels });
    expect(bad.document.featureLabels).toEqual({ [sae]: { 3: 'animals' } });
    expect(bad.problems).toHaveLength(4);
  });

  it('leaves out a change that lacks its direction', () => {
    const { document, problems } = read(group({ ...member, direction: undefined }));
    expect(document.interventions).toEqual([]);
    expect(problems).toHaveLength(1);
  });
});

describe('length', () => {
  /** Text that hardly packs. */
  const noise = (length: number) => Array.from({ length }, (_, n) => String.fromCharCode(33 + ((n * n * 7919 + n * 104_729) % 9973) % 90)).join('');
  const digest: Digest = {
    model: 'a'.repeat(64),
    backend: 'wasm',
    base: { ids: Array.from({ length: 500 }, (_, n) => (n * 7919) % 8192), top: [] },
    steered: null,
  };
  const withPrompt = (length: number): Document => ({ ...initialDocument, prompt: { kind: 'text', text: noise(length) } });

  it('drops the digest before it gives up', () => {
    const small = encode({ document: withPrompt(100), digest });
    expect(small).toMatchObject({ ok: true, hasDigest: true });
    let length = 100;
    while (packDocument(withPrompt(length), digest).length <= MAX_LINK) length += 100;
    const middle = encode({ document: withPrompt(length), digest });
    expect(middle).toMatchObject({ ok: true, hasDigest: false });
    expect(middle.ok && middle.text.length).toBeLessThanOrEqual(MAX_LINK);
    expect(middle.ok && decoded(middle.text).digest).toBeNull();
    const large = encode({ document: withPrompt(50_000), digest });
    expect(large).toMatchObject({ ok: false, message: expect.stringMatching(/^the prompt is too long for a link: it would take \d+ characters/) });
  });
});

describe('old versions', () => {
  it('are brought up one step after the other', () => {
    const steps = [
      { name: 'doubles', up: (n: unknown) => Number(n) * 2 },
      { name: 'adds one', up: (n: unknown) => Number(n) + 1 },
    ];
    expect([1, 2, 3].map((version) => upgrade(10, version, steps))).toEqual([21, 11, 10]);
  });

  it('written by hand in another order of keys, a link means the same', () => {
    const { model, ...rest } = initialDocument;
    expect(stableJson(decoded(`v1.${packText(JSON.stringify({ document: { ...rest, model } }))}`).document)).toBe(stableJson(initialDocument));
  });
});
