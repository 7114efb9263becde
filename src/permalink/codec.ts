import * as v from 'valibot';
import type { InterventionSpec } from '../anatomy/run';
import { stableJson } from '../lib/stable-json';
import type { Document } from '../store/document';
import { readDigest, type Digest } from './digest';
import { upgrade, VERSION } from './migrations';
import { collectProblems, type Problem } from './problem';
import { readDocument } from './read-document';
import { packText, unpackText } from './text';

/** The longest link text that every browser and the usual messengers keep whole, in characters. */
export const MAX_LINK = 8000;

export type Encoded =
  | { readonly ok: true; readonly text: string; /** Whether the digest is in it. */ readonly hasDigest: boolean }
  | { readonly ok: false; readonly message: string };

export type Decoded =
  | { readonly ok: true; readonly document: Document; readonly digest: Digest | null; readonly problems: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * The text of a link: `v1.` and the compressed JSON. When it is longer than `MAX_LINK` the digest is left out; when it still is,
 * there is no link, and the message says what takes the room.
 */
export function encode(state: { readonly document: Document; readonly digest: Digest | null }): Encoded {
  const whole = packDocument(state.document, state.digest);
  if (whole.length <= MAX_LINK) return { ok: true, text: whole, hasDigest: state.digest !== null };
  const bare = packDocument(state.document, null);
  if (bare.length <= MAX_LINK) return { ok: true, text: bare, hasDigest: false };
  return { ok: false, message: `${largestPart(state.document)} too long for a link: it would take ${bare.length} characters, and ${MAX_LINK} is the most that stays whole on the way.` };
}

/** A document as text of any length: what a link is made of, and what is kept on this computer. */
export function packDocument(document: Document, digest: Digest | null = null): string {
  return `v${VERSION}.${packText(stableJson({ document: contentOf(document), digest }))}`;
}

/** The same before it is packed: equal for documents that make the same link. */
export function contentText(document: Document): string {
  return stableJson(contentOf(document));
}

/**
 * Reads the text of a link, with or without `#` in front. Never throws: what can't be read is a problem, and the rest is kept.
 */
export function decode(text: string): Decoded {
  const problems = collectProblems();
  const failed = (message: string): Decoded => {
    problems.illegal(message);
    return { ok: false, problems: problems.list };
  };
  const match = /^#?v(\d{1,6})\.(.*)$/s.exec(text);
  if (match === null) return failed('this is not a link of this app.');
  const version = Number(match[1]);
  if (version > VERSION) return failed(`this link was made by a newer version (format ${version}; this one reads up to ${VERSION}).`);
  if (version < 1) return failed(`there is no format ${version} of links.`);
  const json = unpackText(match[2] ?? '');
  if (json === null) return failed('this link is damaged: it was cut short or altered on the way.');
  let content: unknown;
  try {
    content = upgrade(JSON.parse(json), version);
  } catch {
    return failed('this link is damaged: what is in it can’t be read.');
  }
  const result = v.safeParse(contentSchema, content);
  if (!result.success) return failed('this link is damaged: there is no state in it.');
  const document = readDocument(result.output.document, problems);
  return { ok: true, document, digest: readDigest(result.output.digest), problems: problems.list };
}

const contentSchema = v.object({ document: v.record(v.string(), v.unknown()), digest: v.optional(v.unknown()) });

/** What of a document a link carries: the groups' uids are names inside one page only. */
function contentOf(document: Document) {
  const { model, prompt, sampling, interventions, analyses, layout, panelSettings, pinned, feature, featureLabels, shown } = document;
  return {
    model,
    prompt,
    sampling,
    interventions: interventions.map(({ label, enabled, members }) => ({ label, enabled, members: members.map(memberOf) })),
    analyses: analyses.map(({ id, params }) => ({ id, params })),
    layout,
    panelSettings,
    pinned,
    feature: feature === null ? null : { dictionary: feature.dictionary, index: feature.index },
    featureLabels,
    shown,
  };
}

function memberOf({ id, at, positions, params, direction }: InterventionSpec): InterventionSpec {
  const member = { id, at, positions, params };
  return direction === undefined ? member : { ...member, direction: { id: direction.id, params: direction.params } };
}

function largestPart({ prompt, interventions }: Document): string {
  return stableJson(prompt).length >= stableJson(interventions).length ? 'the prompt is' : 'the interventions are';
}
