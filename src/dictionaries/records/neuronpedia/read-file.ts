import { messageOf, UserError } from '../../../lib/errors';
import { isObject, indexOf, listOf, textOf, type Loose } from '../loose';
import type { FeatureRecord } from '../types';
import { groupsOf, labelOf, readFeature } from './read-feature';

/** Records that came out of one or more files. */
export interface ImportedRecords {
  readonly modelId: string | null;
  /** Neuronpedia's source id, such as `6-res-jb`, or what a batch says of itself. */
  readonly source: string | null;
  readonly records: readonly FeatureRecord[];
  /** What could not be used, each a sentence. */
  readonly problems: readonly string[];
}

const GZIP = [0x1f, 0x8b];
/** A gzip file may unpack to much more than it is. */
const MAX_CHARACTERS = 256 * 1024 * 1024;
const MAX_PROBLEMS = 20;

interface Parts {
  readonly features: Map<number, FeatureRecord>;
  /** Rows of the bulk export's activations and explanations, by feature. */
  readonly activations: Map<number, Loose[]>;
  readonly explanations: Map<number, Loose[]>;
  readonly problems: string[];
  modelId: string | null;
  source: string | null;
}

/**
 * Reads feature records: a SAEDashboard batch, a feature of Neuronpedia's API or a list of such, or lines (.jsonl, also gzipped) of
 * its bulk export: features, activations and explanations may be given together.
 *
 * @throws UserError `not-records` when there is not one feature in all of it.
 */
export async function readRecordFiles(files: readonly { readonly name: string; readonly blob: Blob }[]): Promise<ImportedRecords> {
  const parts: Parts = { features: new Map(), activations: new Map(), explanations: new Map(), problems: [], modelId: null, source: null };
  for (const { name, blob } of files) takeText(parts, name, await textOfFile(name, blob));
  for (const [index, rows] of parts.activations) {
    const known = parts.features.get(index) ?? readFeature({ index })?.record;
    if (known === undefined) continue;
    const groups = groupsOf(rows, index, parts.problems);
    const top = groups[0]?.high ?? null;
    parts.features.set(index, { ...known, groups, maxActivation: known.maxActivation ?? top });
  }
  for (const [index, rows] of parts.explanations) {
    const known = parts.features.get(index) ?? readFeature({ index })?.record;
    if (known !== undefined) parts.features.set(index, { ...known, labels: [...known.labels, ...rows.flatMap((row) => labelOf(row) ?? [])] });
  }
  if (parts.features.size === 0)
    throw new UserError(
      'not-records',
      `${files.map(({ name }) => name).join(', ')}: no feature records were found. A SAEDashboard batch has "features", a feature of Neuronpedia has "index" and "modelId".`,
    );
  const { modelId, source, problems } = parts;
  const more = problems.length - MAX_PROBLEMS;
  return {
    modelId,
    source,
    records: [...parts.features.values()].sort((a, b) => a.index - b.index),
    problems: more > 0 ? [...problems.slice(0, MAX_PROBLEMS), `and ${more} more problems of this kind.`] : problems,
  };
}

/** A file's text, unpacked where it is gzipped. */
async function textOfFile(name: string, blob: Blob): Promise<string> {
  const head = new Uint8Array(await blob.slice(0, 2).arrayBuffer());
  if (head[0] !== GZIP[0] || head[1] !== GZIP[1]) {
    if (blob.size > MAX_CHARACTERS) throw tooLarge(name);
    return blob.text();
  }
  // Piece by piece, so that a file which unpacks without end is stopped.
  const reader = blob.stream().pipeThrough(new DecompressionStream('gzip')).getReader();
  const decoder = new TextDecoder();
  const pieces: string[] = [];
  let length = 0;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      const piece = decoder.decode(next.value, { stream: true });
      length += piece.length;
      if (length > MAX_CHARACTERS) throw tooLarge(name);
      pieces.push(piece);
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError('not-records', `${name} can't be unpacked: it is not whole (${messageOf(error)}).`);
  }
  return pieces.join('') + decoder.decode();
}

const tooLarge = (name: string) =>
  new UserError('too-large', `${name} holds more than ${MAX_CHARACTERS / 1024 / 1024} MB of text: give one batch at a time.`);

function takeText(parts: Parts, name: string, text: string): void {
  const whole = parsed(text);
  if (whole !== undefined) return takeValue(parts, whole);
  // Not one JSON value: one a line.
  for (const [at, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const value = parsed(line);
    if (value === undefined) throw new UserError('not-records', `${name}, line ${at + 1} is not JSON.`);
    takeValue(parts, value);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function takeValue(parts: Parts, value: unknown): void {
  if (Array.isArray(value)) {
    for (const one of value) takeValue(parts, one);
    return;
  }
  if (!isObject(value)) return;
  parts.modelId ??= textOf(value['modelId']) ?? textOf(value['model_id']);
  if (Array.isArray(value['features'])) {
    parts.source ??= batchSource(value);
    for (const feature of listOf(value['features'])) if (isObject(feature)) takeFeature(parts, feature);
    return;
  }
  const index = indexOf(value['index'] ?? value['feature_index']);
  if (index === null) return;
  parts.source ??= textOf(value['layer']);
  if (value['description'] !== undefined) push(parts.explanations, index, value);
  else if (Array.isArray(value['tokens']) && Array.isArray(value['values'])) push(parts.activations, index, value);
  else takeFeature(parts, value);
}

function takeFeature(parts: Parts, value: Loose): void {
  const read = readFeature(value);
  if (read === null) {
    parts.problems.push('a feature without an index was left out.');
    return;
  }
  parts.features.set(read.record.index, read.record);
  parts.problems.push(...read.problems);
}

/** `6-res-jb`, as Neuronpedia puts layer and set together. */
function batchSource(batch: Loose): string | null {
  const set = textOf(batch['sae_set']);
  if (set === null) return null;
  const suffix = textOf(batch['sae_id_suffix']);
  return `${String(batch['layer'] ?? '')}-${set}${suffix === null ? '' : `__${suffix}`}`;
}

function push(map: Map<number, Loose[]>, index: number, row: Loose): void {
  const rows = map.get(index);
  if (rows === undefined) map.set(index, [row]);
  else rows.push(row);
}
