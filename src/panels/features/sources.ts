import { parseDictionaryId, type DictionaryId, type DictionarySource } from '../../anatomy/dictionary';

/** How a dictionary can be fetched by its name; null for those that only a person can give again. */
export function openSource(id: DictionaryId): DictionarySource | null {
  const parsed = parseDictionaryId(id);
  return parsed === null || parsed.kind === 'files' || parsed.kind === 'trained' ? null : { kind: 'id', id };
}
