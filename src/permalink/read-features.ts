import * as v from 'valibot';
import { parseDictionaryId, type FeatureRef } from '../anatomy/dictionary';
import { MAX_FEATURE_LABEL, type Document } from '../store/document';
import type { Problems } from './problem';

const MAX_DICTIONARY_ID = 2000;

const dictionaryId = v.pipe(
  v.string(),
  v.maxLength(MAX_DICTIONARY_ID),
  v.check((id) => parseDictionaryId(id) !== null, 'it names no dictionary'),
);
export const featureSchema: v.GenericSchema<unknown, FeatureRef | null> = v.nullable(
  v.object({ dictionary: dictionaryId, index: v.pipe(v.number(), v.integer(), v.minValue(0)) }),
);
const labelSchema = v.pipe(v.string(), v.minLength(1), v.maxLength(MAX_FEATURE_LABEL));
const record = v.record(v.string(), v.unknown());

/** A person's own labels as a link gives them: what is no label is told and left out. */
export function readFeatureLabels(given: Readonly<Record<string, unknown>>, problems: Problems): Document['featureLabels'] {
  const all: Record<string, Record<string, string>> = {};
  for (const [id, values] of Object.entries(given)) {
    const labels = v.safeParse(record, values);
    if (!v.is(dictionaryId, id) || !labels.success) {
      problems.illegal('labels of a dictionary in this link are not written as such; they were left out.');
      continue;
    }
    const read: Record<string, string> = {};
    for (const [index, label] of Object.entries(labels.output)) {
      const text = v.safeParse(labelSchema, label);
      if (/^(0|[1-9]\d{0,8})$/.test(index) && text.success) read[index] = text.output;
      else problems.illegal('a label of a feature in this link can’t be used; it was left out.');
    }
    if (Object.keys(read).length > 0) all[id] = read;
  }
  return all;
}
