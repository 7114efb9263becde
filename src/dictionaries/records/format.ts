import { UserError } from '../../lib/errors';
import { isObject, listOf, numberOf, textOf, type Loose } from './loose';

/** How a whole number in a row stands for a value; see RECORDS.md. */
export type FieldKind = 'uint' | 'linear' | 'log' | 'float16';

/** Where `count` numbers of `bits` bits each lie in a row. */
export interface Field {
  readonly name: string;
  readonly count: number;
  readonly bits: number;
  readonly kind: FieldKind;
  readonly low: number;
  readonly high: number;
  /** Bits before it in the row. */
  readonly offset: number;
}

/** A class of tokens that a label may name. */
export interface TokenClass {
  readonly name: string;
  readonly pattern: RegExp;
}

/** What records.json says of the rows in records.bin. */
export interface RecordFormat {
  readonly hook: string;
  readonly model: string;
  /** Held-out tokens that the statistics are over. */
  readonly tokens: number;
  readonly features: number;
  /** Bytes of a row. */
  readonly stride: number;
  readonly slots: readonly string[];
  readonly classes: readonly TokenClass[];
  readonly fields: ReadonlyMap<string, Field>;
}

const KINDS: readonly unknown[] = ['uint', 'linear', 'log', 'float16'];
/** Wider numbers are not read by shifts of 32 bits. */
const MAX_BITS = 24;
const MAX_PATTERN = 200;

/**
 * Checks and reads a records.json.
 *
 * @throws UserError `bad-records` that names the file and what is wrong with it.
 */
export function parseFormat(json: unknown, place: string): RecordFormat {
  const object = headOf(json, 'lacuna-feature-records', place);
  const fields = new Map<string, Field>();
  let offset = 0;
  for (const one of listOf(object['fields'])) {
    const field = fieldOf(one, offset, place);
    if (fields.has(field.name)) throw bad(place, `the field "${field.name}" stands there twice`);
    fields.set(field.name, field);
    offset += field.count * field.bits;
  }
  const stride = whole(object, 'stride', place);
  if (offset > 8 * stride) throw bad(place, `its fields take ${offset} bits, but a row has ${8 * stride}`);
  return {
    hook: textOf(object['hook']) ?? '',
    model: textOf(object['model']) ?? '',
    tokens: whole(object, 'tokens', place),
    features: whole(object, 'features', place),
    stride,
    slots: listOf(object['slots']).map(String),
    classes: listOf(object['classes']).map((one) => classOf(one, place)),
    fields,
  };
}

/** Checks the first lines of any of our JSON files. */
export function headOf(json: unknown, format: string, place: string): Loose {
  if (!isObject(json) || json['format'] !== format) throw bad(place, `it is no "${format}" file`);
  if (json['version'] !== 1) throw bad(place, `its version is ${String(json['version'])}; this app reads version 1`);
  return json;
}

/** A whole number from 0 up that has to be there. */
export function whole(object: Loose, name: string, place: string): number {
  const value = numberOf(object[name]);
  if (value === null || !Number.isInteger(value) || value < 0) throw bad(place, `"${name}" has to be a whole number, not ${String(object[name])}`);
  return value;
}

export function bad(place: string, what: string): UserError {
  return new UserError('bad-records', `${place} can't be used: ${what}.`);
}

function fieldOf(one: unknown, offset: number, place: string): Field {
  const object: Loose = isObject(one) ? one : {};
  const name = textOf(object['name']) ?? '';
  const kind = object['kind'];
  const [count, bits] = [whole(object, 'count', place), whole(object, 'bits', place)];
  const [low, high] = [numberOf(object['low']) ?? 0, numberOf(object['high']) ?? 1];
  if (name === '' || !KINDS.includes(kind)) throw bad(place, `the field "${name}" is of the kind ${String(kind)}, which this app doesn't know`);
  if (bits < 1 || bits > MAX_BITS || (kind === 'float16' && bits !== 16)) throw bad(place, `the field "${name}" has ${bits} bits`);
  if (kind === 'log' && !(low > 0 && high > low)) throw bad(place, `the field "${name}" runs from ${low} to ${high}, which has no logarithm`);
  return { name, kind: kind as FieldKind, count, bits, low, high, offset };
}

function classOf(one: unknown, place: string): TokenClass {
  const object: Loose = isObject(one) ? one : {};
  const name = textOf(object['name']) ?? '';
  const pattern = textOf(object['pattern']) ?? '';
  if (pattern === '' || pattern.length > MAX_PATTERN) throw bad(place, `the class "${name}" has no pattern of at most ${MAX_PATTERN} characters`);
  try {
    // Other languages escape quotes too; here that is an error.
    return { name, pattern: new RegExp(pattern.replace(/\\(["'])/g, '$1'), 'u') };
  } catch {
    throw bad(place, `the pattern of the class "${name}" is no regular expression`);
  }
}
