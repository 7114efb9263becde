import { UserError } from '../../lib/errors';
import type { Json } from '../types';

/** Reading what nobody has checked: each gives null where the value is absent, and says what is wrong where it is of another kind. */
export const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

const own = (json: Json, key: string): unknown => (Object.hasOwn(json, key) ? json[key] : undefined);

function wrong(key: string, value: unknown, needed: string): UserError {
  const shown = value === undefined ? 'nothing' : (JSON.stringify(value) ?? String(value)).slice(0, 60);
  return new UserError('bad-config', `the dictionary's settings give "${key}" as ${shown}; ${needed} is needed.`);
}

export function textIn(json: Json, key: string): string | null {
  const value = own(json, key);
  if (value === undefined || value === null) return null;
  if (typeof value !== 'string') throw wrong(key, value, 'a text');
  return value;
}

export function countIn(json: Json, key: string): number | null {
  const value = own(json, key);
  if (value === undefined || value === null) return null;
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1) throw wrong(key, value, 'a whole number from 1 on');
  return value;
}

export function flagIn(json: Json, key: string): boolean | null {
  const value = own(json, key);
  if (value === undefined || value === null) return null;
  if (typeof value !== 'boolean') throw wrong(key, value, 'true or false');
  return value;
}

export function jsonIn(json: Json, key: string): Json {
  const value = own(json, key);
  if (value === undefined || value === null) return {};
  if (!isJson(value)) throw wrong(key, value, 'an object');
  return value;
}
