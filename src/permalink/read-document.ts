import * as v from 'valibot';
import type { AnyParamValues } from '../lib/params';
import { panels } from '../panels';
import { initialDocument, type Document, type InterventionGroup, type LayoutColumn, type ModelRef, type Prompt } from '../store/document';
import { samplingSchemas } from './sampling';
import { clip, type Problems } from './problem';
import { featureSchema, readFeatureLabels } from './read-features';
import { readAnalysis, readIntervention, readParams } from './read-method';

const MAX_PROMPT_CHARACTERS = 200_000;
const MAX_PROMPT_IDS = 65_536;
const MAX_LABEL = 200;
const MAX_LIST = 64;
const MAX_URL = 2000;

const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const nullableHash = v.optional(v.nullable(hash), null);
/** Only there when the model isn't kept as it is stored. */
const kept = { storage: v.exactOptional(v.picklist(['float32', 'float16', 'int8'] as const)) };
const modelSchema: v.GenericSchema<unknown, ModelRef> = v.variant('kind', [
  v.object({ kind: v.literal('catalogue'), id: v.pipe(v.string(), v.regex(/^[\w.-]{1,100}$/)), hash: nullableHash, ...kept }),
  v.object({ kind: v.literal('url'), url: v.pipe(v.string(), v.maxLength(MAX_URL), v.regex(/^https?:\/\//)), hash: nullableHash, ...kept }),
  v.object({
    kind: v.literal('hub'),
    id: v.pipe(v.string(), v.regex(/^[\w-][\w.-]{0,95}(\/[\w-][\w.-]{0,95})?$/)),
    revision: v.pipe(v.string(), v.regex(/^\w[\w./-]{0,199}$/)),
    hash: nullableHash,
    ...kept,
  }),
  v.object({ kind: v.literal('files'), name: v.pipe(v.string(), v.maxLength(MAX_LABEL)), hash, ...kept }),
]);
const id = v.pipe(v.number(), v.integer(), v.minValue(0));
const promptSchema: v.GenericSchema<unknown, Prompt> = v.variant('kind', [
  v.object({ kind: v.literal('text'), text: v.pipe(v.string(), v.maxLength(MAX_PROMPT_CHARACTERS)) }),
  v.object({
    kind: v.literal('chat'),
    messages: v.pipe(
      v.array(v.object({ role: v.pipe(v.string(), v.maxLength(MAX_LABEL)), content: v.pipe(v.string(), v.maxLength(MAX_PROMPT_CHARACTERS)) })),
      v.minLength(1),
      v.maxLength(MAX_LIST),
    ),
    text: v.pipe(v.string(), v.maxLength(MAX_PROMPT_CHARACTERS)),
  }),
  v.object({ kind: v.literal('ids'), ids: v.pipe(v.array(id), v.maxLength(MAX_PROMPT_IDS)) }),
]);
const size = v.pipe(v.number(), v.finite(), v.minValue(0), v.maxValue(100));
const layoutSchema = v.pipe(
  v.array(v.object({ size, panels: v.pipe(v.array(v.object({ id: v.string(), size })), v.maxLength(MAX_LIST)) })),
  v.maxLength(MAX_LIST),
);
const groupSchema = v.object({
  label: v.pipe(v.string(), v.maxLength(MAX_LABEL)),
  enabled: v.boolean(),
  members: v.pipe(v.array(v.unknown()), v.maxLength(MAX_LIST)),
});
const list = v.pipe(v.array(v.unknown()), v.maxLength(MAX_LIST));
const record = v.record(v.string(), v.unknown());

/**
 * The document in a link. Each part is read by itself: what can't be used is told as a problem, and the default, or what is
 * left, stands in its place.
 */
export function readDocument(given: Readonly<Record<string, unknown>>, problems: Problems): Document {
  /** A part of the link, or its default with a word about it. A part that the link leaves out takes its default silently. */
  function part<T>(name: keyof Document, schema: v.GenericSchema<unknown, T>, initial: T): T {
    if (given[name] === undefined) return initial;
    const result = v.safeParse(schema, given[name]);
    if (result.success) return result.output;
    problems.illegal(`the link's ${name} can't be used: ${clip(result.issues[0].message)}. the usual one stands in.`);
    return initial;
  }
  const groups = part('interventions', list, []).map((group) => readGroup(group, problems));
  return {
    model: part('model', modelSchema, initialDocument.model),
    prompt: part('prompt', promptSchema, initialDocument.prompt),
    sampling: readSampling(part('sampling', record, {}), problems),
    interventions: groups.filter((group) => group !== null).map((group, index) => ({ uid: `g${index + 1}`, ...group })),
    analyses: part('analyses', list, []).map((spec) => readAnalysis(spec, problems)).filter((spec) => spec !== null),
    layout: readLayout(part('layout', layoutSchema, initialDocument.layout), problems),
    panelSettings: readPanelSettings(part('panelSettings', record, {}), problems),
    pinned: part('pinned', v.nullable(id), null),
    feature: part('feature', featureSchema, null),
    featureLabels: readFeatureLabels(part('featureLabels', record, {}), problems),
    shown: part('shown', v.picklist(['base', 'steered'] as const), 'base'),
  };
}

function readSampling(given: AnyParamValues, problems: Problems): Document['sampling'] {
  const sampling: Record<string, unknown> = { ...initialDocument.sampling };
  for (const [name, value] of Object.entries(given)) {
    const schema = Object.hasOwn(samplingSchemas, name) ? samplingSchemas[name as keyof typeof samplingSchemas] : undefined;
    if (schema === undefined) problems.missing('sampling setting', name);
    else if (v.is(schema, value)) sampling[name] = value;
    else problems.illegal(`sampling: ${name} can't be ${clip(JSON.stringify(value) ?? '')}; ${String(sampling[name])} stands in.`);
  }
  return sampling as unknown as Document['sampling'];
}

function readGroup(given: unknown, problems: Problems): Omit<InterventionGroup, 'uid'> | null {
  const result = v.safeParse(groupSchema, given);
  if (!result.success) {
    problems.illegal('a group of interventions of this link is not written as one; it was left out.');
    return null;
  }
  const { label, enabled } = result.output;
  const members = result.output.members.map((member) => readIntervention(member, problems)).filter((member) => member !== null);
  return members.length > 0 ? { label, enabled, members } : null;
}

function readLayout(given: readonly LayoutColumn[], problems: Problems): readonly LayoutColumn[] {
  const seen = new Set<string>();
  const isUsable = (panelId: string) => {
    if (panels.find(panelId) === null) problems.missing('panel', panelId);
    else if (!seen.has(panelId)) return seen.add(panelId) !== undefined;
    return false;
  };
  return given
    .map((column) => ({ size: column.size, panels: column.panels.filter((panel) => isUsable(panel.id)) }))
    .filter((column) => column.panels.length > 0);
}

function readPanelSettings(given: AnyParamValues, problems: Problems): Document['panelSettings'] {
  const settings: Record<string, AnyParamValues> = {};
  for (const [panelId, values] of Object.entries(given)) {
    const panel = panels.find(panelId);
    const result = v.safeParse(record, values);
    if (panel === null) problems.missing('panel', panelId);
    else if (!result.success) problems.illegal(`the settings of the panel ${panelId} can't be used.`);
    else settings[panelId] = readParams(panel.settings, result.output, problems, panelId);
  }
  return settings;
}
